//! Two runs at once.

use super::{DESK_ACCOUNT, Run, Shop, WEB};

/// How often. Each time is eight processes.
const TIMES: usize = 50;

#[test]
fn two_at_once_lose_nobody_and_both_say_what_is_true() {
    for _ in 0..TIMES {
        // In one directory of journals one waits for the other; in two they meet at the policies.
        for apart in [false, true] {
            let shop = Shop::open();
            let handle = shop.handle();
            let seen = handle.clone();
            handle.on_write(Box::new(move |write| {
                // `web` may call `pay` before and after every write: by its own grant or everybody's.
                if let Some(pay) = seen.policy(&super::name("pay")) {
                    let callers = super::callers(&pay);
                    assert!(callers.iter().any(|caller| caller == WEB || caller == "allUsers"), "{write:?}");
                }
                callmap::emulator::WriteFate::Go
            }));
            let mut runs = Vec::new();
            for number in 0..2 {
                let mut command = shop.command(&["apply", "--yes"]);
                if apart {
                    command.args(["--journal", &format!("{number}/journal.ndjson")]);
                }
                command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
                runs.push(command.spawn().unwrap());
            }
            for run in runs {
                let run = Run::of(run.wait_with_output().unwrap());
                assert_eq!(run.code, 0, "{run:?}");
            }
            assert_eq!(shop.callers("pay"), [WEB]);
            assert_eq!(shop.callers("mail"), [DESK_ACCOUNT]);
            assert!(shop.callers("desk").is_empty());
            let audit = shop.run(&["audit"]);
            assert_eq!(audit.code, 0, "{audit:?}");
        }
    }
}

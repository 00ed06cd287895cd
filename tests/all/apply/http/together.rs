//! Two runs at once.

use std::sync::{Arc, Mutex};

use super::{DESK_ACCOUNT, Run, Shop, WEB};

/// How often. Each time is twice two runs at once, and two audits.
const TIMES: usize = 50;

#[test]
fn two_at_once_lose_nobody_and_both_say_what_is_true() {
    for _ in 0..TIMES {
        // In one directory of journals one waits for the other; in two they meet at the policies.
        for apart in [false, true] {
            let shop = Shop::open();
            let handle = shop.handle();
            let seen = handle.clone();
            let lost = Arc::new(Mutex::new(Vec::new()));
            let noted = lost.clone();
            handle.on_write(Box::new(move |write| {
                // `web` may call `pay` before and after every write: by its own grant or everybody's.
                let callers = super::callers(&seen.policy(&super::name("pay")).unwrap_or_default());
                if !callers.iter().any(|caller| caller == WEB || caller == "allUsers") {
                    noted.lock().unwrap().push(format!("{write:?}"));
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
            assert_eq!(*lost.lock().unwrap(), [""; 0]);
            assert_eq!(shop.callers("pay"), [WEB]);
            assert_eq!(shop.callers("mail"), [DESK_ACCOUNT]);
            assert!(shop.callers("desk").is_empty());
            let audit = shop.run(&["audit"]);
            assert_eq!(audit.code, 0, "{audit:?}");
        }
    }
}

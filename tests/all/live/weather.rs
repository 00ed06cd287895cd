//! In bad weather an audit is right, or says that it is incomplete.

use super::{ESTATE, audit, emulator, found, gaps, live, strayed, weather};

#[test]
fn with_three_answers_in_ten_failing_no_audit_is_falsely_clean() {
    let complete: usize = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..20).map(|run| scope.spawn(move || ten_audits(run))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).sum()
    });
    // Trying again helps mostly; weather in which nothing is ever read whole would show nothing.
    assert!(complete > 100, "{complete}");
}

/// How many of ten audits were complete; each is right, or says that it is not complete.
fn ten_audits(run: u64) -> usize {
    let text = if run.is_multiple_of(2) { ESTATE.to_owned() } else { strayed() };
    let emulator = emulator(&text);
    let right = audit(&live(&emulator));
    assert!(right.is_complete);
    let mut complete = 0;
    for seed in run * 10..run * 10 + 10 {
        emulator.weather(weather(0.3, seed));
        let audit = audit(&live(&emulator));
        if audit.is_complete {
            complete += 1;
            assert_eq!(found(&audit), found(&right), "seed {seed}");
        } else {
            assert!(!gaps(&audit).is_empty() && audit.has_open_gaps(), "seed {seed}");
        }
    }
    complete
}

#[test]
fn when_nothing_ever_answers_all_of_it_is_a_gap() {
    let emulator = emulator(ESTATE);
    emulator.weather(weather(1.0, 7));
    let world = live(&emulator);
    assert!(world.services.is_empty());
    let audit = audit(&world);
    assert!(!audit.is_complete);
    for list in
        ["projects/shop-prod/services", "projects/shop-edge/services", "projects/shop-prod/subscriptions"]
    {
        assert!(gaps(&audit).iter().any(|gap| gap.starts_with(&format!("`{list}`: "))), "{list}");
    }
}

//! Conditions by a table, and conditions that are made to do harm.

mod laws;

use std::fs;

use callmap::{
    access::{
        Verdict,
        condition::{Outcomes, Request, can_hold_from, denies, holds_at, outcomes, timeline, unread, why},
    },
    model::{Condition, Time, time::moment},
};

fn condition(expression: &str) -> Condition {
    Condition { title: "t".into(), description: None, expression: expression.into(), location: None }
}

fn now() -> Time {
    moment("2026-11-23T12:00:00Z").unwrap()
}

fn shown(outcomes: Outcomes) -> String {
    let each = [("true", Outcomes::TRUE), ("false", Outcomes::FALSE), ("error", Outcomes::ERROR)];
    let words: Vec<_> =
        each.into_iter().filter(|(_, one)| outcomes.contain(*one)).map(|(word, _)| word).collect();
    words.join(" ")
}

#[test]
fn conditions_come_to_what_was_worked_out_by_hand() {
    let table = fs::read_to_string("tests/conditions.tsv").unwrap();
    let mut wrong = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<_> = line.split('\t').collect();
        let [expression, time, path, host, expected] = cells.as_slice() else { panic!("{line}") };
        let known = |text: &'static str| (text != "-").then_some(text);
        let (path, host) = (path.to_string().leak(), host.to_string().leak());
        let request = Request { time: moment(time).unwrap(), path: known(path), host: known(host) };
        match outcomes(&condition(expression), request) {
            Ok(found) if shown(found) == *expected => {}
            Ok(found) => wrong.push(format!("{line}: {}", shown(found))),
            Err(gap) => wrong.push(format!("{line}: {gap:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_not_known_of_a_request_leaves_room_for_what_it_is() {
    let table = fs::read_to_string("tests/conditions.tsv").unwrap();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<_> = line.split('\t').collect();
        let [expression, time, _, _, expected] = cells.as_slice() else { panic!("{line}") };
        let request = Request { time: moment(time).unwrap(), path: None, host: None };
        let found = shown(outcomes(&condition(expression), request).unwrap());
        for word in expected.split(' ') {
            assert!(found.contains(word), "{line}: {found}");
        }
    }
}

/// Expressions that are made to fill a stack, the memory or the time.
fn hostile() -> Vec<String> {
    let deep = |open: &str, middle: &str, close: &str, times: usize| {
        format!("{}{middle}{}", open.repeat(times), close.repeat(times))
    };
    let mut found = vec![
        deep("(", "true", ")", 40),
        deep("(", "true", ")", 2000),
        deep("!!(", "true", ")", 60),
        deep("!!(!!", "true", ")", 600),
        deep("{", "", "}", 60),
        deep("{1:", "1", "}", 60),
        deep("[", "", "]", 2000),
        deep("-(", "1", ")", 1000),
        "(".repeat(4096),
        "[".repeat(4096),
        "{".repeat(4096),
        format!("{}true", "!".repeat(4001)),
        format!("{}1 == 1", "- ".repeat(1500)),
        format!("a{} == 1", ".f()".repeat(900)),
        format!("[1]{} == 1", "[0]".repeat(1300)),
        format!("1{} == 1", " + 1".repeat(1000)),
        format!("1{} == 1", " - (1".repeat(800)),
        format!("true{}", " ? true : false".repeat(250)),
        format!("{}true{}", "true ? ".repeat(300), " : true".repeat(300)),
        format!("request.path == '{}'", "x".repeat(4080)),
        "[1, 2].all(x, x > 0)".into(),
        "[1, 2].exists(x, [3].all(y, y > x))".into(),
        "[1].map(x, [x, x])".into(),
        "has(request.path)".into(),
        "google.protobuf.Duration{seconds: 1} == duration('1s')".into(),
        "request.?path == '/a'".into(),
        "a\0b".into(),
        "\0".into(),
        "'unterminated".into(),
        "\"\"\"unterminated".into(),
        "request.path == '\u{7}\n'".into(),
        "'\\ud800' == 'a'".into(),
        "b'\\xff' ==".into(),
        "/* true".into(),
        "// true".into(),
        "true,title=x".into(),
        "true true".into(),
        ")".into(),
        "&&".into(),
        "`a` == 1".into(),
        "if".into(),
        "1..2".into(),
        "99999999999999999999 > 1".into(),
        " \t\n".into(),
    ];
    found.push(format!("{}x", "a.".repeat(2100)));
    found
}

/// Expressions that can be read and are still unpleasant.
fn unpleasant() -> Vec<String> {
    let mut found = vec![
        "request.path.matches('(((((a{99}){99}){99}){99}){99})')".into(),
        "request.path.matches('(a*)*(a*)*(a*)*$')".into(),
        format!("request.path.matches('{}a{}')", "(".repeat(1000), ")*".repeat(1000)),
        "'a'.matches('\\\\w{1000}')".into(),
        format!("{}request.path == ''", "'a'.matches('(a{999}){9}') || ".repeat(60)),
        format!("size([{}0]) == 0", "[], ".repeat(1000)),
        format!("resource.name == resource.type{}", " || resource.name == resource.type".repeat(100)),
        format!("({}'')", "(resource.name == '' ? 'a' : 'b') + ".repeat(20)),
        format!("[{}1]", "resource.name, ".repeat(200)),
        format!("a{} == 1", ".b".repeat(1000)),
        "duration('999999999999999999h') < duration('1s')".into(),
        "timestamp(9223372036854775807) > request.time".into(),
        "request.time + duration('2562047h') > request.time - duration('2562047h')".into(),
        "-9223372036854775808 / -1 == 1".into(),
        "-(-9223372036854775808) == 1".into(),
        "request.time.getDayOfYear('-23:59') == 1".into(),
        "double('nan') == double('nan') || [1][-1] == 1 || [1][double('inf')] == 1".into(),
    ];
    found.push(format!("'{}'.contains('a')", "\u{10ffff}".repeat(4000)));
    found
}

/// On a thread with the stack of a worker of the runtime.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}

fn ask_everything(condition: &Condition) {
    let at = now();
    let _ = why(condition, at);
    let _ = denies(Some(condition));
    let _ = can_hold_from(Some(condition), at);
    let _ = timeline(condition, at);
}

#[test]
fn expressions_that_are_made_to_do_harm_are_not_known() {
    on_a_small_stack(|| {
        for expression in hostile() {
            let start = expression.chars().take(60).collect::<String>();
            let condition = condition(&expression);
            let is_read = unread(&condition).is_none();
            if is_read {
                // Read within bounds, and so evaluated within bounds.
                assert!(expression.len() < 4097, "{start}");
            } else {
                assert_eq!(holds_at(Some(&condition), now()), Verdict::Unknown, "{start}");
                assert!(can_hold_from(Some(&condition), now()), "{start}");
            }
            ask_everything(&condition);
        }
    });
}

#[test]
fn expressions_that_are_unpleasant_are_answered() {
    on_a_small_stack(|| {
        for expression in unpleasant() {
            ask_everything(&condition(&expression));
        }
    });
}

#[test]
fn an_expression_that_is_too_long_is_not_read() {
    let within = format!("request.path == '{}'", "é".repeat(4096 - 19));
    assert_eq!(within.chars().count(), 4095);
    assert!(unread(&condition(&within)).is_none());
    assert!(unread(&condition(&format!("{within}  "))).is_some());
}

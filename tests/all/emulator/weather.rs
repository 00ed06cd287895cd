//! Failing and slow answers, and writes that a test decides about.

use std::{
    io::Write as _,
    net::TcpStream,
    sync::{Arc, Mutex},
};

use callmap::emulator::{Clock, Emulator, Weather, Write, WriteFate};
use serde_json::{Value, json};

use super::{
    PAY,
    client::{get, post, send},
    started,
};

/// How reading one policy a hundred times ends: a status, or nothing that is whole.
fn ends(emulator: &Emulator) -> Vec<Option<u16>> {
    let target = format!("/v2/{PAY}:getIamPolicy");
    (0..100).map(|_| send(emulator, "GET", &target, "").ok().map(|answer| answer.status)).collect()
}

#[test]
fn in_bad_weather_answers_fail_in_every_way_and_again_so_under_the_same_seed() {
    let emulator = started();
    let weather = Weather { failing: 0.5, seed: 3, retry_after: 2, ..Weather::default() };
    emulator.weather(weather.clone());
    let first = ends(&emulator);
    for end in [Some(200), Some(429), Some(503), None] {
        assert!(first.contains(&end), "{end:?}: {first:?}");
    }
    emulator.weather(weather.clone());
    assert_eq!(ends(&emulator), first);
    emulator.weather(Weather { seed: 4, ..weather });
    assert_ne!(ends(&emulator), first);
    let said = json!({ "failing": 0.0 });
    assert_eq!(post(&emulator, "/_weather", &said).json()["failing"], 0.0);
    assert!(ends(&emulator).iter().all(|end| *end == Some(200)));
    assert_eq!(post(&emulator, "/_weather", &json!({ "failing": 2 })).status, 400);
    assert_eq!(post(&emulator, "/_weather", &json!({ "rain": 1 })).status, 400);
}

#[test]
fn who_asks_too_often_is_told_when_to_come_back() {
    let emulator = started();
    emulator.weather(Weather { failing: 1.0, retry_after: 7, ..Weather::default() });
    let target = format!("/v2/{PAY}:getIamPolicy");
    let answers = (0..100).filter_map(|_| send(&emulator, "GET", &target, "").ok());
    let busy: Vec<_> = answers.filter(|answer| answer.status == 429).collect();
    assert!(busy.iter().all(|answer| answer.head.contains("retry-after: 7")) && !busy.is_empty());
    assert_eq!(busy[0].json()["error"]["status"], "RESOURCE_EXHAUSTED");
}

#[test]
fn a_write_whose_answer_is_lost_may_have_been_carried_out() {
    let emulator = started();
    let target = format!("/v2/{PAY}:setIamPolicy");
    emulator.weather(Weather { failing: 1.0, ..Weather::default() });
    let mut kinds = std::collections::BTreeSet::new();
    for _ in 0..60 {
        let before = emulator.policy(PAY);
        let answer = send(&emulator, "POST", &target, &json!({ "policy": { "bindings": [] } }).to_string());
        kinds.insert((answer.ok().map(|answer| answer.status), emulator.policy(PAY) != before));
    }
    let expected = [(None, false), (None, true), (Some(429), false), (Some(503), false)];
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), expected);
    emulator.weather(Weather { failing: 1.0, spares_writes: true, ..Weather::default() });
    assert_eq!(post(&emulator, &target, &json!({ "policy": { "bindings": [] } })).status, 200);
}

#[test]
fn a_slow_answer_is_still_to_come_when_a_later_one_is_there() {
    let emulator = started();
    emulator.weather(Weather { latency_ms: 3_600_000, ..Weather::default() });
    let mut slow = TcpStream::connect(emulator.address()).unwrap();
    write!(slow, "GET /v2/{PAY} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n\r\n").unwrap();
    while emulator.log().is_empty() {
        std::thread::yield_now();
    }
    emulator.weather(Weather::default());
    assert_eq!(get(&emulator, &format!("/v2/{PAY}")).status, 200);
    let ends: Vec<_> = emulator.log().iter().map(|entry| entry.status).collect();
    assert_eq!(ends, [None, Some(200)]);
}

#[test]
fn a_hook_decides_what_becomes_of_each_write() {
    let emulator = started();
    let target = format!("/v2/{PAY}:setIamPolicy");
    let write = |bindings: Value| {
        send(&emulator, "POST", &target, &json!({ "policy": { "bindings": bindings } }).to_string())
            .map(|answer| answer.status)
            .ok()
    };
    let fates = Arc::new(Mutex::new(vec![
        WriteFate::Refuse(403, json!({ "error": { "code": 403 } })),
        WriteFate::DropAfter,
        WriteFate::DropBefore,
        WriteFate::Go,
    ]));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (told, noted) = (fates.clone(), seen.clone());
    emulator.on_write(Box::new(move |write: &Write| {
        noted.lock().unwrap().push((write.resource.clone(), write.body["policy"]["bindings"].clone()));
        told.lock().unwrap().pop().unwrap()
    }));
    let mine = |name: &str| json!([{ "role": "roles/run.invoker", "members": [name] }]);
    let members = || emulator.policy(PAY).map(|policy| policy["bindings"][0]["members"][0].clone());
    assert_eq!(
        (write(mine("user:a@example.com")), members()),
        (Some(200), Some(json!("user:a@example.com")))
    );
    assert_eq!((write(mine("user:b@example.com")), members()), (None, Some(json!("user:a@example.com"))));
    assert_eq!((write(mine("user:c@example.com")), members()), (None, Some(json!("user:c@example.com"))));
    assert_eq!(
        (write(mine("user:d@example.com")), members()),
        (Some(403), Some(json!("user:c@example.com")))
    );
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 4);
    assert_eq!(seen[0], (PAY.to_owned(), mine("user:a@example.com")));
}

#[test]
fn a_hook_may_be_the_second_writer_and_read_over_http_meanwhile() {
    let emulator = started();
    let handle = emulator.handle();
    let address = emulator.address();
    emulator.on_write(Box::new(move |write: &Write| {
        handle.set_policy(&write.resource, json!({ "bindings": [] }));
        let text = format!(
            "GET /v2/{PAY} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n"
        );
        assert_eq!(super::client::raw(address, &text).unwrap().status, 200);
        WriteFate::Go
    }));
    let body = json!({ "policy": { "etag": "ACAB", "bindings": [] } });
    assert_eq!(post(&emulator, &format!("/v2/{PAY}:setIamPolicy"), &body).status, 409);
}

#[test]
fn the_log_holds_every_request_in_order_and_nothing_secret() {
    let emulator = started();
    get(&emulator, &format!("/v2/{PAY}:getIamPolicy?options.requestedPolicyVersion=3"));
    post(&emulator, &format!("/v2/{PAY}:setIamPolicy"), &json!({ "policy": { "bindings": [] } }));
    send(&emulator, "POST", "/token", "grant_type=refresh_token&refresh_token=hush").unwrap();
    get(&emulator, "/nowhere");
    let log = get(&emulator, "/_log").json();
    assert_eq!(
        log,
        json!([
            {
                "method": "GET",
                "api_method": "run.projects.locations.services.getIamPolicy",
                "target": format!("/v2/{PAY}:getIamPolicy?options.requestedPolicyVersion=3"),
                "status": 200,
            },
            {
                "method": "POST",
                "api_method": "run.projects.locations.services.setIamPolicy",
                "target": format!("/v2/{PAY}:setIamPolicy"),
                "body": { "policy": { "bindings": [] } },
                "status": 200,
            },
            { "method": "POST", "target": "/token", "status": 200 },
            { "method": "GET", "target": "/nowhere", "status": 404 },
        ])
    );
    assert_eq!(json!(emulator.log()), log);
    send(&emulator, "DELETE", "/_log", "").unwrap();
    assert_eq!(emulator.log(), []);
}

#[test]
fn etags_tell_the_time_of_the_emulator_and_differ_where_it_stands_still() {
    let emulator = started();
    let now = callmap::model::time::moment("2026-11-23T09:00:00Z").unwrap();
    emulator.clock(Clock::Fixed(now));
    let write = || {
        let body = json!({ "policy": { "bindings": [] } });
        post(&emulator, &format!("/v2/{PAY}:setIamPolicy"), &body).json()["etag"].as_str().unwrap().to_owned()
    };
    // Seven, and 1,795,424,400,000,000 microseconds.
    assert_eq!([write(), write()], ["BwZg7dGVRAA=", "BwZg7dGVRAE="].map(str::to_owned));
    let said = post(&emulator, "/_clock", &json!({ "now": "2026-11-24T09:00:00Z" })).json();
    assert_eq!(said["now"], "2026-11-24T09:00:00Z");
    assert_eq!(post(&emulator, "/_clock", &json!({ "now": "tomorrow" })).status, 400);
    assert_eq!(get(&emulator, "/_clock").json(), said);
}

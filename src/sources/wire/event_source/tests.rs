//! Event sources as the four APIs write them: whom they call, as whom, and what they prove it with.

use super::*;

const TASKS: &str = "tasks@shop-prod.iam.gserviceaccount.com";

fn try_told(kind: EventSourceKind, json: &str) -> Result<Option<EventSource>, ShapeError> {
    answer(kind, "projects/shop-prod/locations/europe-west1/x/y", json, &mut Interner::default())
}

fn told(kind: EventSourceKind, json: &str) -> EventSource {
    try_told(kind, json).unwrap().unwrap()
}

/// Whom it calls as, with which token, for which audience.
fn proof(source: &EventSource) -> (Option<&str>, Token, Option<&str>) {
    let EventSource { identity, token, audience, .. } = source;
    (identity.as_ref().and_then(|identity| identity.email()), *token, audience.as_deref())
}

/// The same with the names of fields as exports to Cloud Storage have them.
fn snake(json: &str) -> String {
    let parts: Vec<&str> = json.split('"').collect();
    let told = parts.iter().enumerate().map(|(at, part)| {
        let is_name = at % 2 == 1 && parts.get(at + 1).is_some_and(|next| next.starts_with(':'));
        if !is_name {
            return (*part).to_owned();
        }
        let letters = part.chars().flat_map(|letter| {
            letter.is_ascii_uppercase().then_some('_').into_iter().chain([letter.to_ascii_lowercase()])
        });
        letters.collect()
    });
    told.collect::<Vec<_>>().join("\"")
}

#[test]
fn jobs_and_queues_prove_themselves_with_the_token_that_they_ask_for() {
    let email = format!(r#""serviceAccountEmail":"{TASKS}""#);
    for (target, proven) in [
        (format!(r#""oidcToken":{{{email},"audience":"pay"}}"#), (Some(TASKS), Token::Id, Some("pay"))),
        (format!(r#""oidcToken":{{{email}}}"#), (Some(TASKS), Token::Id, None)),
        (
            format!(r#""oauthToken":{{{email},"scope":"https://www.googleapis.com/auth/cloud-platform"}}"#),
            (Some(TASKS), Token::Access, None),
        ),
        (r#""oauthToken":{}"#.to_owned(), (None, Token::Access, None)),
        (r#""oidcToken":{"serviceAccountEmail":""}"#.to_owned(), (None, Token::Id, None)),
        (r#""oidcToken":null,"httpMethod":"POST""#.to_owned(), (None, Token::None, None)),
    ] {
        let job = format!(r#"{{"httpTarget":{{"uri":"https://pay-x7.a.run.app/run",{target}}}}}"#);
        let queue = format!(r#"{{"httpTarget":{{"uriOverride":{{"host":"pay-x7.a.run.app"}},{target}}}}}"#);
        for (kind, json) in [(EventSourceKind::Job, job), (EventSourceKind::Queue, queue)] {
            let source = told(kind, &json);
            assert_eq!(proof(&source), proven, "{json}");
            assert_eq!(told(kind, &snake(&json)), source, "{json}");
            assert!(
                matches!(&source.target, EventTarget::Url(url) if url.starts_with("https://pay-x7.a.run.app"))
            );
        }
    }
}

#[test]
fn jobs_that_call_no_address_call_nothing_of_cloud_run() {
    for json in [
        r#"{"pubsubTarget":{"topicName":"projects/shop-prod/topics/t","data":"e30="}}"#,
        r#"{"appEngineHttpTarget":{"httpMethod":"GET","relativeUri":"/cron"}}"#,
        "{}",
    ] {
        let job = told(EventSourceKind::Job, json);
        assert_eq!((&job.target, proof(&job)), (&EventTarget::Other, (None, Token::None, None)), "{json}");
    }
}

#[test]
fn a_queue_calls_the_address_that_it_puts_in_place_of_each_tasks_own() {
    let of = |to: &str| {
        told(EventSourceKind::Queue, &format!(r#"{{"httpTarget":{{"uriOverride":{to}}}}}"#)).target
    };
    let url = |url: &str| EventTarget::Url(url.into());
    for (to, target) in [
        (r#"{"host":"a.run.app"}"#, url("https://a.run.app")),
        (
            r#"{"scheme":"HTTPS","host":"a.run.app","port":"8443","pathOverride":{"path":"t"}}"#,
            url("https://a.run.app:8443/t"),
        ),
        (
            r#"{"scheme":"HTTP","host":"a.run.app","port":80,"pathOverride":{"path":""}}"#,
            url("http://a.run.app:80"),
        ),
        // Zero takes the port away.
        (r#"{"host":"a.run.app","port":"0"}"#, url("https://a.run.app")),
        // Tasks that name no address go here all the same.
        (r#"{"host":"a.run.app","uriOverrideEnforceMode":"IF_NOT_EXISTS"}"#, url("https://a.run.app")),
        (r#"{"pathOverride":{"path":"/t"},"uriOverrideEnforceMode":"ALWAYS"}"#, EventTarget::Other),
    ] {
        assert_eq!(of(to), target, "{to}");
        assert_eq!(of(&snake(to)), target, "{to}");
    }
    let bare = told(
        EventSourceKind::Queue,
        &format!(r#"{{"httpTarget":{{"oauthToken":{{"serviceAccountEmail":"{TASKS}"}}}}}}"#),
    );
    assert_eq!((&bare.target, proof(&bare)), (&EventTarget::Other, (Some(TASKS), Token::Access, None)));
}

#[test]
fn a_subscription_proves_itself_where_it_asks_for_a_token() {
    let of = |token: &str| {
        let json = format!(r#"{{"pushConfig":{{"pushEndpoint":"https://pay-x7.a.run.app/push"{token}}}}}"#);
        let source = told(EventSourceKind::Subscription, &json);
        assert_eq!(told(EventSourceKind::Subscription, &snake(&json)), source);
        let (email, token, audience) = proof(&source);
        (email.map(str::to_owned), token, audience.map(str::to_owned))
    };
    assert_eq!(of(""), (None, Token::None, None));
    let whole = of(&format!(r#","oidcToken":{{"serviceAccountEmail":"{TASKS}","audience":"pay"}}"#));
    assert_eq!(whole, (Some(TASKS.to_owned()), Token::Id, Some("pay".to_owned())));
    for pulled in ["{}", r#"{"pushConfig":{}}"#, r#"{"pushConfig":{"pushEndpoint":""}}"#] {
        assert_eq!(try_told(EventSourceKind::Subscription, pulled), Ok(None));
    }
}

#[test]
fn a_trigger_proves_itself_as_its_account_and_one_of_a_function_always() {
    let account = format!(r#""serviceAccount":"{TASKS}","#);
    let function = "projects/shop-prod/locations/europe-west1/functions/Resize_It";
    for (destination, is_other, with, without) in [
        (
            r#"{"cloudRun":{"service":"pay","region":"europe-west1","path":"/e"}}"#.to_owned(),
            false,
            Token::Id,
            Token::None,
        ),
        (format!(r#"{{"cloudFunction":"{function}"}}"#), false, Token::Id, Token::Id),
        (
            r#"{"httpEndpoint":{"uri":"http://10.10.10.8:80/route"}}"#.to_owned(),
            false,
            Token::Id,
            Token::None,
        ),
        (
            r#"{"workflow":"projects/shop-prod/locations/l/workflows/w"}"#.to_owned(),
            true,
            Token::Id,
            Token::None,
        ),
        (
            r#"{"gke":{"cluster":"c","location":"l","namespace":"n","service":"pay"}}"#.to_owned(),
            true,
            Token::Id,
            Token::None,
        ),
    ] {
        for (account, email, token) in [(account.as_str(), Some(TASKS), with), ("", None, without)] {
            let json = format!(r#"{{{account}"destination":{destination}}}"#);
            let trigger = told(EventSourceKind::Trigger, &json);
            assert_eq!(proof(&trigger), (email, token, None), "{json}");
            assert_eq!(trigger.target == EventTarget::Other, is_other, "{json}");
            assert_eq!(told(EventSourceKind::Trigger, &snake(&json)), trigger, "{json}");
        }
    }
}

#[test]
fn what_is_of_a_wrong_type_is_an_error_with_its_name() {
    for (kind, json, field) in [
        (EventSourceKind::Job, r#"{"httpTarget":{"oauthToken":"x"}}"#, "`httpTarget.oauthToken`"),
        (
            EventSourceKind::Job,
            r#"{"httpTarget":{"oauthToken":{"serviceAccountEmail":7}}}"#,
            "`httpTarget.oauthToken.serviceAccountEmail`",
        ),
        (EventSourceKind::Queue, r#"{"httpTarget":{"oidcToken":[1]}}"#, "`httpTarget.oidcToken"),
        (
            EventSourceKind::Queue,
            r#"{"httpTarget":{"uriOverride":{"port":"x"}}}"#,
            "`httpTarget.uriOverride.port`",
        ),
        (
            EventSourceKind::Subscription,
            r#"{"pushConfig":{"pushEndpoint":"u","oidcToken":true}}"#,
            "`pushConfig.oidcToken`",
        ),
        (EventSourceKind::Trigger, r#"{"destination":{"cloudFunction":"f"}}"#, "`destination.cloudFunction`"),
        (EventSourceKind::Trigger, r#"{"serviceAccount":{}}"#, "`serviceAccount`"),
    ] {
        let error = try_told(kind, json).unwrap_err();
        assert!(error.0.starts_with(field), "{json}: {}", error.0);
    }
}

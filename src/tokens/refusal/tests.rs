//! Each cause, where it fits and where it does not, and what is said of it.

use chrono::TimeDelta;

use super::*;
use crate::{
    access::{Effect, Reason, Verdict},
    model::{Condition, time::moment},
};

const URL: &str = "https://payments-100000000001.europe-north1.run.app";

/// Everything that a call rests on, to be borrowed.
struct Case {
    status: u16,
    page: Page,
    now: Time,
    at: Option<Time>,
    claims: Option<Claims>,
    principal: Option<Principal>,
    function: ServiceName,
    settings: Option<Settings>,
    is_absent: bool,
    is_audience_taken: Option<bool>,
    verdict: Option<Answer>,
    is_deny_read: bool,
    gaps: Vec<Gap>,
    declared: Option<Declared<'static>>,
    granted: Option<Time>,
}

fn time(text: &str) -> Time {
    moment(text).unwrap()
}

fn claims(audience: &str, email: &str) -> Claims {
    Claims {
        audience: audience.into(),
        issuer: "https://accounts.google.com".into(),
        subject: "104000000000000000001".into(),
        email: Some(email.into()),
        from: Some(time("2026-11-23T08:59:00Z")),
        until: Some(time("2026-11-23T09:59:00Z")),
    }
}

fn case(status: u16, page: Page) -> Case {
    let now = time("2026-11-23T09:00:00Z");
    Case {
        status,
        page,
        now,
        at: Some(now),
        claims: Some(claims(GCLOUD, "nora@example.com")),
        principal: Some(Principal::new("user:nora@example.com")),
        function: "projects/shop-prod/locations/europe-north1/services/payments".parse().unwrap(),
        settings: None,
        is_absent: false,
        is_audience_taken: None,
        verdict: None,
        is_deny_read: false,
        gaps: Vec::new(),
        declared: None,
        granted: None,
    }
}

fn account(case: Case, audience: &str) -> Case {
    let email = "checkout@shop-prod.iam.gserviceaccount.com";
    let (claims, principal) = (Some(claims(audience, email)), Some(Principal::service_account(email)));
    Case { claims, principal, ..case }
}

fn location(line: usize) -> Location {
    Location { file: "policies/shop.yaml".into(), line, column: 3 }
}

fn declared(edge: Option<DeclaredEdge>) -> Declared<'static> {
    Declared {
        name: "payments".to_owned(),
        place: location(14),
        owner: Some("payments-team@example.com"),
        written_by: None,
        is_event_driven: false,
        edge,
    }
}

fn edge(until: Option<&str>) -> DeclaredEdge {
    DeclaredEdge { caller: "user:nora@example.com".to_owned(), until: until.map(time), place: location(36) }
}

fn reason(effect: Effect, member: &str, detail: &str) -> Reason {
    Reason {
        effect,
        resource: None,
        role: Some(RoleName::new("roles/run.invoker")),
        member: Some(Principal::new(member)),
        condition: None,
        detail: detail.to_owned(),
        gap: None,
    }
}

fn under_condition(reason: Reason) -> Vec<Reason> {
    let condition =
        Condition { title: "x".into(), description: None, expression: "x".into(), location: None };
    vec![Reason { condition: Some(condition), ..reason }]
}

#[expect(clippy::unnecessary_wraps, reason = "cases hold verdicts that may be there or not")]
fn verdict(verdict: Verdict, reasons: Vec<Reason>) -> Option<Answer> {
    Some(Answer { verdict, reasons })
}

fn explained(case: &Case) -> Explanation {
    let Case { status, page, now, at, claims, principal, function, .. } = case;
    let brought = match claims {
        None => Brought::Nothing,
        Some(claims) => Brought::Token { claims, principal: principal.as_ref(), way: "the login of gcloud" },
    };
    let refused = Refused {
        answer: Answered { status: *status, page: *page, at: *at },
        here: *now,
        now: *now,
        brought,
        called: "payments",
        function: Some(function),
        is_googles: true,
        is_default_url: true,
        read: Read {
            settings: case.settings.as_ref(),
            is_absent: case.is_absent,
            is_audience_taken: case.is_audience_taken,
            verdict: case.verdict.as_ref(),
            is_deny_read: case.is_deny_read,
            gaps: case.gaps.clone(),
        },
        declared: case.declared.clone(),
        granted: case.granted,
        role: &RoleName::new("roles/run.invoker"),
        options: "",
    };
    refused.explain()
}

fn kinds(case: &Case) -> Vec<(Kind, Sureness)> {
    explained(case).causes.iter().map(|cause| (cause.kind, cause.sureness)).collect()
}

use Sureness::{Certain, Likely, Perhaps};

#[test]
fn without_a_token_it_is_the_token_that_is_missing_unless_the_function_says_it() {
    let none = |page| Case { claims: None, ..case(403, page) };
    assert_eq!(kinds(&none(Page::Forbidden)), [(Kind::NoToken, Certain)]);
    assert_eq!(kinds(&none(Page::Other)), [(Kind::Own, Likely), (Kind::NoToken, Likely)]);
    let open = Case { verdict: verdict(Verdict::Yes, Vec::new()), ..none(Page::Other) };
    assert_eq!(kinds(&open), [(Kind::Own, Likely)]);
    // Cloud Run answers 403 to whoever brings nothing.
    let other = Case { claims: None, ..case(401, Page::Other) };
    assert_eq!(kinds(&other), [(Kind::Own, Likely)]);
}

#[test]
fn a_wrong_audience_is_certain_only_where_the_right_ones_are_known() {
    let of = |audience: &str, taken| Case {
        is_audience_taken: taken,
        ..account(case(401, Page::Unauthorized), audience)
    };
    assert_eq!(kinds(&of("https://other.example.com", Some(false))), [(Kind::Audience, Certain)]);
    assert_eq!(kinds(&of("https://other.example.com", None)), [(Kind::Audience, Perhaps)]);
    assert_eq!(kinds(&of(URL, Some(true))), [(Kind::BadToken, Likely)]);
    // People come with gcloud's, and nobody else does.
    assert_eq!(kinds(&of(GCLOUD, None)), [(Kind::Audience, Certain)]);
    assert_eq!(kinds(&case(401, Page::Unauthorized)), [(Kind::BadToken, Likely)]);
    let own = Case { page: Page::Other, ..of(URL, Some(true)) };
    assert_eq!(kinds(&own), [(Kind::Own, Likely)]);
}

#[test]
fn a_token_is_old_by_the_clock_of_whoever_judges_it() {
    let of = |now, at: Option<&str>| Case {
        now: time(now),
        at: at.map(time),
        is_audience_taken: Some(true),
        ..account(case(401, Page::Unauthorized), URL)
    };
    let late = of("2026-11-23T09:00:00Z", Some("2026-11-23T10:30:00Z"));
    assert_eq!(kinds(&late), [(Kind::Time, Certain)]);
    let skew = "the clock of this machine is 1 h 30 min behind Google's".to_owned();
    assert!(explained(&late).evidence.contains(&("clock", skew)), "{:?}", explained(&late).evidence);
    let early = of("2026-11-23T09:00:00Z", Some("2026-11-23T08:30:00Z"));
    assert_eq!(kinds(&early), [(Kind::Time, Certain)]);
    assert_eq!(kinds(&of("2026-11-23T10:30:00Z", None))[0], (Kind::Time, Likely));
    let good = of("2026-11-23T09:00:20Z", Some("2026-11-23T09:00:00Z"));
    assert_eq!(kinds(&good), [(Kind::BadToken, Likely)]);
    assert!(explained(&good).evidence.iter().all(|(label, _)| *label != "clock"));
}

#[test]
fn nobody_is_said_to_have_no_grant_for_certain_unless_that_was_read() {
    let of = |verdict| Case { verdict, ..case(403, Page::Forbidden) };
    assert_eq!(kinds(&of(verdict(Verdict::No, Vec::new()))), [(Kind::NotGranted, Certain)]);
    assert_eq!(kinds(&of(None)), [(Kind::NotGranted, Likely)]);
    let own = Case { page: Page::Other, ..of(None) };
    assert_eq!(kinds(&own), [(Kind::NotGranted, Perhaps), (Kind::Own, Perhaps)]);
    let undeclared = Case { declared: Some(declared(None)), ..of(None) };
    assert_eq!(kinds(&undeclared), [(Kind::NotGranted, Likely)]);
    let waiting = Case { declared: Some(declared(Some(edge(None)))), ..of(None) };
    assert_eq!(kinds(&waiting), [(Kind::NotGranted, Perhaps)]);
    let granted = of(verdict(Verdict::Yes, Vec::new()));
    assert!(kinds(&granted).iter().all(|(kind, _)| *kind != Kind::NotGranted));
}

#[test]
fn a_grant_that_is_over_or_depends_on_the_request_is_told_as_such() {
    let ended = reason(Effect::Void, "user:Nora@example.com", "its condition ended 2026-11-22T00:00:00Z");
    let of = |answer, reasons: Vec<Reason>| Case {
        verdict: Some(Answer { verdict: answer, reasons }),
        ..case(403, Page::Forbidden)
    };
    let over = of(Verdict::No, under_condition(ended.clone()));
    assert_eq!(kinds(&over), [(Kind::Over, Certain)]);
    let sentence = "`user:nora@example.com` has a grant to call this function, and its condition ended \
                    2026-11-22T00:00:00Z";
    assert_eq!(explained(&over).causes[0].sentence, sentence);
    // Somebody else's says nothing.
    let other = Reason { member: Some(Principal::new("user:bo@example.com")), ..ended };
    assert_eq!(kinds(&of(Verdict::No, under_condition(other))), [(Kind::NotGranted, Certain)]);
    let path = reason(Effect::Unknown, "user:nora@example.com", "its condition depends on `request.path`");
    let depends = of(Verdict::Unknown, under_condition(path));
    assert_eq!(kinds(&depends)[0], (Kind::Condition, Likely));
    let past = Case {
        declared: Some(declared(Some(edge(Some("2026-11-01T00:00:00Z"))))),
        ..case(403, Page::Forbidden)
    };
    assert_eq!(kinds(&past), [(Kind::Over, Likely)]);
}

#[test]
fn a_new_grant_is_told_with_its_time_and_an_old_one_is_not() {
    let granted = |ago: i64, answer| {
        let case = case(403, Page::Forbidden);
        Case { granted: Some(case.now - TimeDelta::seconds(ago)), verdict: answer, ..case }
    };
    let new = granted(40, verdict(Verdict::Yes, Vec::new()));
    assert_eq!(kinds(&new), [(Kind::TooNew, Likely)]);
    assert!(explained(&new).causes[0].sentence.contains("right to call it 40 seconds ago, and Google takes"));
    let unread = granted(40, None);
    assert_eq!(kinds(&unread)[0], (Kind::TooNew, Likely));
    let old = granted(7_200, verdict(Verdict::Yes, Vec::new()));
    assert_eq!(kinds(&old), [(Kind::TooNew, Perhaps), (Kind::Denied, Perhaps)]);
    assert!(kinds(&granted(7_200, None)).iter().all(|(kind, _)| *kind != Kind::TooNew));
    let gone = granted(40, verdict(Verdict::No, Vec::new()));
    assert_eq!(kinds(&gone), [(Kind::NotGranted, Certain)]);
}

#[test]
fn a_deny_policy_is_certain_where_it_was_read_and_nothing_where_it_was_and_lets_through() {
    let refuses =
        reason(Effect::Deny, "user:nora@example.com", "the deny policy `no-people` refuses its calls");
    let denied = Case { verdict: verdict(Verdict::No, vec![refuses]), ..case(403, Page::Forbidden) };
    assert_eq!(kinds(&denied), [(Kind::Denied, Certain)]);
    let allowed =
        Case { verdict: verdict(Verdict::Yes, Vec::new()), is_deny_read: true, ..case(403, Page::Forbidden) };
    assert_eq!(kinds(&allowed), [(Kind::TooNew, Perhaps)]);
}

#[test]
fn a_page_that_is_not_found_is_the_ingress_where_that_is_shut() {
    let of = |ingress: Option<&str>, is_off| {
        let settings = Settings {
            ingress: ingress.map(Into::into),
            is_default_url_disabled: is_off,
            ..Settings::plain()
        };
        Case { settings: Some(settings), ..case(404, Page::NotFound) }
    };
    assert_eq!(kinds(&of(Some("INGRESS_TRAFFIC_INTERNAL_ONLY"), false)), [(Kind::Ingress, Certain)]);
    assert_eq!(kinds(&of(Some("INGRESS_TRAFFIC_ALL"), false)), [(Kind::Nowhere, Perhaps)]);
    assert_eq!(kinds(&of(None, true)), [(Kind::DefaultUrl, Certain)]);
    let unread = case(404, Page::NotFound);
    assert_eq!(kinds(&unread), [(Kind::Ingress, Perhaps), (Kind::Nowhere, Perhaps)]);
    let own = Case { page: Page::Other, ..of(Some("INGRESS_TRAFFIC_INTERNAL_ONLY"), false) };
    assert_eq!(kinds(&own), [(Kind::Own, Likely)]);
    let absent = Case { is_absent: true, ..case(404, Page::NotFound) };
    assert_eq!(kinds(&absent), [(Kind::Nowhere, Certain)]);
}

#[test]
fn the_proxy_is_certain_where_it_answers_itself() {
    for status in [302, 401, 403] {
        assert_eq!(kinds(&case(status, Page::Proxy)), [(Kind::Proxy, Certain)]);
    }
    let settings = Settings { is_iap_enabled: true, ..Settings::plain() };
    let behind = Case { settings: Some(settings), ..case(403, Page::Forbidden) };
    assert!(kinds(&behind).contains(&(Kind::Proxy, Likely)));
}

#[test]
fn everything_else_is_the_functions_own_answer() {
    for status in [400, 418, 500, 503] {
        assert_eq!(kinds(&case(status, Page::Other)), [(Kind::Own, Likely)]);
    }
}

#[test]
fn what_to_do_ends_in_a_line_that_can_be_typed() {
    let commands = |case: &Case| {
        let next = explained(case).next;
        next.into_iter().map(|next| next.command.unwrap_or(next.says)).collect::<Vec<_>>()
    };
    let refused = || Case { verdict: verdict(Verdict::No, Vec::new()), ..case(403, Page::Forbidden) };
    let mapped = Case { declared: Some(declared(None)), ..refused() };
    assert_eq!(commands(&mapped), ["callmap grant user:nora@example.com payments --for 8h --reason \"WHY\""]);
    let machine = account(mapped, URL);
    let line = "callmap grant serviceAccount:checkout@shop-prod.iam.gserviceaccount.com payments --permanent --reason \"WHY\"";
    assert_eq!(commands(&machine), [line]);
    let without = "gcloud run services add-iam-policy-binding payments --region europe-north1 --project shop-prod \
                   --member user:nora@example.com --role roles/run.invoker";
    assert_eq!(commands(&refused()), [without]);
    let waiting = Case { declared: Some(declared(Some(edge(None)))), ..refused() };
    assert_eq!(commands(&waiting), ["callmap plan"]);
    let over = Case { declared: Some(declared(Some(edge(Some("2026-11-01T00:00:00Z"))))), ..refused() };
    assert_eq!(commands(&over), ["callmap grant user:nora@example.com payments --for 8h --reason \"WHY\""]);
    let elsewhere = Declared { written_by: Some(Writer::Terraform), ..declared(None) };
    let elsewhere = Case { declared: Some(elsewhere), ..refused() };
    assert!(commands(&elsewhere)[1].starts_with("Terraform writes the policy"));
    let event = Declared { is_event_driven: true, ..declared(None) };
    let event = Case { declared: Some(event), ..refused() };
    assert_eq!(
        commands(&event),
        ["ask payments-team@example.com: the map says that its event source alone may call it"]
    );
}

#[test]
fn what_was_not_read_is_one_line_with_the_permission() {
    let gap = |permission: &str| Gap::new("permission denied", permission);
    let line = |gaps| {
        let case = Case { gaps, ..case(403, Page::Forbidden) };
        explained(&case).evidence.into_iter().find(|(label, _)| *label == "not read").map(|(_, line)| line)
    };
    assert_eq!(line(Vec::new()), None);
    let one = line(vec![gap("run.services.getIamPolicy"), gap("run.services.getIamPolicy")]);
    assert_eq!(
        one.as_deref(),
        Some("what is granted could not be read: `run.services.getIamPolicy` is missing")
    );
    let two = line(vec![gap("run.services.getIamPolicy"), gap("run.services.get")]).unwrap();
    assert!(two.ends_with("`run.services.get` and `run.services.getIamPolicy` are missing"), "{two}");
}

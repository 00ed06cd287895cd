//! What the formats say of one and the same audit.

use std::collections::BTreeMap;

use callmap::{
    callers::{MapText, Mistake, Place, mistake::MapError},
    model::Principal,
    plan::{Include, Made, Plan, PlanOptions},
    report::{
        json, markdown,
        plan::View,
        table::{self, Show},
    },
    world::SourceKind,
};

use crate::{fixture, plan_fixture};

fn text(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string()
}

#[test]
fn an_audit_on_a_terminal() {
    insta::assert_snapshot!(text(|out| table::render(&fixture::audit(), 100, Show::Screen, out)));
}

#[test]
fn an_audit_on_a_terminal_with_everything() {
    insta::assert_snapshot!(text(|out| table::render(&fixture::audit(), 100, Show::All, out)));
}

#[test]
fn an_audit_on_a_narrow_terminal() {
    insta::assert_snapshot!(text(|out| table::render(&fixture::audit(), 40, Show::Notes, out)));
}

#[test]
fn a_clean_audit_on_a_terminal() {
    insta::assert_snapshot!(text(|out| table::render(&fixture::clean(), 100, Show::Screen, out)));
}

#[test]
fn an_untidy_project_fits_on_a_screen() {
    let shown = text(|out| table::render(&fixture::untidy(), 100, Show::Screen, out));
    assert!(shown.lines().count() <= 50, "{} lines:\n{shown}", shown.lines().count());
    insta::assert_snapshot!(shown);
}

#[test]
fn an_audit_for_machines() {
    insta::assert_snapshot!(machine("callmap-audit-1", |out| json::audit(&fixture::audit(), out)));
    machine("callmap-audit-1", |out| json::audit(&fixture::untidy(), out));
}

#[test]
fn every_format_for_machines_has_its_schema() {
    for (name, schema) in json::schemas() {
        let path = format!("{}/policies/formats/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "run with UPDATE_SCHEMAS=1");
    }
}

/// The text of a format, held to its schema.
fn machine(name: &str, write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let shown = text(write);
    let (_, schema) = json::schemas().into_iter().find(|(known, _)| *known == name).unwrap();
    let value = serde_json::from_str(&shown).unwrap();
    jsonschema::validate(schema.as_value(), &value).unwrap();
    shown
}

#[test]
fn a_verdict_for_machines() {
    let (source, layers) = (fixture::source(), fixture::layers());
    let heading = fixture::heading(&source, &layers);
    let (caller, function) = (Principal::new("user:Alice@example.com"), fixture::service("payments"));
    insta::assert_snapshot!(machine("callmap-explain-1", |out| {
        json::explain(
            &heading,
            (&caller, &function),
            (&fixture::answer(), &fixture::flip()),
            &fixture::beside(),
            out,
        )
    }));
    insta::assert_snapshot!(machine("callmap-who-1", |out| json::who(
        &heading,
        &fixture::who(),
        &fixture::beside(),
        out
    )));
    insta::assert_snapshot!(machine("callmap-can-1", |out| json::can(&heading, &fixture::can(), out)));
}

#[test]
fn mistakes_for_machines() {
    let bytes = "callmap: 1\nfunctions: { é: {}, pay: {}, pay: {} }\n".as_bytes().to_vec();
    let texts = vec![MapText { path: "policies/shop.yaml".into(), bytes }];
    let place = |start, end| Place { file: 0, start, end };
    let mistakes = vec![
        Mistake {
            place: Some(place(41, 44)),
            message: "`pay` is declared twice".into(),
            repair: Some("keep one of them".into()),
            other: Some((place(32, 35), "first here".into())),
        },
        Mistake { place: None, message: "no file has `callers:`".into(), repair: None, other: None },
    ];
    let error = MapError { texts: texts.clone(), mistakes };
    let at = fixture::at("2026-11-23T09:00:00Z");
    insta::assert_snapshot!(machine("callmap-check-1", |out| json::check(
        &texts,
        &[],
        Some(&error),
        at,
        out
    )));
    machine("callmap-check-1", |out| json::check(&texts, &[], None, at, out));
}

#[test]
fn a_verdict_on_a_terminal() {
    let (source, layers) = (fixture::source(), fixture::layers());
    let heading = fixture::heading(&source, &layers);
    let (caller, function) = (Principal::new("user:Alice@example.com"), fixture::service("payments"));
    insta::assert_snapshot!(text(|out| {
        table::explain(
            &heading,
            (&caller, &function),
            (&fixture::answer(), &fixture::flip()),
            &fixture::beside(),
            100,
            out,
        )
    }));
    insta::assert_snapshot!(text(|out| table::who(&heading, &fixture::who(), &fixture::beside(), 100, out)));
    insta::assert_snapshot!(text(|out| table::can(&heading, &fixture::can(), 60, out)));
}

#[test]
fn a_verdict_for_a_pull_request() {
    let (source, layers) = (fixture::source(), fixture::layers());
    let heading = fixture::heading(&source, &layers);
    let (caller, function) = (Principal::new("user:Alice@example.com"), fixture::service("payments"));
    insta::assert_snapshot!(text(|out| {
        markdown::explain(
            &heading,
            (&caller, &function),
            (&fixture::answer(), &fixture::flip()),
            &fixture::beside(),
            out,
        )
    }));
    insta::assert_snapshot!(text(|out| markdown::who(&heading, &fixture::who(), &fixture::beside(), out)));
    insta::assert_snapshot!(text(|out| markdown::can(&heading, &fixture::can(), out)));
}

#[test]
fn an_audit_for_a_pull_request() {
    insta::assert_snapshot!(text(|out| markdown::render(&fixture::audit(), out)));
    insta::assert_snapshot!(text(|out| markdown::render(&fixture::clean(), out)));
    let long = text(|out| markdown::render(&fixture::untidy(), out));
    assert!(long.len() < 60_000, "GitHub takes 65,536 characters, and this has {}", long.len());
}

/// What a format says of a plan.
fn planned(
    plan: &Plan,
    saved: Option<&str>,
    write: impl FnOnce(&View<'_>, &mut Vec<u8>) -> std::io::Result<()>,
) -> String {
    let (source, layers) = (fixture::source(), fixture::layers());
    let heading = fixture::heading(&source, &layers);
    let more = BTreeMap::from([(Include::Public, 0), (Include::Agents, 1), (Include::Dead, 1204)]);
    text(|out| write(&View { plan, heading, more: &more, saved, is_under_way: false }, out))
}

#[test]
fn a_plan_on_a_terminal() {
    let plan = plan_fixture::plan();
    insta::assert_snapshot!(planned(&plan, Some("out/the plan.json"), |view, out| table::plan(
        view, 160, out
    )));
    insta::assert_snapshot!(planned(&plan, None, |view, out| table::plan(view, 60, out)));
    let mut nothing = plan_fixture::nothing();
    insta::assert_snapshot!(planned(&nothing, None, |view, out| table::plan(view, 100, out)));
    nothing.is_complete = false;
    insta::assert_snapshot!(planned(&nothing, None, |view, out| table::plan(view, 40, out)));
}

#[test]
fn a_plan_for_machines() {
    let plan = plan_fixture::plan();
    insta::assert_snapshot!(planned(&plan, None, |view, out| {
        let shown = machine("callmap-plan-1", |out| json::plan(view.plan, &view.heading, out));
        std::io::Write::write_all(out, shown.as_bytes())
    }));
    let nothing = plan_fixture::nothing();
    planned(&nothing, None, |view, _| {
        machine("callmap-plan-1", |out| json::plan(view.plan, &view.heading, out));
        Ok(())
    });
}

#[test]
fn a_plan_for_a_pull_request() {
    insta::assert_snapshot!(planned(&plan_fixture::plan(), None, |view, out| markdown::plan(view, out)));
    insta::assert_snapshot!(planned(&plan_fixture::nothing(), None, |view, out| markdown::plan(view, out)));
    let long = planned(&plan_fixture::long(), None, |view, out| markdown::plan(view, out));
    assert!(long.len() < 60_000, "GitHub takes 65,536 characters, and this has {}", long.len());
    assert_eq!(long.matches("… and ").count(), 3, "{long}");
}

#[test]
fn what_comes_next_after_a_plan_is_what_can_be_done_with_it() {
    let next = |change: &dyn Fn(&mut Plan), saved| {
        let mut plan = plan_fixture::plan();
        change(&mut plan);
        let shown = planned(&plan, saved, |view, out| table::plan(view, 100, out));
        let (_, next) = shown.split_once("\nnext\n").unwrap_or_default();
        next.lines().next().unwrap_or_default().trim().to_owned()
    };
    let of = |kind| move |plan: &mut Plan| plan.made.source = kind;
    let plain = |kind| {
        move |plan: &mut Plan| {
            plan.made = Made {
                source: kind,
                env: None,
                scope: Vec::new(),
                options: PlanOptions::default(),
                ..plan.made.clone()
            };
        }
    };
    assert!(next(&plain(SourceKind::Live), None).starts_with("callmap apply  "));
    assert!(next(&plain(SourceKind::Emulator), Some("a b.json")).starts_with("callmap apply 'a b.json' "));
    assert!(next(&plain(SourceKind::Demo), None).starts_with("callmap apply --demo "));
    // What the plan was made with is said again, or another plan would be made, or this one refused.
    let asked = |plan: &mut Plan| {
        plain(SourceKind::Live)(plan);
        plan.made.env = Some("prod".into());
        plan.made.scope = vec!["projects/shop-edge".parse().unwrap(), "folders/4000".parse().unwrap()];
        plan.made.options.include = [Include::Dead, Include::Agents].into();
    };
    let scope = "--env prod --project shop-edge --folder 4000";
    assert_eq!(next(&asked, None), format!("callmap apply {scope} --include-dead --include-agents"));
    assert_eq!(next(&asked, Some("plan.json")), format!("callmap apply plan.json {scope} --include-agents"));
    assert!(next(&of(SourceKind::Assets), Some("plan.json")).contains("without `--from`"));
    let judged = |plan: &mut Plan| plan.made.judged_at = Some(fixture::at("2026-12-24T00:00:00Z"));
    assert!(next(&judged, Some("plan.json")).contains("without `--at`"));
    assert_eq!(next(&|plan| plan.steps.clear(), None), "");
}

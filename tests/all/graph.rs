//! Pictures: what is drawn, in a grammar that Mermaid and Graphviz take, whatever things are called.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Output},
};

use callmap::{
    model::{Level, RuleId},
    plan::graph::{Edge, Hidden, Kind, Node, Picture, Place, Shape, State},
    report::{dot, mermaid},
};

use crate::estate::Estate;

const HOSTILE: &str = "a\"]; b --> c %%{init: {}}%% <b>&lt;#35; `x`\n\u{202e}\u{1b}[2K\\";

fn node(shape: Shape, state: State, place: Option<(&str, Option<&str>)>, lines: &[&str]) -> Node {
    let place =
        place.map(|(project, region)| Place { project: project.into(), region: region.map(Into::into) });
    Node { shape, state, place, lines: lines.iter().map(|line| (*line).to_owned()).collect() }
}

fn edge(from: usize, to: usize, kind: Kind, details: &[&str]) -> Edge {
    Edge { from, to, kind, details: details.iter().map(|detail| (*detail).to_owned()).collect() }
}

/// One of every kind of node and edge, and names that somebody else chose.
fn everything() -> Picture {
    let (west, north) =
        (Some(("shop-prod", Some("europe-west1"))), Some(("shop-prod", Some("europe-north1"))));
    let nodes = vec![
        node(Shape::Public, State::Usual, None, &["anybody"]),
        node(Shape::User, State::Usual, None, &["alice@example.com"]),
        node(Shape::Group, State::Usual, None, &["payments-team@example.com"]),
        node(Shape::Account, State::Usual, None, &["12 service accounts", "a@b", "c@d", "e@f", "and 9 more"]),
        node(Shape::Agent, State::Usual, None, &["service-1@gcp-sa-iap.iam.gserviceaccount.com"]),
        node(Shape::Other, State::Usual, None, &[HOSTILE]),
        node(Shape::Source, State::Usual, None, &["Scheduler job `nightly`"]),
        node(Shape::Container, State::Usual, None, &["folders/77", "all 9 functions below"]),
        node(Shape::Everything, State::Usual, Some(("shop-prod", None)), &["all 9 functions of shop-prod"]),
        node(Shape::Function, State::Usual, west, &["checkout"]),
        node(Shape::Function, State::Unlisted, west, &["promo", "on no map"]),
        node(Shape::Function, State::NotLive, north, &["refunds", "not live"]),
        node(Shape::EventFunction, State::NotRead, north, &["resize", "event function", "not read"]),
        node(Shape::Function, State::Usual, Some((HOSTILE, Some("r"))), &[&"long".repeat(30)]),
    ];
    let mut edges = vec![
        edge(0, 9, Kind::Open, &[]),
        edge(0, 10, Kind::Public, &["check off"]),
        edge(1, 9, Kind::Right, &["until 2026-12-01T18:00:00Z"]),
        edge(2, 8, Kind::Inherited, &["run.invoker"]),
        edge(3, 10, Kind::Undeclared, &["a", "b", HOSTILE]),
        edge(4, 7, Kind::Inherited, &["run.serviceAgent", "accepted"]),
        edge(5, 13, Kind::Granted, &[HOSTILE]),
        edge(6, 12, Kind::Event, &[]),
        edge(7, 8, Kind::Above, &[]),
        edge(9, 11, Kind::Missing, &["not live"]),
        edge(9, 12, Kind::Unknown, &["not read"]),
        edge(9, 9, Kind::Right, &[]),
    ];
    edges.sort();
    Picture {
        nodes,
        edges,
        hidden: Hidden { functions: 3, others: 0, edges: 7 },
        is_complete: false,
        relaxed: vec![(RuleId::DeadGrant, Level::Note)],
    }
}

fn drawn(picture: &Picture) -> (String, String) {
    let (mut mmd, mut gv) = (Vec::new(), Vec::new());
    mermaid::render(picture, &mut mmd).unwrap();
    dot::render(picture, &mut gv).unwrap();
    (String::from_utf8(mmd).unwrap(), String::from_utf8(gv).unwrap())
}

/// The text with every quoted part taken out, and these parts. A backslash keeps the next character in.
fn unquoted(text: &str, has_backslashes: bool) -> (String, Vec<String>) {
    let (mut bare, mut quoted) = (String::new(), Vec::new());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        bare.push(character);
        if character != '"' {
            continue;
        }
        let mut inside = String::new();
        loop {
            match characters.next().unwrap() {
                '"' => break,
                '\\' if has_backslashes => inside.extend(['\\', characters.next().unwrap()]),
                other => inside.push(other),
            }
        }
        bare.push('"');
        quoted.push(inside);
    }
    (bare, quoted)
}

/// Whether a word is one of these letters and a number behind it, or several of such.
fn is_id(word: &str) -> bool {
    !word.is_empty()
        && word.starts_with(['n', 's', 'a', 'b', 'p'])
        && word.chars().all(|character| character.is_ascii_digit() || "nsabpr".contains(character))
}

/// What is drawn in the small part of Mermaid's language that is needed, and nothing besides.
fn takes_mermaid(text: &str) {
    let (bare, quoted) = unquoted(text, false);
    for label in quoted {
        assert!(!label.contains(['\n', '`', '%', '{']), "{label}");
        let label = label.replace("<br/>", "");
        assert!(!label.contains(['<', '>', '&']), "{label}");
    }
    let mut lines = bare.lines();
    assert_eq!(lines.next(), Some("flowchart LR"));
    let mut depth = 0;
    for line in lines.map(str::trim) {
        let words: Vec<_> = line.split(' ').collect();
        match words.as_slice() {
            ["end"] => depth -= 1,
            ["direction", "LR"] => assert!(depth > 0, "{line}"),
            ["subgraph", name] => {
                depth += 1;
                let id = name.strip_suffix("[\"\"]").unwrap();
                assert!(id == "legend" || is_id(id), "{line}");
            }
            ["%%", ..] | ["classDef", "unlisted" | "absent", _] | ["classDef", "absent", _, "4"] => {}
            ["linkStyle", numbers, style] => {
                assert!(numbers.split(',').all(|number| number.parse::<usize>().is_ok()), "{line}");
                assert!(style.starts_with("stroke:#"), "{line}");
            }
            [from, arrow, to] => {
                let of = |end: &str| is_id(end.strip_suffix("[\"\"]").unwrap_or(end));
                let arrow = arrow.strip_suffix("|\"\"|").unwrap_or(arrow);
                assert!(["==>", "-.-x", "-.->", "--o", "-->", "---"].contains(&arrow), "{line}");
                assert!(of(from) && of(to), "{line}");
            }
            [node] => {
                let node =
                    node.strip_suffix(":::unlisted").or(node.strip_suffix(":::absent")).unwrap_or(node);
                let (id, shape) = node.split_at(node.find(|c: char| !c.is_ascii_alphanumeric()).unwrap());
                assert!(is_id(id), "{line}");
                let shapes = [
                    "((\"\"))",
                    "([\"\"])",
                    "[[\"\"]]",
                    "(\"\")",
                    ">\"\"]",
                    "[/\"\"/]",
                    "[(\"\")]",
                    "[\\\"\"/]",
                    "[\"\"]",
                    "{{\"\"}}",
                ];
                assert!(shapes.contains(&shape), "{line}");
            }
            _ => panic!("{line}"),
        }
    }
    assert_eq!(depth, 0);
}

/// The same of Graphviz.
fn takes_dot(text: &str) {
    let (bare, quoted) = unquoted(text, true);
    for label in quoted {
        assert!(!label.contains('\n'), "{label}");
        for (at, _) in label.match_indices('&') {
            assert!(label[at..].starts_with("&amp;"), "{label}");
        }
    }
    assert!(bare.starts_with("digraph callmap {\n") && bare.ends_with("}\n"));
    let mut depth = 0;
    for line in bare.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
        depth += line.matches('{').count();
        depth -= line.matches('}').count();
        for part in line.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let head = part.split(" [").next().unwrap();
            let ends: Vec<_> = head.split(" -> ").collect();
            let is_known = ["graph", "node", "edge", "}", "digraph callmap {", "label=\"\"", "style=dotted"]
                .contains(&head)
                || head.starts_with("subgraph cluster_")
                || head == "fontsize=10"
                || ends.iter().all(|end| is_id(end));
            assert!(is_known, "{part}");
        }
    }
    assert_eq!(depth, 0);
}

#[test]
fn every_node_and_every_edge_has_a_line_of_its_own_kind() {
    let (mmd, gv) = drawn(&everything());
    takes_mermaid(&mmd);
    takes_dot(&gv);
    insta::assert_snapshot!(mmd);
    insta::assert_snapshot!(gv);
}

#[test]
fn without_colour_no_two_kinds_of_edges_look_the_same() {
    let kinds: BTreeSet<_> = Kind::ALL.map(Kind::meaning).into_iter().collect();
    assert_eq!(kinds.len(), Kind::ALL.len());
    let mut seen = BTreeSet::new();
    for kind in Kind::ALL.into_iter().filter(|kind| !matches!(kind, Kind::Granted)) {
        let mut picture = everything();
        picture.edges = vec![edge(0, 9, kind, &[])];
        let (mmd, _) = drawn(&picture);
        let line = mmd.lines().find(|line| line.starts_with("  n0 ")).unwrap().to_owned();
        assert!(seen.insert(line.clone()), "{line}");
    }
}

fn callmap(dir: &Path, words: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
    let Output { status, stdout, stderr } =
        command.args(words).current_dir(dir).env_clear().output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

#[test]
fn the_sample_estate_is_drawn() {
    let dir = tempfile::tempdir().unwrap();
    let (code, mmd, err) = callmap(dir.path(), &["graph", "--demo"]);
    assert_eq!((code, err.as_str()), (0, ""));
    takes_mermaid(&mmd);
    // A function that calls is one node with the function that is called.
    let node = |name: &str| {
        let line = mmd.lines().find(|line| line.trim().ends_with(&format!("[\"{name}\"]"))).unwrap();
        line.trim().split('[').next().unwrap().to_owned()
    };
    assert!(mmd.contains(&format!("  {} --> {}\n", node("checkout"), node("payments"))), "{mmd}");
    assert!(mmd.contains("-.-x|\"missing\"|"));
    // What sends events is drawn as well, and whether it gets through.
    assert!(
        mmd.contains("[/\"Eventarc trigger #96;") && mmd.contains("-.-x|\"missing: wrong audience\"|"),
        "{mmd}"
    );
    let (code, out, err) = callmap(dir.path(), &["graph", "--demo", "-o", "a.mmd", "-o", "b.gv"]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""));
    assert_eq!(fs::read_to_string(dir.path().join("a.mmd")).unwrap(), mmd);
    let gv = fs::read_to_string(dir.path().join("b.gv")).unwrap();
    takes_dot(&gv);
    assert_eq!(callmap(dir.path(), &["graph", "--demo", "--format", "dot"]).1, gv);
}

#[test]
fn what_is_asked_for_is_drawn_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let edges = |words: &[&str]| {
        let (code, mmd, _) = callmap(dir.path(), &[&["graph", "--demo"], words].concat());
        assert_eq!(code, 0, "{words:?}");
        takes_mermaid(&mmd);
        let lines = mmd.lines().filter(|line| line.starts_with("  n") && line.matches('n').count() > 1);
        let is_edge = |line: &&str| line.split(' ').next_back().is_some_and(|last| last.starts_with('n'));
        lines.filter(is_edge).map(str::to_owned).collect::<Vec<_>>()
    };
    let all = edges(&[]).len();
    let missing = edges(&["--only", "missing"]);
    assert!(!missing.is_empty() && missing.iter().all(|line| line.contains("-.-x")), "{missing:?}");
    let both = edges(&["--only", "missing", "--only", "public"]).len();
    assert!(missing.len() < both && both < all);
    let around = edges(&["--function", "ledger"]).len();
    assert!(0 < around && around < all);
    let by = edges(&["--caller", "function:checkout"]);
    let from: BTreeSet<_> = by.iter().map(|line| line.trim().split(' ').next().unwrap()).collect();
    assert_eq!(from.len(), 1, "{by:?}");
    let (code, mmd, err) = callmap(dir.path(), &["graph", "--demo", "--only", "granted"]);
    assert_eq!((code, err.as_str()), (0, "note: there is nothing of the kind to draw\n"), "{mmd}");
    for wrong in [["--function", "nowhere"], ["--caller", "nobody"]] {
        assert_eq!(callmap(dir.path(), &[&["graph", "--demo"][..], &wrong].concat()).0, 2);
    }
}

/// A made-up estate in a directory, with its map beside it.
fn estate(services: usize) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let estate = Estate { services, projects: 2 };
    let (mut assets, mut map) = (Vec::new(), Vec::new());
    estate.write_assets(&mut assets).unwrap();
    estate.write_map(&mut map).unwrap();
    fs::write(dir.path().join("assets.ndjson"), &assets).unwrap();
    let assets = String::from_utf8(assets).unwrap();
    let turned: Vec<_> = assets.lines().rev().collect();
    fs::write(dir.path().join("turned.ndjson"), turned.join("\n")).unwrap();
    fs::write(dir.path().join("map.yaml"), map).unwrap();
    dir
}

#[test]
fn a_picture_is_the_same_whatever_the_order_things_were_read_in() {
    let dir = estate(40);
    let draw = |file: &str| callmap(dir.path(), &["graph", "-m", "map.yaml", "--from", file]);
    let (first, again, turned) = (draw("assets.ndjson"), draw("assets.ndjson"), draw("turned.ndjson"));
    takes_mermaid(&first.1);
    assert_eq!(first, again);
    assert_eq!(first, turned);
}

#[test]
fn a_large_estate_has_room_on_a_picture() {
    let dir = estate(400);
    let (_, mmd, err) = callmap(dir.path(), &["graph", "-m", "map.yaml", "--from", "assets.ndjson"]);
    takes_mermaid(&mmd);
    // Mermaid draws no more than 50,000 characters, nor 500 edges, unless its page says so.
    assert!(mmd.len() < 50_000 && mmd.matches("-->").count() < 500, "{}", mmd.len());
    assert!(err.contains(" are left out, "), "{err}");
    let (_, all, err) = callmap(dir.path(), &["graph", "-m", "map.yaml", "--from", "assets.ndjson", "--all"]);
    assert!(all.len() > mmd.len() && !err.contains("left out"), "{err}");
    takes_mermaid(&all);
}

#[test]
fn without_a_map_the_world_is_drawn() {
    let dir = estate(6);
    let (code, mmd, err) = callmap(dir.path(), &["graph", "--from", "assets.ndjson"]);
    assert_eq!(code, 0, "{err}");
    takes_mermaid(&mmd);
    assert!(mmd.contains("|\"can call\"|") && !mmd.contains("declared"), "{mmd}");
    assert!(!mmd.contains("on no map"));
}

/// A service and its policy, as lines of an export.
fn service(name: &str, callers: &[String]) -> String {
    let data = serde_json::json!({
        "kind": "Service", "metadata": { "name": name, "namespace": "100000000001" },
        "spec": { "template": { "spec": { "serviceAccountName": format!("{name}@shop-prod.iam.gserviceaccount.com") } } },
    });
    let line = serde_json::json!({
        "name": format!("//run.googleapis.com/projects/shop-prod/locations/europe-west1/services/{name}"),
        "asset_type": "run.googleapis.com/Service",
        "resource": { "data": data },
        "iam_policy": { "bindings": [{ "role": "roles/run.invoker", "members": callers }] },
        "ancestors": ["projects/100000000001"],
    });
    format!("{line}\n")
}

/// A project in which anybody whose policy this is can call.
fn project(callers: &[&str]) -> String {
    let line = serde_json::json!({
        "name": "//cloudresourcemanager.googleapis.com/projects/100000000001",
        "asset_type": "cloudresourcemanager.googleapis.com/Project",
        "resource": { "data": { "projectId": "shop-prod", "projectNumber": "100000000001" } },
        "iam_policy": { "bindings": [{ "role": "roles/run.invoker", "members": callers }] },
        "ancestors": ["projects/100000000001"],
    });
    format!("{line}\n")
}

#[test]
fn what_is_drawn_is_what_mermaid_draws_however_much_calls_however_much() {
    let dir = tempfile::tempdir().unwrap();
    let called_by = |number: usize, long: &str| -> String {
        let callers = (0..100).filter(|other| (other * number) % 101 < 20);
        let callers: Vec<_> = callers
            .map(|other| format!("serviceAccount:{long}f{other}@shop-prod.iam.gserviceaccount.com"))
            .collect();
        service(&format!("f{number}"), &callers)
    };
    let all = |long: &str| project(&[]) + &(0..100).map(|number| called_by(number, long)).collect::<String>();
    fs::write(dir.path().join("dense.ndjson"), all("")).unwrap();
    fs::write(dir.path().join("long.ndjson"), all(&"<&\">".repeat(20))).unwrap();
    for file in ["dense.ndjson", "long.ndjson"] {
        let (_, mmd, err) = callmap(dir.path(), &["graph", "--from", file]);
        takes_mermaid(&mmd);
        let edges = mmd.lines().filter(|line| line.contains("-->")).count();
        assert!(mmd.len() <= 50_000 && edges <= 500, "{} {edges}", mmd.len());
        assert!(err.contains(" are left out") && !err.contains("GitHub"), "{err}");
    }
    let (_, _, err) = callmap(dir.path(), &["graph", "--from", "dense.ndjson", "--all"]);
    assert!(
        err.contains("warning: GitHub draws no Mermaid of more than 50,000 characters or 500 edges"),
        "{err}"
    );
    let (_, _, err) = callmap(dir.path(), &["graph", "--from", "dense.ndjson", "--all", "--format", "dot"]);
    assert!(!err.contains("GitHub"), "{err}");
}

#[test]
fn no_kind_of_what_is_wrong_crowds_out_another() {
    let dir = tempfile::tempdir().unwrap();
    let mut assets = project(&["group:platform@example.com"]);
    let mut map = "callmap: 1\nproject: shop-prod\nregion: europe-west1\nfunctions:\n".to_owned();
    for number in 0..300 {
        let name = format!("f{number}");
        assets += &service(&name, &[format!("user:u{number}@example.com")]);
        map = map + "  " + &name + ":\n";
    }
    map += "callers: {}\n";
    fs::write(dir.path().join("assets.ndjson"), assets).unwrap();
    fs::write(dir.path().join("map.yaml"), map).unwrap();
    let (_, mmd, _) = callmap(dir.path(), &["graph", "-m", "map.yaml", "--from", "assets.ndjson"]);
    takes_mermaid(&mmd);
    assert!(mmd.contains("|\"undeclared\"|") && mmd.contains("|\"from above: run.invoker\"|"), "{mmd}");
}

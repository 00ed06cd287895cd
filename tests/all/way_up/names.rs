//! Levels and projects by whichever name they go.

use serde_json::json;

use super::{
    Shop,
    estate::{CHAIN, at_level, below, levels, policy},
};

#[test]
fn a_grant_at_any_level_lets_its_holder_call_and_nobody_else() {
    let shop = Shop::of(&levels(&CHAIN));
    for level in CHAIN {
        let (code, answer) = shop.everywhere(&["explain", &at_level(level), "pay"]);
        assert_eq!((code, &answer["verdict"]), (0, &json!("yes")), "{level}");
        let reason = answer["reasons"].as_array().unwrap();
        let granting = reason.iter().find(|reason| reason["effect"] == "allow").unwrap();
        assert_eq!(granting["resource"], level);
    }
    assert_eq!(shop.can("user:stranger@example.com"), "no");
    // Below no organization there is nothing more to be read.
    let (code, answer) = shop.everywhere(&["explain", &at_level("organizations/9000"), "alone"]);
    assert_eq!((code, &answer["verdict"]), (0, &json!("no")));
    let (_, audit) = shop.everywhere(&["audit"]);
    assert_eq!((&audit["complete"], &audit["summary"]["unreadable"]), (&json!(true), &json!(0)));
    let of_rule = |rule: &str| {
        let findings = audit["findings"].as_array().unwrap().iter();
        let of_rule = findings.filter(|finding| finding["rule"] == rule);
        of_rule.map(|finding| finding["resource"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let mut above: Vec<_> =
        CHAIN.iter().chain(&["projects/shop-lone"]).map(|level| (*level).to_owned()).collect();
    above.sort();
    let mut found = of_rule("inherited-caller");
    found.sort();
    assert_eq!(found, above);
}

#[test]
fn a_project_is_one_by_id_and_by_number_in_members_roles_accounts_and_services() {
    let accounts_of =
        |name: &str| format!("principalSet://cloudresourcemanager.googleapis.com/{name}/type/ServiceAccount");
    for (member, role) in [
        (accounts_of("projects/1041"), "roles/run.invoker"),
        (accounts_of("folders/2"), "roles/run.invoker"),
        (accounts_of("organizations/9000"), "roles/run.invoker"),
        (
            "serviceAccount:1041-compute@developer.gserviceaccount.com".to_owned(),
            "projects/1041/roles/caller",
        ),
        (accounts_of("projects/1041"), "projects/shop-prod/roles/caller"),
    ] {
        let estate = below(&CHAIN, |level| match level {
            "projects/shop-prod" => policy(&[(role, &member)]),
            _ => policy(&[]),
        });
        let shop = Shop::of(&estate);
        // By the account of a project and by the function that runs as its default one.
        let default = "serviceAccount:1041-compute@developer.gserviceaccount.com";
        assert_eq!(shop.can(default), "yes", "{member} {role}");
        assert_eq!(shop.can("function:pay"), "yes", "{member} {role}");
        let is_for_all = member.starts_with("principalSet:");
        let web = shop.can("serviceAccount:web@shop-prod.iam.gserviceaccount.com");
        assert_eq!(web, if is_for_all { "yes" } else { "no" }, "{member} {role}");
        // Of another project, below nothing that is named.
        assert_eq!(shop.can("serviceAccount:2082-compute@developer.gserviceaccount.com"), "no", "{member}");
        assert_eq!(shop.can("serviceAccount:x@shop-lone.iam.gserviceaccount.com"), "no", "{member}");
        // A function by the number of its project is the same function.
        let by_number = "projects/1041/locations/europe-west1/services/pay";
        let (_, answer) = shop.everywhere(&["explain", default, by_number]);
        assert_eq!(answer["function"], by_number.replace("1041", "shop-prod"));
    }
}

#[test]
fn ancestors_that_disagree_are_an_error_that_names_both_lines() {
    let estate = levels(&CHAIN);
    let moved = estate.lines().last().unwrap().replace("projects/2082", "projects/1041");
    let contradiction = format!("{estate}{moved}\n").replace("services/alone", "services/other");
    let shop = Shop::of(&estate);
    std::fs::write(shop.dir.path().join("moved.ndjson"), contradiction).unwrap();
    let run = shop.run(false, &["audit", "--from", "moved.ndjson"]);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    assert!(run.err.contains("moved.ndjson:2") || run.err.contains("moved.ndjson:1"), "{}", run.err);
    assert!(run.err.contains("the `ancestors` of project `shop-prod`"), "{}", run.err);
}

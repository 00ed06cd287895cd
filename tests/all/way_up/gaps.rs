//! A level that nobody may read is unknown, and said once, with what reading it takes.

use serde_json::json;

use super::{
    Shop,
    estate::{CHAIN, at_level, levels},
    gaps,
};

/// What reading the policy of a level takes, and the smallest role that holds it.
fn needed(level: &str) -> (&'static str, &'static str) {
    match level.split_once('/').unwrap().0 {
        "projects" => ("resourcemanager.projects.getIamPolicy", "roles/browser"),
        "folders" => ("resourcemanager.folders.getIamPolicy", "roles/iam.securityReviewer"),
        _ => ("resourcemanager.organizations.getIamPolicy", "roles/iam.organizationRoleViewer"),
    }
}

#[test]
fn a_level_that_nobody_may_read_is_one_unknown_and_the_others_count() {
    for hidden in CHAIN {
        let (permission, role) = needed(hidden);
        let shop = Shop::of(&levels(&CHAIN)).refusing(permission, hidden);
        assert_eq!(
            shop.gaps_live(),
            [format!(
                "`{hidden}`: its policy could not be read: permission denied | needs `{permission}` (in `{role}`)"
            )]
        );
        for level in CHAIN {
            let expected = if level == hidden { "unknown" } else { "yes" };
            assert_eq!(shop.can_live(&at_level(level)), expected, "{level} without {hidden}");
        }
        let (code, answer) = shop.live(&["explain", "user:stranger@example.com", "pay"]);
        assert_eq!((code, &answer["verdict"]), (3, &json!("unknown")));
        let unknown: Vec<_> = answer["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|reason| reason["effect"] == "unknown")
            .collect();
        assert_eq!(unknown.len(), 1, "{unknown:#?}");
        assert_eq!(unknown[0]["resource"], hidden);
        // What stands elsewhere is known all the same.
        let (code, answer) = shop.live(&["explain", "user:stranger@example.com", "alone"]);
        assert_eq!((code, &answer["verdict"]), (0, &json!("no")));
    }
}

#[test]
fn several_levels_that_nobody_may_read_are_said_each() {
    let shop = Shop::of(&levels(&CHAIN))
        .refusing("resourcemanager.folders.getIamPolicy", "folders/2")
        .refusing("resourcemanager.organizations.getIamPolicy", "organizations/9000");
    let gaps = shop.gaps_live();
    assert_eq!(gaps.len(), 2, "{gaps:#?}");
    assert!(
        gaps[0].starts_with("`folders/2`: ") && gaps[1].starts_with("`organizations/9000`: "),
        "{gaps:#?}"
    );
    assert_eq!(shop.can_live(&at_level("folders/1")), "yes");
}

#[test]
fn without_its_ancestors_a_function_has_its_project_and_the_rest_is_unknown() {
    let shop = Shop::of(&levels(&CHAIN)).refusing("resourcemanager.projects.get", "projects/shop-prod");
    let gaps = shop.gaps_live();
    let [gap] = &gaps[..] else { panic!("{gaps:#?}") };
    assert!(gap.starts_with("`projects/shop-prod`: "), "{gap}");
    assert!(gap.ends_with("needs `resourcemanager.projects.get` (in `roles/browser`)"), "{gap}");
    assert_eq!(shop.can_live(&at_level("projects/shop-prod")), "yes");
    assert_eq!(shop.can_live(&at_level("folders/3")), "unknown");
    assert_eq!(shop.can_live("user:stranger@example.com"), "unknown");
}

#[test]
fn what_is_seen_of_ancestors_that_were_cut_short_counts_and_the_rest_is_unknown() {
    let shop = Shop::of(&levels(&CHAIN[..3]));
    let (code, audit) = shop.live(&["audit"]);
    assert_eq!((code, &audit["complete"]), (1, &json!(false)));
    assert_eq!(
        gaps(&audit),
        [
            "`projects/shop-prod`: what stands above its functions could not be read: what stands above `folders/2` is not shown | needs `resourcemanager.folders.get` (in `roles/browser`)"
        ]
    );
    for level in &CHAIN[..3] {
        assert_eq!(shop.can_live(&at_level(level)), "yes", "{level}");
    }
    assert_eq!(shop.can_live("user:stranger@example.com"), "unknown");
    let set = "principalSet://cloudresourcemanager.googleapis.com/organizations/9000/type/ServiceAccount";
    let estate = levels(&CHAIN[..3]).replace(&at_level("folders/2"), set);
    let shop = Shop::of(&estate);
    // Whether the account's project lies below the organization is not known either.
    assert_eq!(shop.can_live("serviceAccount:web@shop-prod.iam.gserviceaccount.com"), "unknown");
    // An export names all ancestors, whoever asks for it.
    let file = shop.run(false, &["explain", "user:stranger@example.com", "pay", "--from", "estate.ndjson"]);
    assert!(file.out.contains("no: user:stranger@example.com"), "{}", file.out);
}

#[test]
fn a_project_of_an_organization_that_is_looked_at_is_not_lost_for_want_of_its_ancestors() {
    let shop = Shop::of(&levels(&CHAIN)).refusing("resourcemanager.projects.get", "projects/shop-prod");
    std::fs::write(
        shop.dir.path().join("policies/shop.yaml"),
        "callmap: 1\nproject: shop-lone\nregion: europe-west1\nfunctions:\n  alone:\ncallers: {}\n",
    )
    .unwrap();
    let run = shop.run(true, &["audit", "--organization", "9000", "--format", "json"]);
    let audit = run.json();
    let gaps = gaps(&audit);
    assert!(gaps.iter().any(|gap| gap.starts_with("`projects/shop-prod`: ")), "{gaps:#?}");
    let functions: Vec<_> =
        audit["findings"].as_array().unwrap().iter().map(|finding| &finding["function"]).collect();
    let pay = json!("projects/shop-prod/locations/europe-west1/services/pay");
    assert!(functions.contains(&&pay), "{functions:#?}");
}

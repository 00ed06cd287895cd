//! What Google refuses is a gap with its permission, and the run ends with 3.

use callmap::{
    emulator::{Handle, State},
    model::Level,
    sources::google::Asked,
    world::{Layer, LayerState, Observed},
};

use super::{ESTATE, audit, emulator, found, from_file, gaps, live, live_of};

const PAYMENTS: &str = "projects/shop-prod/locations/europe-north1/services/payments";

/// What is said of the estate once something was done to it, and which layers were refused.
fn told(change: impl FnOnce(&mut State)) -> (Vec<String>, Vec<Layer>) {
    let emulator = emulator(ESTATE);
    Handle::change(&emulator, change);
    let world = live(&emulator);
    let audit = audit(&world);
    let gaps = gaps(&audit);
    assert_eq!(audit.is_complete, gaps.is_empty());
    assert_eq!(audit.has_open_gaps(), !gaps.is_empty());
    // Whom a role that is not known lets in cannot be told; nothing else looks wrong for being unread.
    let errors = found(&audit).into_iter().filter(|finding| finding.level == Level::Error);
    let errors: Vec<_> = errors.filter(|finding| !finding.message.contains("`iam.roles.get`")).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let refused = world.layers.iter().filter(|(_, state)| **state == LayerState::Refused);
    (gaps, refused.map(|(layer, _)| *layer).collect())
}

#[test]
fn nothing_that_is_refused_is_taken_for_empty() {
    for (permission, on, resource, role, layer) in [
        (
            "run.services.list",
            "projects/shop-prod/locations/europe-west1",
            "projects/shop-prod/locations/europe-west1/services",
            "roles/run.viewer",
            Layer::Services,
        ),
        ("run.services.getIamPolicy", PAYMENTS, PAYMENTS, "roles/run.viewer", Layer::Policies),
        (
            "resourcemanager.projects.get",
            "projects/shop-prod",
            "projects/shop-prod",
            "roles/browser",
            Layer::Ancestors,
        ),
        (
            "resourcemanager.projects.getIamPolicy",
            "projects/shop-prod",
            "projects/shop-prod",
            "roles/browser",
            Layer::Ancestors,
        ),
        (
            "resourcemanager.folders.getIamPolicy",
            "folders/7",
            "folders/7",
            "roles/iam.securityReviewer",
            Layer::Ancestors,
        ),
        (
            "resourcemanager.organizations.getIamPolicy",
            "organizations/9000",
            "organizations/9000",
            "roles/iam.organizationRoleViewer",
            Layer::Ancestors,
        ),
        (
            "iam.roles.get",
            "projects/shop-prod/roles/caller",
            "projects/shop-prod/roles/caller",
            "roles/iam.roleViewer",
            Layer::Roles,
        ),
        (
            "cloudfunctions.functions.list",
            "projects/shop-prod",
            "projects/shop-prod/locations/-/functions",
            "roles/cloudfunctions.viewer",
            Layer::Functions,
        ),
        (
            "eventarc.triggers.list",
            "projects/shop-prod",
            "projects/shop-prod/locations/-/triggers",
            "roles/eventarc.viewer",
            Layer::EventSources,
        ),
        (
            "pubsub.subscriptions.list",
            "projects/shop-prod",
            "projects/shop-prod/subscriptions",
            "roles/pubsub.viewer",
            Layer::EventSources,
        ),
        (
            "cloudscheduler.jobs.list",
            "projects/shop-prod/locations/europe-west1",
            "projects/shop-prod/locations/europe-west1/jobs",
            "roles/cloudscheduler.viewer",
            Layer::EventSources,
        ),
        (
            "cloudtasks.queues.list",
            "projects/shop-prod/locations/europe-west1",
            "projects/shop-prod/locations/europe-west1/queues",
            "roles/cloudtasks.viewer",
            Layer::EventSources,
        ),
    ] {
        let (gaps, layers) = told(|state| state.refuse(permission, on));
        let [gap] = &gaps[..] else { panic!("{permission}: {gaps:#?}") };
        assert!(gap.starts_with(&format!("`{resource}`: ")), "{gap}");
        assert!(gap.contains("permission denied"), "{gap}");
        assert!(gap.ends_with(&format!("| needs `{permission}` (in `{role}`)")), "{gap}");
        assert_eq!(layers, [layer], "{permission}");
    }
}

#[test]
fn without_the_regions_the_services_that_the_map_names_are_read_all_the_same() {
    let emulator = emulator(ESTATE);
    emulator.change(|state| state.refuse("run.locations.list", "projects/shop-prod"));
    let world = live(&emulator);
    let payments = &world.services[&PAYMENTS.parse().unwrap()];
    assert!(payments.settings.known().is_some() && payments.policy.known().is_some());
    let audit = audit(&world);
    let gaps = gaps(&audit);
    let list = gaps.iter().find(|gap| gap.starts_with("`projects/shop-prod/services`: ")).unwrap();
    assert!(list.ends_with("| needs `run.locations.list` (in `roles/run.viewer`)"), "{list}");
    assert!(!audit.is_complete && !audit.has_findings_from(Level::Error));
}

#[test]
fn a_role_of_googles_that_is_refused_is_known_all_the_same() {
    let (gaps, layers) = told(|state| state.refuse("iam.roles.get", "roles/run.invoker"));
    assert_eq!(gaps, [""; 0]);
    assert_eq!(layers, [Layer::Roles]);
}

#[test]
fn an_api_that_is_off_is_said_as_such_and_has_no_event_sources() {
    let (gaps, layers) = told(|state| state.turn_off("run.googleapis.com"));
    for project in ["shop-edge", "shop-prod"] {
        let gap =
            gaps.iter().find(|gap| gap.starts_with(&format!("`projects/{project}/services`: "))).unwrap();
        assert!(gap.contains("`run.googleapis.com` is off") && !gap.contains("needs"), "{gap}");
    }
    assert!(layers.contains(&Layer::Services));
    let (gaps, _) = told(|state| state.turn_off("cloudresourcemanager.googleapis.com"));
    assert!(gaps.iter().any(|gap| gap.contains("`cloudresourcemanager.googleapis.com` is off")), "{gaps:#?}");
    // Nothing calls while the API that would make it is off.
    for api in [
        "pubsub.googleapis.com",
        "cloudscheduler.googleapis.com",
        "cloudtasks.googleapis.com",
        "eventarc.googleapis.com",
    ] {
        assert_eq!(told(|state| state.turn_off(api)), (Vec::new(), Vec::new()), "{api}");
    }
    // Functions that say whose they are contradict an API that is off.
    let (gaps, layers) = told(|state| state.turn_off("cloudfunctions.googleapis.com"));
    let [gap] = &gaps[..] else { panic!("{gaps:#?}") };
    assert!(gap.starts_with("`projects/shop-prod/locations/-/functions`: "), "{gap}");
    assert_eq!(layers, [Layer::Functions]);
    let unmanaged = ESTATE.replace(r#""labels":{"goog-managed-by":"cloudfunctions"},"#, "");
    let emulator = emulator(&unmanaged);
    emulator.change(|state| state.turn_off("cloudfunctions.googleapis.com"));
    assert_eq!(live(&emulator).layers[&Layer::Functions], LayerState::Read);
}

#[test]
fn a_region_that_cannot_be_reached_is_not_empty() {
    let (gaps, layers) = told(|state| state.lose(&["europe-north1"]));
    let of_region = |gap: &&String| gap.starts_with("`projects/shop-prod/locations/europe-north1/");
    assert!(
        gaps.iter().any(|gap| gap.starts_with("`projects/shop-prod/locations/europe-north1/services`: ")),
        "{gaps:#?}"
    );
    assert!(
        gaps.iter().any(|gap| gap.starts_with("`projects/shop-prod/locations/europe-north1/functions`: ")),
        "{gaps:#?}"
    );
    assert!(gaps.iter().filter(of_region).all(|gap| !gap.contains("needs")), "{gaps:#?}");
    assert!(
        [Layer::Services, Layer::Functions, Layer::EventSources].iter().all(|layer| layers.contains(layer))
    );
}

#[test]
fn a_project_that_is_not_there_is_a_gap_and_not_a_project_without_functions() {
    let emulator = emulator(ESTATE);
    let asked = Asked { projects: ["shop-none".into()].into(), ..Asked::default() };
    let world = live_of(&emulator, &asked);
    assert!(world.unread_lists.contains_key("projects/shop-none/services"));
    assert_eq!(world.layers[&Layer::Services], LayerState::Refused);
    assert!(matches!(world.event_source_lists["shop-none"], Observed::Unreadable(_)));
    assert!(world.services.is_empty());
}

#[test]
fn a_folder_whose_projects_cannot_be_listed_is_said() {
    let emulator = emulator(ESTATE);
    emulator.change(|state| state.refuse("resourcemanager.projects.list", "folders/7"));
    let map = super::map();
    let wider = ["folders/7".parse().unwrap()];
    let world = live_of(&emulator, &Asked::new(Some(&map), &wider));
    let scope = callmap::rules::Scope::new(&map, &world, &wider);
    let audit = callmap::rules::run(&map, &world, super::at(), scope).unwrap();
    let gaps = gaps(&audit);
    let [gap] = &gaps[..] else { panic!("{gaps:#?}") };
    assert!(gap.starts_with("`folders/7/projects`: "), "{gap}");
    assert!(gap.ends_with("| needs `resourcemanager.projects.list` (in `roles/browser`)"), "{gap}");
    // The rest was read.
    assert_eq!(world.services.len(), from_file(ESTATE).services.len());
}

//! Functions of the Cloud Functions v2 API
//! (<https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions>).

use serde::Deserialize;

use super::{super::name, Interner, Resource, ShapeError, text::Text, text::filled};
use crate::{model::ServiceName, world::CloudFunction};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a function")]
struct FunctionWire<'a> {
    #[serde(borrow)]
    environment: Option<Text<'a>>,
    #[serde(borrow, alias = "service_config")]
    service_config: Option<ServiceConfig<'a>>,
    #[serde(borrow, alias = "event_trigger")]
    event_trigger: Option<EventTrigger<'a>>,
    #[serde(borrow, alias = "upgrade_info")]
    upgrade_info: Option<UpgradeInfo<'a>>,
}

/// What was set up for a function of the first generation on its way to the second.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct UpgradeInfo<'a> {
    #[serde(borrow, alias = "service_config")]
    service_config: Option<ServiceConfig<'a>>,
    #[serde(borrow, alias = "event_trigger")]
    event_trigger: Option<EventTrigger<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct ServiceConfig<'a> {
    #[serde(borrow)]
    service: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct EventTrigger<'a> {
    #[serde(borrow, alias = "service_account_email")]
    service_account_email: Option<Text<'a>>,
    #[serde(borrow)]
    trigger: Option<Text<'a>>,
    #[serde(borrow, alias = "event_type")]
    event_type: Option<Text<'a>>,
}

/// A function as its `resource` tells it.
pub(in crate::sources) enum Told {
    /// Of the first generation: not judged.
    Gen1,
    /// Of the first, with a service that was set up to serve it as one of the second.
    Upgrading(CloudFunction),
    /// Of the second.
    Gen2(CloudFunction),
    /// The resource says nothing.
    Nothing,
}

/// Which generation a function is of, the service behind it and whom its trigger calls as.
pub(in crate::sources) fn function(json: &str, words: &mut Interner) -> Result<Told, ShapeError> {
    let resource: Resource<'_, FunctionWire<'_>> = super::read(json, "resource")?;
    resource.data.map_or(Ok(Told::Nothing), |wire| told(&wire, "resource.data.", words))
}

/// What Google's answer tells of a function.
pub(in crate::sources) fn answer(json: &str, words: &mut Interner) -> Result<Told, ShapeError> {
    told(&super::read(json, "")?, "", words)
}

fn told(wire: &FunctionWire<'_>, at: &str, words: &mut Interner) -> Result<Told, ShapeError> {
    let FunctionWire { environment, service_config, event_trigger, upgrade_info } = wire;
    let is_gen1 = environment.as_deref() == Some("GEN_1");
    let none = UpgradeInfo::default();
    let upgrade = upgrade_info.as_ref().unwrap_or(&none);
    // Of the first generation what is its own says nothing of the service to come.
    let own = Part { of: (service_config.as_ref(), event_trigger.as_ref()), at: "" };
    let next =
        Part { of: (upgrade.service_config.as_ref(), upgrade.event_trigger.as_ref()), at: "upgradeInfo." };
    let own = (!is_gen1).then_some(own);
    let parts = || own.iter().chain([&next]);
    let service = parts().find_map(|part| part.service(at)).transpose()?;
    if is_gen1 && service.is_none() {
        return Ok(Told::Gen1);
    }
    let trigger = parts().find_map(|part| part.of.1);
    let account = trigger.and_then(|trigger| filled(trigger.service_account_email.as_ref()));
    let carrier = trigger.and_then(|trigger| filled(trigger.trigger.as_ref()));
    let kind = trigger.or(event_trigger.as_ref()).and_then(|trigger| filled(trigger.event_type.as_ref()));
    let function = CloudFunction {
        service,
        is_event_driven: trigger.is_some() || event_trigger.is_some(),
        trigger_identity: account.map(|email| words.account(email)),
        trigger: carrier.map(|name| words.word(name::relative(name))),
        event_type: kind.map(|kind| words.word(kind)),
        policy: None,
    };
    Ok(if is_gen1 { Told::Upgrading(function) } else { Told::Gen2(function) })
}

/// The service and the trigger of a function, and where they stand in it.
struct Part<'w, 'a> {
    of: (Option<&'w ServiceConfig<'a>>, Option<&'w EventTrigger<'a>>),
    at: &'static str,
}

impl Part<'_, '_> {
    fn service(&self, at: &str) -> Option<Result<ServiceName, ShapeError>> {
        let name = filled(self.of.0?.service.as_ref())?;
        let wrong = |error| ShapeError(format!("`{at}{}serviceConfig.service`: {error}", self.at));
        Some(name::relative(name).parse().map_err(wrong))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: &str = "projects/shop-prod/locations/europe-west1/services/resize";
    const ACCOUNT: &str = "events@shop-prod.iam.gserviceaccount.com";

    fn told(json: &str) -> Result<Told, ShapeError> {
        answer(json, &mut Interner::default())
    }

    fn gen2(json: &str) -> CloudFunction {
        let Told::Gen2(function) = told(json).unwrap() else { panic!("{json}") };
        function
    }

    #[test]
    fn both_spellings_tell_who_serves_a_function_and_what_calls_it() {
        let trigger = "projects/shop-prod/locations/europe-west1/triggers/resize-1";
        let kind = "google.cloud.storage.object.v1.finalized";
        let camel = format!(
            r#"{{"environment":"GEN_2","serviceConfig":{{"service":"{SERVICE}"}},"eventTrigger":{{"trigger":"{trigger}",
            "eventType":"{kind}","serviceAccountEmail":"{ACCOUNT}","eventFilters":[{{"attribute":"bucket","value":"in"}}]}}}}"#
        );
        let snake = camel
            .replace("serviceConfig", "service_config")
            .replace("eventTrigger", "event_trigger")
            .replace("eventType", "event_type")
            .replace("serviceAccountEmail", "service_account_email");
        let function = gen2(&camel);
        assert_eq!(gen2(&snake), function);
        assert_eq!(function.service.unwrap().to_string(), SERVICE);
        assert_eq!(function.trigger_identity.unwrap().email(), Some(ACCOUNT));
        assert_eq!(
            (function.trigger.as_deref(), function.event_type.as_deref()),
            (Some(trigger), Some(kind))
        );
        // An event trigger that names nobody calls as the default compute account.
        let bare = gen2(r#"{"environment":"GEN_2","eventTrigger":{}}"#);
        assert!(bare.is_event_driven && bare.trigger_identity.is_none() && bare.service.is_none());
    }

    #[test]
    fn a_function_on_its_way_to_the_second_generation_has_the_service_that_was_set_up_for_it() {
        let of = |upgrade: &str| {
            told(&format!(
                r#"{{"environment":"GEN_1","serviceConfig":{{"revision":"3"}},"eventTrigger":{{"eventType":"google.storage.object.finalize",
                "serviceAccountEmail":"old@shop-prod.iam.gserviceaccount.com"}}{upgrade}}}"#
            ))
        };
        assert!(matches!(of(""), Ok(Told::Gen1)));
        let eligible = r#","upgradeInfo":{"upgradeState":"ELIGIBLE_FOR_2ND_GEN_UPGRADE"}"#;
        assert!(matches!(of(eligible), Ok(Told::Gen1)));
        let set_up = format!(
            r#","upgradeInfo":{{"upgradeState":"SETUP_FUNCTION_UPGRADE_CONFIG_SUCCESSFUL","serviceConfig":{{"service":"{SERVICE}"}},
            "eventTrigger":{{"eventType":"google.cloud.storage.object.v1.finalized","serviceAccountEmail":"{ACCOUNT}"}}}}"#
        );
        let Ok(Told::Upgrading(function)) = of(&set_up) else { panic!() };
        assert_eq!(function.service.unwrap().to_string(), SERVICE);
        assert_eq!(function.trigger_identity.unwrap().email(), Some(ACCOUNT));
        assert_eq!(function.event_type.as_deref(), Some("google.cloud.storage.object.v1.finalized"));
        let wrong = of(r#","upgradeInfo":{"serviceConfig":{"service":"resize"}}"#).err().unwrap();
        assert!(wrong.0.starts_with("`upgradeInfo.serviceConfig.service`: "), "{}", wrong.0);
        // One that has arrived is of the second generation by its own service.
        let arrived = gen2(&format!(
            r#"{{"environment":"GEN_2","serviceConfig":{{"service":"{SERVICE}"}},"upgradeInfo":{{"serviceConfig":{{"service":"{SERVICE}-2"}}}}}}"#
        ));
        assert_eq!(arrived.service.unwrap().to_string(), SERVICE);
    }
}

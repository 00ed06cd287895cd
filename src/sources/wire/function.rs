//! Functions of the Cloud Functions v2 API
//! (<https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions>).

use serde::Deserialize;

use super::{Interner, Resource, ShapeError, text::Text, text::filled};
use crate::world::CloudFunction;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a function")]
struct FunctionWire<'a> {
    #[serde(borrow)]
    environment: Option<Text<'a>>,
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
    let FunctionWire { environment, service_config, event_trigger } = wire;
    if environment.as_deref() == Some("GEN_1") {
        return Ok(Told::Gen1);
    }
    let service = match service_config.as_ref().and_then(|config| filled(config.service.as_ref())) {
        None => None,
        Some(name) => Some(
            super::super::name::relative(name)
                .parse()
                .map_err(|error| ShapeError(format!("`{at}serviceConfig.service`: {error}")))?,
        ),
    };
    let account = event_trigger.as_ref().and_then(|trigger| filled(trigger.service_account_email.as_ref()));
    Ok(Told::Gen2(CloudFunction {
        service,
        is_event_driven: event_trigger.is_some(),
        trigger_identity: account.map(|email| words.account(email)),
        trigger: event_trigger
            .as_ref()
            .and_then(|trigger| filled(trigger.trigger.as_ref()))
            .map(|name| words.word(super::super::name::relative(name))),
        event_type: event_trigger
            .as_ref()
            .and_then(|trigger| filled(trigger.event_type.as_ref()))
            .map(|kind| words.word(kind)),
        policy: None,
    }))
}

//! One service as it is now, with the least right that there is: `run.services.get`, and for a function whose service
//! has another name than itself `cloudfunctions.functions.get`.

use super::calls::{segment, shape, text};
use crate::{
    model::{FunctionName, ServiceName},
    sources::{
        google::{Api, CallError, Google, Refusal},
        intern::Interner,
        wire::{
            self,
            function::{self, Told},
            service::{self, ServiceWire},
        },
    },
    world::Settings,
};

/// What reading a service takes.
const SERVICE: &str = "run.services.get";
/// What reading a function takes.
const FUNCTION: &str = "cloudfunctions.functions.get";

/// The service of this name, else the one that serves the function of this id, and its settings.
///
/// # Errors
/// See [`CallError`]; where a permission is wanting it is named.
pub async fn service(google: &Google, name: &ServiceName) -> Result<(ServiceName, Settings), CallError> {
    let missing = match settings(google, name).await {
        Ok(settings) => return Ok((name.clone(), settings)),
        Err(error) if error.refusal == Refusal::NotFound => error,
        Err(error) => return Err(error),
    };
    let ServiceName { project, location, service } = name.clone();
    let function = FunctionName { project, location, function: service };
    match serving(google, &function).await {
        Ok(Some(name)) => {
            let settings = settings(google, &name).await?;
            Ok((name, settings))
        }
        // That there is no function either is no news, and neither is that its API is off.
        Ok(None) => Err(missing),
        Err(error) if matches!(error.refusal, Refusal::NotFound | Refusal::Disabled) => Err(missing),
        Err(error) => {
            let message = format!(
                "there is no service of this name, and whether there is a function of this id is not known: {}",
                error.message
            );
            Err(CallError { message: message.into(), ..error })
        }
    }
}

/// The service that serves a function; `None` of one of the first generation.
///
/// # Errors
/// See [`CallError`].
pub async fn serving(google: &Google, name: &FunctionName) -> Result<Option<ServiceName>, CallError> {
    let FunctionName { project, location, function } = name;
    let path = format!(
        "/v2/projects/{}/locations/{}/functions/{}",
        segment(project),
        segment(location),
        segment(function)
    );
    let body = google.get(Api::Functions, &path, &[]).await.map_err(|error| named(error, FUNCTION))?;
    let told = function::answer(text(&body)?, &mut Interner::default()).map_err(|error| shape(&error.0))?;
    let (Told::Gen2(function) | Told::Upgrading(function)) = told else { return Ok(None) };
    // An answer names the project by whichever of its names.
    Ok(function.service.map(|service| ServiceName { project: project.clone(), ..service }))
}

async fn settings(google: &Google, name: &ServiceName) -> Result<Settings, CallError> {
    let body = google.service(name).await.map_err(|error| named(error, SERVICE))?;
    let wire: ServiceWire<'_> = wire::read(text(&body)?, "").map_err(|error| shape(&error.0))?;
    service::answer(&wire, &mut Interner::default()).map_err(|why| shape(&why))
}

/// A refusal with the permission that is wanting, where Google does not name it.
fn named(error: CallError, permission: &str) -> CallError {
    let is_bare = error.refusal == Refusal::Denied && error.permission.is_none();
    if is_bare { CallError { permission: Some(permission.into()), ..error } } else { error }
}

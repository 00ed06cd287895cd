//! The door of a function: where it is called, and for whom a token has to be. A URL needs no reading; a name is
//! looked up live, never in a file.

use std::{sync::Arc, time::Duration};

use tokio::time::timeout;
use url::Url;

use super::{Console, Error, IdentityOptions, input, live::Ground};
use crate::{
    callers::{self, CallerMap},
    model::{FunctionName, ServiceName},
    sources::google::{self, CallError, Environment, Google, Refusal, read::one},
    tokens::id::{self, IdToken},
    world::{Address, FindError, Names, Settings},
};

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Knock<'o> {
    /// The function, as it was named.
    pub(super) function: &'o str,
    /// What gives names their meaning, and how they are looked up.
    pub(super) identity: &'o IdentityOptions,
    /// What the process was given to find credentials with.
    pub(super) environment: &'o Environment,
}

/// The door of a function.
#[derive(Debug)]
pub(super) struct Door {
    /// Which one it is, as far as its name or its address tell.
    pub(super) service: Option<ServiceName>,
    /// Its settings, where they were read.
    pub(super) settings: Option<Settings>,
    /// Where it is called: with the path and the query that were typed.
    pub(super) url: Url,
    /// For whom a token has to be.
    pub(super) audience: Arc<str>,
    /// What it was looked up with, to go on with; `None` of an address that was typed.
    pub(super) google: Option<Google>,
}

impl Door {
    /// An ID token that may be shown here. What should be known of the credentials is said.
    ///
    /// # Errors
    /// Where there is none, or it may not be shown here.
    pub(super) fn token(
        &self,
        knock: &Knock<'_>,
        ground: &mut Ground,
        console: &mut Console<'_>,
    ) -> Result<IdToken, Error> {
        let live = &knock.identity.world.live;
        let mut environment = knock.environment.clone();
        environment.quota_project = live.quota_project.clone().or(environment.quota_project);
        let wanted = knock.identity.wanted(&self.audience);
        let given = id::id_token(&wanted, ground.endpoint(), &environment);
        // A time that is over already is no time at all.
        let most = live.timeout.map_or(Duration::MAX, |most| most.to_std().unwrap_or(Duration::ZERO));
        let given = ground.wait(async { timeout(most, given).await });
        let (token, warnings) = given.map_err(|_| Error::Late)??;
        ground.warn(warnings, console)?;
        self.check(&token)?;
        Ok(token)
    }

    /// Whether this token may be shown here. One that is for nobody in particular could be used anywhere by whoever
    /// sees it, so only what was looked up live, or is at one of Google's hosts for functions, is shown it.
    ///
    /// # Errors
    /// Where it may not.
    fn check(&self, token: &IdToken) -> Result<(), Error> {
        let host = self.url.host_str().unwrap_or_default();
        let is_googles = Address::parse(host).is_some_and(|address| address.is_googles());
        if token.is_bound || self.google.is_some() || is_googles {
            return Ok(());
        }
        Err(Error::Unbound { host: host.to_owned(), way: token.way.clone() })
    }
}

/// Finds the door of a function.
///
/// # Errors
/// Where the name means nothing, or what it means cannot be read.
pub(super) fn find(knock: &Knock<'_>, ground: &mut Ground, console: &mut Console<'_>) -> Result<Door, Error> {
    let mut door = match Address::parse(knock.function) {
        Some(_) => typed(knock.function)?,
        None => looked_up(knock, ground, console)?,
    };
    if let Some(audience) = &knock.identity.audience {
        door.audience = audience.as_str().into();
    }
    Ok(door)
}

/// The door at an address that somebody typed.
fn typed(text: &str) -> Result<Door, Error> {
    let wrong = |what: &'static str| Error::Url { url: text.to_owned(), what };
    let has_scheme = text.contains("://");
    let url = if has_scheme { Url::parse(text) } else { Url::parse(&format!("https://{text}")) };
    let url = url.map_err(|_| wrong("is no address"))?;
    if url.scheme() != "https" {
        return Err(wrong("is not `https`, and tokens are sent over nothing else"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("has a user in it: leave that out"));
    }
    let address = Address::parse(url.as_str()).ok_or_else(|| wrong("is no address"))?;
    // A tag leads to a revision, and tokens are for the service.
    let address = address.untagged().filter(Address::is_googles).unwrap_or(address);
    let audience = if address.host.ends_with(".cloudfunctions.net") {
        let function = address.path.split('/').nth(1).filter(|name| !name.is_empty());
        let function = function.ok_or_else(|| wrong("does not end with the name of a function"))?;
        format!("https://{}/{function}", address.host)
    } else {
        format!("https://{}", address.host)
    };
    Ok(Door { service: address.service(), settings: None, url, audience: audience.into(), google: None })
}

/// The door of a function that was named.
fn looked_up(knock: &Knock<'_>, ground: &mut Ground, console: &mut Console<'_>) -> Result<Door, Error> {
    let Knock { function: text, identity, environment } = *knock;
    let IdentityOptions { map, world, wider, region, .. } = identity;
    let texts = input::map_if_any(map, world.is_demo)?;
    let map =
        texts.map(|texts| callers::load(texts, map.env.as_deref(), world.at(console.now))).transpose()?;
    let project = input::project(wider);
    let plain = plain(text, map.as_ref(), project.as_deref(), region.as_deref())?;
    if matches!(plain, Plain::Unknown) && input::asked(map.as_ref(), wider).is_empty() {
        return Err(Error::NoScope);
    }
    let (world, environment) = identity.reading(environment);
    let google = ground.connect(&world.live, environment, console)?;
    let refused = |error: CallError| unread(text, &error);
    let (service, settings) = match plain {
        Plain::Service(name) => ground.wait(one::service(&google, &name)).map_err(refused)?,
        Plain::Function(name) => {
            let serving = ground.wait(one::serving(&google, &name)).map_err(refused)?;
            let name = serving.ok_or_else(|| FindError::NoFunction { text: text.to_owned(), near: None })?;
            ground.wait(one::service(&google, &name)).map_err(refused)?
        }
        Plain::Unknown => {
            let name = anywhere(knock, map.as_ref(), &google, ground)?;
            ground.wait(one::service(&google, &name)).map_err(refused)?
        }
    };
    let url = settings.urls.iter().find_map(|url| Url::parse(url).ok().filter(|url| url.scheme() == "https"));
    let url = url.ok_or_else(|| Error::NoDoor(service.to_string()))?;
    let audience = url.origin().ascii_serialization().into();
    Ok(Door { service: Some(service), settings: Some(settings), url, audience, google: Some(google) })
}

/// What a name means before anything is read.
enum Plain {
    Service(ServiceName),
    Function(FunctionName),
    /// It may be in several regions or projects.
    Unknown,
}

fn plain(
    text: &str,
    map: Option<&CallerMap>,
    project: Option<&str>,
    region: Option<&str>,
) -> Result<Plain, FindError> {
    let path = text.strip_prefix("//run.googleapis.com/").unwrap_or(text);
    if path.starts_with("projects/") {
        let service = path.parse().map(Plain::Service);
        return service
            .or_else(|_| path.parse().map(Plain::Function))
            .map_err(|_| FindError::NotAName(text.to_owned()));
    }
    let (said, name) = path.split_once('/').map_or((None, path), |(region, name)| (Some(region), name));
    if name.is_empty() || name.contains('/') || said.is_some_and(str::is_empty) {
        return Err(FindError::NotAName(text.to_owned()));
    }
    let declared = map.iter().flat_map(|map| &map.functions).filter(|function| {
        *function.name == *name && said.is_none_or(|region| *function.target.location == *region)
    });
    let mut targets: Vec<&ServiceName> = declared.map(|function| &function.target).collect();
    match (targets.pop(), targets.is_empty()) {
        (Some(target), true) => Ok(Plain::Service(target.clone())),
        (Some(last), false) => {
            let candidates = targets.iter().chain([&last]).map(ToString::to_string).collect();
            Err(FindError::Ambiguous { text: text.to_owned(), candidates })
        }
        (None, _) => Ok(match (project, said.or(region)) {
            (Some(project), Some(region)) => Plain::Service(ServiceName {
                project: project.into(),
                location: region.into(),
                service: name.into(),
            }),
            _ => Plain::Unknown,
        }),
    }
}

/// The function of this name wherever it is, as questions find it.
fn anywhere(
    knock: &Knock<'_>,
    map: Option<&CallerMap>,
    google: &Google,
    ground: &Ground,
) -> Result<ServiceName, Error> {
    let IdentityOptions { wider, region, .. } = knock.identity;
    let asked = input::asked(map, wider);
    let world = ground.wait(google::read(google, ground.kind(), &asked, Arc::new(|_| ())))?;
    let project = input::project(wider);
    let (project, region) = (project.as_deref(), region.as_deref());
    let names = Names { world: &world, map, project, region, me: None };
    names.function(knock.function).map_err(|error| match (&error, world.unread_lists.iter().next()) {
        // It may be in what was not read.
        (FindError::NoFunction { .. }, Some((list, gap))) => {
            let permission =
                gap.permission.as_deref().map(|it| format!(", `{it}` is missing")).unwrap_or_default();
            Error::Unread { name: knock.function.to_owned(), why: format!("{list}: {}{permission}", gap.why) }
        }
        _ => error.into(),
    })
}

/// Why a name could not be looked up.
fn unread(text: &str, error: &CallError) -> Error {
    if error.refusal == Refusal::NotFound {
        return FindError::NoFunction { text: text.to_owned(), near: None }.into();
    }
    let permission =
        error.permission.as_deref().map(|it| format!(" (`{it}` is missing)")).unwrap_or_default();
    Error::Unread { name: text.to_owned(), why: format!("{}{permission}", error.message) }
}

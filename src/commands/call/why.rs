//! Why a call was refused: what can be read is read, for that alone and not for long, and the map and the journals are
//! asked.

use std::{borrow::Cow, sync::Arc, time::Duration};

use http::StatusCode;

use super::{CallOptions, Console, Door, Environment, Error, Ground, Target};
use crate::{
    access::{Access, Answer, Effect, Verdict},
    apply::journal::{self, LocalDisk, directory},
    callers::{self, Caller, CallerMap, DeclaredFunction, Settings},
    commands::{input, world as reading},
    model::{Principal, ServiceName, Time},
    report::{escape, table},
    sources::google::{self, Asked, DenyAsked, Google, read::one},
    tokens::{
        call::Page,
        id::IdToken,
        refusal::{Answered, Brought, Declared, DeclaredEdge, Read, Refused},
    },
    world::{Address, Addresses, Gap, Projects, World},
};

/// So long whoever waits for an explanation is kept waiting for what is read.
const MOST: Duration = Duration::from_secs(20);

/// A call that was refused.
pub(super) struct Refusal<'a> {
    pub(super) answered: Answered,
    /// The clock of this machine.
    pub(super) here: Time,
    /// The time of the run.
    pub(super) now: Time,
    pub(super) options: &'a CallOptions,
    pub(super) door: &'a Door,
    pub(super) target: &'a Target,
    pub(super) token: Option<&'a IdToken>,
    /// Whether somebody gave a header of their own in its place.
    pub(super) has_own: bool,
}

/// What was read of the function.
struct Found {
    service: Option<ServiceName>,
    world: Option<World>,
    verdict: Option<Answer>,
    is_deny_read: bool,
    gaps: Vec<Gap>,
}

/// Says why a call was refused, and what to do.
pub(super) fn tell(
    refusal: &Refusal<'_>,
    status: StatusCode,
    environment: &Environment,
    ground: &mut Ground,
    console: &mut Console<'_>,
) -> Result<(), Error> {
    let Answered { status: number, page, at } = refusal.answered;
    let is_asked = match number {
        401 | 403 => true,
        404 => page != Page::Other,
        _ => page == Page::Proxy,
    };
    let found = if is_asked { refusal.read(environment, ground, console) } else { refusal.unread() };
    let map = refusal.map();
    let declared = map.as_ref().and_then(|map| refusal.declared(map, &found));
    let granted = refusal.granted(&found, ground.kind().as_str());
    let role = map.as_ref().map_or_else(|| Settings::default().role, |map| map.settings.role.clone());
    let words = refusal.map_words();
    let refused = Refused {
        answer: Answered { status: number, page, at },
        here: refusal.here,
        now: refusal.now,
        brought: refusal.brought(),
        called: &refusal.options.function,
        function: found.service.as_ref(),
        is_googles: refusal.target.address().is_some_and(|address| address.is_googles()),
        is_default_url: refusal.target.host().ends_with(".run.app"),
        read: refusal.known(&found),
        declared,
        granted,
        role: &role,
        options: &words,
    };
    let explanation = refused.explain();
    let reason = status.canonical_reason().map(|reason| format!(" {reason}")).unwrap_or_default();
    let head = format!("{number}{reason} from {}", escape::terminal(&refused_name(refusal, &found)));
    // Where no token or a bad one was brought, who may call has nothing to do with it.
    let is_about_grants = number == 403 && refusal.token.is_some() && page != Page::Proxy;
    let verdict = found.verdict.as_ref().filter(|_| is_about_grants);
    table::refusal(&head, &explanation, verdict, console.width, console.err).map_err(Error::Print)
}

/// Whose answer it is, in words.
fn refused_name(refusal: &Refusal<'_>, found: &Found) -> String {
    match &found.service {
        Some(ServiceName { project, location, service }) => format!("{project}/{location}/{service}"),
        None => refusal.target.host().to_owned(),
    }
}

impl Refusal<'_> {
    fn principal(&self) -> Option<&Principal> {
        self.token.and_then(|token| token.principal.as_ref())
    }

    fn brought(&self) -> Brought<'_> {
        match self.token {
            Some(token) => Brought::Token {
                claims: &token.claims,
                principal: token.principal.as_ref(),
                way: token.way.split(", as ").next().unwrap_or(&token.way),
            },
            None if self.has_own => Brought::Own,
            None => Brought::Nothing,
        }
    }

    /// Nothing was read but what was looked up.
    fn unread(&self) -> Found {
        let service = self.door.service.clone();
        Found { service, world: None, verdict: None, is_deny_read: false, gaps: Vec::new() }
    }

    /// Reads what decides who can call the function: of it alone, where it is known which one it is. What goes wrong is
    /// a gap, and nobody is told twice.
    fn read(&self, environment: &Environment, ground: &mut Ground, console: &mut Console<'_>) -> Found {
        let mut found = self.unread();
        let google = match self.google(environment, ground, console) {
            Ok(google) => google,
            Err(error) => {
                found.gaps.push(Gap { why: error.to_string().into(), permission: None });
                return found;
            }
        };
        self.look_up(&google, ground, &mut found);
        let Some(asked) = self.asked(&found) else { return found };
        self.judge(&google, ground, &asked, &mut found);
        // Deny policies take long to read, and are worth it where nothing else can be the reason.
        let is_open = found.verdict.as_ref().is_some_and(|verdict| verdict.verdict == Verdict::Yes);
        if is_open && self.token.is_some() && self.answered.status == 403 && self.answered.page != Page::Proxy
        {
            let deny = Some(DenyAsked { cache: reading::cache() });
            self.judge(&google, ground, &Asked { deny, ..asked }, &mut found);
        }
        found
    }

    fn google(
        &self,
        environment: &Environment,
        ground: &mut Ground,
        console: &mut Console<'_>,
    ) -> Result<Google, Error> {
        if let Some(google) = &self.door.google {
            return Ok(google.clone());
        }
        let (world, environment) = self.options.identity.reading(environment);
        ground.connect(&world.live, environment, console)
    }

    /// Which service a function is, where an address tells the function alone.
    fn look_up(&self, google: &Google, ground: &Ground, found: &mut Found) {
        let function = self.target.address().and_then(|address| address.function());
        if let (None, Some(function)) = (&found.service, function) {
            let served = ground.wait(tokio_timeout(one::serving(google, &function)));
            found.service = served.and_then(Result::ok).flatten();
        }
    }

    /// What is read: one service alone, or where nobody knows which one it is, the projects of the map.
    fn asked(&self, found: &Found) -> Option<Asked> {
        let is_expanding = self.options.identity.world.live.beside.has_groups;
        if let Some(service) = &found.service {
            let projects = [service.project.clone()].into();
            return Some(Asked { projects, alone: Some(service.clone()), is_expanding, ..Asked::default() });
        }
        let asked = input::asked(self.map().as_ref(), &self.options.identity.wider);
        (!asked.is_empty()).then_some(Asked { is_expanding, ..asked })
    }

    fn judge(&self, google: &Google, ground: &Ground, asked: &Asked, found: &mut Found) {
        let read = google::read(google, ground.kind(), asked, Arc::new(|_| {}));
        let world = match ground.wait(tokio_timeout(read)) {
            Some(Ok(world)) => world,
            Some(Err(error)) => return found.lack(error.to_string()),
            None => return found.lack(format!("it took longer than {} s", MOST.as_secs())),
        };
        found.service = match &found.service {
            Some(service) => Some(world.projects.canonical_service(service)),
            None => self.at_address(&world),
        };
        let anyone = Principal::new("allUsers");
        let principal = match self.token {
            Some(_) => self.principal(),
            None => Some(&anyone),
        };
        if let (Some(service), Some(principal)) = (found.service.clone(), principal) {
            let settings = world.services.get(&service).and_then(|service| service.settings.gap());
            match self.answered.status {
                404 => found.gaps.extend(settings.cloned()),
                _ => found
                    .take(Access::new(&world, self.now).verdict(principal, &service), asked.deny.is_some()),
            }
        }
        found.world = Some(world);
    }

    fn at_address(&self, world: &World) -> Option<ServiceName> {
        let addresses = Addresses::new(world);
        let mut services = addresses.services(&self.target.address()?).into_iter();
        let only = services.next()?;
        services.next().is_none().then(|| only.clone())
    }

    /// What was read, as far as the explanation wants to know it.
    fn known<'f>(&self, found: &'f Found) -> Read<'f>
    where
        Self: 'f,
    {
        let settings = found.world.as_ref().zip(found.service.as_ref()).and_then(|(world, service)| {
            world.services.get(service).and_then(|service| service.settings.known())
        });
        Read {
            settings,
            is_absent: found.world.as_ref().zip(found.service.as_ref()).is_some_and(|(world, service)| {
                world.has_seen(&service.project) && !world.services.contains_key(service)
            }),
            is_audience_taken: self.is_audience_taken(found),
            verdict: found.verdict.as_ref(),
            is_deny_read: found.is_deny_read,
            gaps: found.gaps.clone(),
        }
    }

    /// Whether the function takes the token's audience. The address that was called always counts.
    fn is_audience_taken(&self, found: &Found) -> Option<bool> {
        let audience = &*self.token?.claims.audience;
        let read = found.world.as_ref().zip(found.service.as_ref());
        let told = read.and_then(|(world, service)| Addresses::new(world).takes(service, audience));
        let is_own = || {
            let (own, of) = (self.target.address()?, Address::of_audience(audience)?);
            let own = own.untagged().unwrap_or(own);
            (own.is_googles() && own.takes(&of)).then_some(true)
        };
        told.or_else(is_own)
    }

    /// The map, where there is one that can be read: whoever calls by a URL need not have one.
    fn map(&self) -> Option<CallerMap> {
        let options = &self.options.identity.map;
        let texts = input::map_if_any(options, false).ok().flatten()?;
        callers::load(texts, options.env.as_deref(), self.now).ok()
    }

    /// The options that say which map.
    fn map_words(&self) -> String {
        let map = &self.options.identity.map;
        let paths = map.paths.iter().map(|path| ("-m", path.to_string_lossy().into_owned()));
        let env = map.env.iter().map(|env| ("--env", env.clone()));
        let words = paths.chain(env).map(|(option, value)| {
            let value = shlex::try_quote(&value).map_or_else(|_| value.clone(), Cow::into_owned);
            format!(" {option} {value}")
        });
        words.collect()
    }

    /// What the map says of the function and of whoever called.
    fn declared<'m>(&self, map: &'m CallerMap, found: &Found) -> Option<Declared<'m>> {
        let (at, function) = self.on_the_map(map, found)?;
        let region =
            if function.has_regions { format!("{}/", function.target.location) } else { String::new() };
        let world = found.world.as_ref();
        let access = world.map(|world| Access::new(world, self.now));
        let holds = |member: &Principal| {
            self.principal().is_some_and(|principal| {
                let in_group =
                    access.as_ref().is_some_and(|access| access.matches(member, principal) == Verdict::Yes);
                member == principal || in_group
            })
        };
        let runs_as = |name: &str| {
            let pinned = map.functions.iter().filter(|function| *function.name == *name);
            pinned.filter_map(|function| function.runs_as.clone()).any(|account| holds(&account))
        };
        let mut edges: Vec<_> = map
            .edges
            .iter()
            .filter(|edge| edge.function == at)
            .filter(|edge| match &edge.caller {
                Caller::Principal(principal) => holds(principal),
                Caller::Function(name) => runs_as(name),
            })
            .collect();
        // One that is in force says more than one that is past.
        edges.sort_by_key(|edge| !edge.is_in_force(self.now));
        let edge = edges.first().map(|edge| DeclaredEdge {
            caller: match &edge.caller {
                Caller::Principal(principal) => principal.to_string(),
                Caller::Function(name) => format!("function:{name}"),
            },
            until: edge.until,
            place: map.locate(edge.place),
        });
        Some(Declared {
            name: format!("{region}{}", function.name),
            place: map.locate(function.place),
            owner: function.owner.as_deref(),
            written_by: function.written_by,
            is_event_driven: function.is_event_driven,
            edge,
        })
    }

    /// The function on the map: by its service, or as far as its address tells where nothing was read.
    fn on_the_map<'m>(&self, map: &'m CallerMap, found: &Found) -> Option<(usize, &'m DeclaredFunction)> {
        let none = Projects::default();
        let projects = found.world.as_ref().map_or(&none, |world| &world.projects);
        let function = self.target.address().and_then(|address| address.function());
        let service = found.service.clone().or_else(|| {
            let function = function.clone()?;
            Some(ServiceName {
                project: function.project,
                location: function.location,
                service: function.function,
            })
        })?;
        let is_named = |declared: &DeclaredFunction| {
            let target = &declared.target;
            let is_id = function.as_ref().is_some_and(|function| function.function == target.service);
            target.location == service.location && (target.service == service.service || is_id)
        };
        let named: Vec<_> =
            map.functions.iter().enumerate().filter(|(_, declared)| is_named(declared)).collect();
        let is_same = |declared: &DeclaredFunction| {
            projects.canonical(&declared.target.project) == projects.canonical(&service.project)
        };
        let same = named.iter().find(|(_, declared)| is_same(declared)).copied();
        // An address has the number of a project, and without reading nobody knows which one that is.
        let is_number = crate::model::resource::is_project_number(&service.project);
        same.or_else(|| named.first().copied().filter(|_| named.len() == 1 && is_number))
    }

    /// When callmap itself granted it, by the journals of this user.
    fn granted(&self, found: &Found, source: &str) -> Option<Time> {
        let (principal, service) = (self.principal()?, found.service.as_ref()?);
        let none = Projects::default();
        let projects = found.world.as_ref().map_or(&none, |world| &world.projects);
        let is_it =
            |name: &ServiceName| projects.canonical_service(name) == projects.canonical_service(service);
        journal::granted(&LocalDisk, &directory::usual().ok()?, source, principal, &is_it)
    }
}

impl Found {
    fn lack(&mut self, why: String) {
        self.gaps.push(Gap { why: why.into(), permission: None });
    }

    /// Takes a verdict. What could not be read is told where that is why nobody knows.
    fn take(&mut self, verdict: Answer, is_deny_read: bool) {
        let Answer { verdict, mut reasons } = verdict;
        self.gaps.clear();
        if verdict == Verdict::Unknown {
            self.gaps.extend(reasons.iter().filter_map(|reason| reason.gap.clone()));
            reasons.retain(|reason| reason.gap.is_none() || reason.effect != Effect::Unknown);
        }
        let is_worth = verdict != Verdict::Unknown || !reasons.is_empty();
        self.verdict = is_worth.then_some(Answer { verdict, reasons });
        self.is_deny_read = is_deny_read;
    }
}

/// What is not there in time is not waited for.
async fn tokio_timeout<T>(what: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(MOST, what).await.ok()
}

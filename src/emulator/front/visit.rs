//! One request at the door of one function.

use std::sync::Arc;

use serde_json::json;

use super::{
    audience,
    conditions::decided,
    credential::{self, Brought, Holder},
    iap,
    names::{Addresses, Names, Place},
    page,
};
use crate::{
    access::{self, Access, Effect, Verdict, agent::iap_agent, condition},
    emulator::{handle::Handle, request::Request, server::Answer, state::View},
    model::{Principal, ServiceName, Time},
    world::{Observed, Settings, World},
};

/// The sentence of Cloud Run's log about a request without a token
/// (<https://cloud.google.com/run/docs/troubleshooting#unauthorized-client>).
const NO_TOKEN: &str = "The request was not authenticated. Either allow unauthenticated invocations or set the proper \
                        Authorization header.";

/// From where a request comes, where somebody says that it does not come from the internet.
const FROM: &str = "x-callmap-from";

/// A request at the door.
pub(super) struct Visit<'v> {
    pub(super) request: &'v Request,
    pub(super) handle: &'v Handle,
    place: Place,
    addresses: Addresses,
    name: ServiceName,
    world: Arc<World>,
    now: Time,
}

/// The verdicts about a request.
#[derive(Debug)]
pub(super) struct Judged {
    /// Of anybody, without a token.
    pub(super) anyone: access::Answer,
    /// Of the caller.
    pub(super) caller: access::Answer,
}

impl<'v> Visit<'v> {
    /// # Errors
    /// Where what the state holds cannot be read.
    pub(super) fn new(
        request: &'v Request,
        handle: &'v Handle,
        names: &Names,
        place: Place,
    ) -> Result<Self, String> {
        let world = handle.front(|state, kept| kept.world(state, &place.service, View::CloudRun))?;
        let name = world.services.keys().next().cloned().ok_or("the function is not there any more")?;
        let addresses = names.addresses(&place.service);
        Ok(Self { request, handle, place, addresses, name, world, now: handle.now() })
    }

    /// The world of this function, in another view.
    pub(super) fn world_of(&self, view: View) -> Result<Arc<World>, String> {
        self.handle.front(|state, kept| kept.world(state, &self.place.service, view))
    }

    fn settings(&self) -> Option<&Settings> {
        self.world.services.get(&self.name).and_then(|service| match &service.settings {
            Observed::Known(settings) => Some(settings),
            Observed::Unreadable(_) => None,
        })
    }

    /// Whether the function takes the token of this holder.
    pub(super) fn takes(&self, holder: &Holder) -> bool {
        audience::is_taken(&holder.audience, &self.addresses, self.settings(), &holder.principal)
    }

    /// The verdicts in a world, for this path and host, at this time.
    pub(super) fn judged(&self, world: &World, caller: &Principal) -> Judged {
        let request =
            condition::Request { time: self.now, path: Some(&self.place.path), host: Some(&self.place.host) };
        let world = decided(world, request);
        let access = Access::new(&world, self.now);
        let anyone = access.verdict(&Principal::new("allUsers"), &self.name);
        Judged { anyone, caller: access.verdict(caller, &self.name) }
    }

    /// What is answered.
    pub(super) fn answer(&self) -> Answer {
        let location = self.name.location.clone();
        if self.handle.read(|state| state.unreachable().contains(&*location)) {
            return page::unavailable(&format!(
                "the location {location} does not answer, as the weather has it"
            ));
        }
        if let Some(answer) = self.shut() {
            return answer;
        }
        if self.settings().is_some_and(|settings| settings.is_iap_enabled) {
            return iap::passed(self).map_or_else(|answer| answer, |caller| self.through_iap(&caller));
        }
        let nobody = Principal::new("allUsers");
        let brought = credential::brought(self.request);
        let holder = match brought {
            Brought::Token(token) => Some(credential::holder(token, self.handle)),
            Brought::Nothing | Brought::Broken(_) => None,
        };
        let good = holder.as_ref().and_then(|holder| holder.as_ref().ok());
        let good = good.filter(|holder| self.takes(holder)).map(|holder| &holder.principal);
        let judged = self.judged(&self.world, good.unwrap_or(&nobody));
        // Where everybody is let through, nobody looks at tokens.
        if judged.anyone.verdict == Verdict::Yes {
            return self.welcome(good, None);
        }
        match (brought, &holder, good) {
            (Brought::Nothing, ..) => self.forbidden(&format!("{NO_TOKEN}{}", why(&judged.anyone))),
            (Brought::Broken(why), ..) => self.unauthorized(why),
            (_, Some(Err(wrong)), _) => self.unauthorized(wrong.as_str()),
            (_, _, None) => self.unauthorized("the audience of the token is none that the function takes"),
            (_, _, Some(caller)) if judged.caller.verdict == Verdict::Yes => self.welcome(Some(caller), None),
            (_, _, Some(caller)) => {
                let what = format!("{caller} does not have run.routes.invoke{}", why(&judged.caller));
                self.forbidden(&what)
            }
        }
    }

    /// Where the function does not answer here, or not to whoever asks from there
    /// (<https://cloud.google.com/run/docs/securing/ingress>).
    fn shut(&self) -> Option<Answer> {
        let settings = self.settings()?;
        if self.place.is_default && settings.is_default_url_disabled {
            return Some(page::not_found("the run.app address of this function is off"));
        }
        let from = self.request.header(FROM).unwrap_or("internet");
        let ingress = settings.ingress.as_deref().unwrap_or("INGRESS_TRAFFIC_ALL");
        let is_open = match ingress {
            "INGRESS_TRAFFIC_INTERNAL_ONLY" => from == "internal",
            "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" => matches!(from, "internal" | "load-balancer"),
            "INGRESS_TRAFFIC_NONE" => false,
            _ => true,
        };
        (!is_open).then(|| {
            page::not_found(&format!("the ingress of this function, {ingress}, takes nothing from {from}"))
        })
    }

    /// What Cloud Run says of the proxy's own account, once the proxy has let the caller through.
    fn through_iap(&self, caller: &Principal) -> Answer {
        let number = self.world.projects.number(&self.name.project);
        let agent = iap_agent(number.unwrap_or_default());
        let judged = self.judged(&self.world, &agent);
        if judged.caller.verdict == Verdict::Yes {
            return self.welcome(Some(caller), Some(&agent));
        }
        let what =
            format!("the account of IAP, {agent}, does not have run.routes.invoke{}", why(&judged.caller));
        self.forbidden(&what)
    }

    fn forbidden(&self, why: &str) -> Answer {
        page::forbidden(&self.place.path, why)
    }

    fn unauthorized(&self, why: &str) -> Answer {
        page::unauthorized(&self.place.path, why)
    }

    /// The function's answer: what it sees of the request.
    fn welcome(&self, caller: Option<&Principal>, agent: Option<&Principal>) -> Answer {
        let seen = |header| credential::forwarded(self.request, header);
        let mut body = json!({
            "function": self.name.to_string(),
            "caller": caller.map(Principal::as_str),
            "method": self.request.method,
            "path": self.place.path,
            "authorization": seen(credential::COMMON),
        });
        if let Some(token) = seen(credential::SERVERLESS) {
            body["x_serverless_authorization"] = token.into();
        }
        if let (Some(agent), Some(caller)) = (agent, caller) {
            let email = caller.email().unwrap_or_default();
            body["through"] = agent.as_str().into();
            body["x_goog_authenticated_user_email"] = format!("accounts.google.com:{email}").into();
        }
        Answer::json(200, &body)
    }
}

/// What is not known, where that is why somebody is not let through.
pub(super) fn why(answer: &access::Answer) -> String {
    if answer.verdict != Verdict::Unknown {
        return String::new();
    }
    let unknown = answer.reasons.iter().filter(|reason| reason.effect == Effect::Unknown);
    let told: Vec<String> = unknown
        .map(|reason| {
            let place = reason.resource.as_ref().map(ToString::to_string);
            let member = reason.member.as_ref().map(ToString::to_string);
            let parts = place.into_iter().chain(member).chain([reason.detail.clone()]);
            parts.collect::<Vec<_>>().join(": ")
        })
        .collect();
    format!("; the emulator cannot tell: {}", told.join("; "))
}

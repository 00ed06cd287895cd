//! What stands beside a verdict about a function and does not change it: what it is, who can reach it, what is in front
//! of it, and whom it runs as while its traffic is split.

use std::fmt::{self, Display};

use crate::{
    model::ServiceName,
    world::{Identities, Nature, Traffic, World},
};

/// What stands beside a verdict about a function.
#[derive(Debug, Clone)]
pub struct Beside<'a> {
    /// What it is; `None` where its settings, which would tell, were not read.
    pub nature: Option<Nature>,
    /// Which networks may reach it, in Google's word; `None` where nothing was said.
    pub ingress: Option<&'a str>,
    /// Whether the Identity-Aware Proxy stands before it; `None` where that was not read.
    pub is_iap_enabled: Option<bool>,
    /// Whether revisions answer besides the latest; `None` where that was not read.
    pub is_split: Option<bool>,
    /// Whom it runs as.
    pub identities: Identities,
}

impl<'a> Beside<'a> {
    /// What stands beside verdicts about this function.
    pub fn of(world: &'a World, function: &ServiceName) -> Self {
        let settings = world.services.get(function).and_then(|service| service.settings.known());
        let nature = world.nature(function);
        Self {
            nature: (settings.is_some() || nature != Nature::Service).then_some(nature),
            ingress: settings.and_then(|settings| settings.ingress.as_deref()),
            is_iap_enabled: settings.map(|settings| settings.is_iap_enabled),
            is_split: settings.map(|settings| matches!(settings.traffic, Traffic::Split { .. })),
            identities: world.identities(function),
        }
    }
}

/// One short line for people, not escaped. What is as usual is not said.
impl Display for Beside<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { nature, ingress, is_iap_enabled, is_split, identities } = self;
        f.write_str(match nature {
            None => "not known: its settings were not read",
            Some(Nature::Service) => "a service",
            Some(Nature::Function) => "a function",
            Some(Nature::EventFunction) => "an event function",
        })?;
        match ingress {
            None | Some("INGRESS_TRAFFIC_ALL" | "INGRESS_TRAFFIC_UNSPECIFIED") => {}
            Some("INGRESS_TRAFFIC_INTERNAL_ONLY") => f.write_str(", for internal traffic alone")?,
            Some("INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER") => {
                f.write_str(", for internal traffic and load balancers alone")?;
            }
            Some("INGRESS_TRAFFIC_NONE") => f.write_str(", for no traffic at all")?,
            Some(other) => write!(f, ", of ingress `{other}`")?,
        }
        if *is_iap_enabled == Some(true) {
            f.write_str(", behind IAP")?;
        }
        if *is_split != Some(true) {
            return Ok(());
        }
        let Identities { accounts, is_whole } = identities;
        let emails = accounts.iter().map(|account| account.email().unwrap_or(account.as_str()));
        let emails: Vec<_> = emails.map(|email| format!("`{email}`")).collect();
        let others = match (emails.is_empty(), is_whole) {
            (_, true) => "",
            (false, false) => " and others that are not known",
            (true, false) => "accounts that are not known",
        };
        write!(f, ", its traffic split: runs as {}{others}", emails.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Principal;

    fn beside() -> Beside<'static> {
        let identities =
            Identities { accounts: [Principal::service_account("a@example.com")].into(), is_whole: true };
        Beside {
            nature: Some(Nature::Service),
            ingress: None,
            is_iap_enabled: Some(false),
            is_split: Some(false),
            identities,
        }
    }

    #[test]
    fn what_is_as_usual_is_not_said_and_everything_else_is_on_one_line() {
        assert_eq!(beside().to_string(), "a service");
        let usual = Beside { ingress: Some("INGRESS_TRAFFIC_ALL"), ..beside() };
        assert_eq!(usual.to_string(), "a service");
        let mut all = Beside {
            nature: Some(Nature::EventFunction),
            ingress: Some("INGRESS_TRAFFIC_INTERNAL_ONLY"),
            is_iap_enabled: Some(true),
            is_split: Some(true),
            ..beside()
        };
        assert_eq!(
            all.to_string(),
            "an event function, for internal traffic alone, behind IAP, its traffic split: runs as `a@example.com`"
        );
        all.identities.is_whole = false;
        assert!(all.to_string().ends_with("runs as `a@example.com` and others that are not known"), "{all}");
        all.identities.accounts.clear();
        assert!(all.to_string().ends_with("runs as accounts that are not known"), "{all}");
        let unread = Beside { nature: None, is_iap_enabled: None, is_split: None, ..beside() };
        assert_eq!(unread.to_string(), "not known: its settings were not read");
    }
}

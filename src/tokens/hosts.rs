//! Where requests may go: the one place that is asked before anything is sent.
//!
//! Tokens and keys go to Google's hosts and nowhere else, or, while emulating, to loopback. Nothing follows a
//! redirect.

use std::net::IpAddr;

use http::Uri;

/// Which world the requests of a run belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hosts {
    /// Google's, over TLS.
    Google,
    /// Loopback addresses, over plain HTTP.
    Loopback,
}

/// Whom a request is meant for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Party {
    /// An API of Google's, or an endpoint of theirs that gives tokens. It may be sent tokens and keys.
    Google,
    /// The metadata server of the machine, at the address that the environment or Google gives it. It gives
    /// tokens and is sent none.
    Metadata,
    /// Where a workload fetches the token of another identity provider. It is sent what the credential file
    /// says, and nothing of Google's.
    IdentityProvider,
}

/// Nothing is sent to this address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{shown}` is {what}, and callmap sends nothing there")]
pub struct HostError {
    /// Scheme and host alone: what stands behind them may be secret. Untrusted text.
    shown: String,
    what: &'static str,
}

/// Hosts of Google's that are no APIs: old key files name the first one.
const ACCOUNTS: &str = "accounts.google.com";
/// Where GitHub's runners fetch their tokens; the part before it varies.
const GITHUB: &str = ".actions.githubusercontent.com";
/// The metadata servers of clouds, Google's and Azure's.
const LINK_LOCAL: &str = "169.254.169.254";

impl Hosts {
    /// Whether a request may go there.
    ///
    /// # Errors
    /// Where it may not.
    pub fn check(self, party: &Party, uri: &Uri) -> Result<(), HostError> {
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(HostError { shown: "(no host)".to_owned(), what: "no address" });
        };
        let host = authority.host().to_ascii_lowercase();
        let wrong = |what| Err(HostError { shown: format!("{scheme}://{host}"), what });
        if authority.as_str().contains('@') {
            return wrong("an address with a user in it");
        }
        let is_google = host.ends_with(".googleapis.com") || host == ACCOUNTS;
        let is_standard = matches!(uri.port_u16(), None | Some(443));
        match (self, party) {
            (Self::Loopback, _) if scheme != "http" || !is_loopback(&host) => {
                wrong("not a loopback address over plain HTTP, the only kind there is while emulating")
            }
            (Self::Google, Party::Google) if scheme != "https" || !is_standard || !is_google => {
                wrong("not an address of Google's over HTTPS")
            }
            (Self::Google, Party::Metadata) if scheme != "http" => wrong("not a metadata server"),
            (Self::Google, Party::IdentityProvider)
                if !(scheme == "https" && is_standard && host.ends_with(GITHUB)
                    || scheme == "http" && host == LINK_LOCAL) =>
            {
                wrong("not an identity provider that callmap knows to give tokens at an address")
            }
            (Self::Loopback, _)
            | (Self::Google, Party::Google | Party::Metadata | Party::IdentityProvider) => Ok(()),
        }
    }
}

/// An address in digits; a name could lead anywhere.
fn is_loopback(host: &str) -> bool {
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(hosts: Hosts, party: &Party, uri: &str) -> bool {
        hosts.check(party, &uri.parse().unwrap()).is_err()
    }

    #[test]
    fn tokens_go_to_google_over_tls_and_nowhere_else() {
        for uri in [
            "https://run.googleapis.com/v2/projects/p",
            "https://sts.googleapis.com/v1/token",
            "https://sts.europe-west1.rep.googleapis.com/v1/token",
            "https://OAuth2.GoogleAPIs.com:443/token",
            "https://accounts.google.com/o/oauth2/token",
        ] {
            assert!(!is_refused(Hosts::Google, &Party::Google, uri), "{uri}");
        }
        for uri in [
            "http://run.googleapis.com/",
            "https://googleapis.com.example.com/",
            "https://evilgoogleapis.com/",
            "https://example.com/run.googleapis.com",
            "https://example.com#run.googleapis.com",
            "https://run.googleapis.com@example.com/",
            "https://key@run.googleapis.com/",
            "https://run.googleapis.com:8443/",
            "https://run.googleapis.com./",
            "https://127.0.0.1/token",
            "http://127.0.0.1:8080/token",
            "http://169.254.169.254/token",
            "https://metadata.google.internal/",
            "https://token.actions.githubusercontent.com/",
            "/v2/projects/p",
        ] {
            assert!(is_refused(Hosts::Google, &Party::Google, uri), "{uri}");
        }
    }

    #[test]
    fn an_emulator_is_on_loopback_and_everything_goes_there() {
        for uri in ["http://127.0.0.1:8080/v2", "http://[::1]:8080/v2", "http://127.9.9.9/"] {
            assert!(!is_refused(Hosts::Loopback, &Party::Google, uri), "{uri}");
        }
        for uri in [
            "http://localhost:8080/",
            "http://127.0.0.1.example.com/",
            "http://10.0.0.1/",
            "http://0.0.0.0/",
            "https://127.0.0.1/",
            "https://run.googleapis.com/",
            "http://run.googleapis.com/",
            "http://127.0.0.1@10.0.0.1/",
        ] {
            for party in [Party::Google, Party::Metadata, Party::IdentityProvider] {
                assert!(is_refused(Hosts::Loopback, &party, uri), "{uri}");
            }
        }
    }

    #[test]
    fn a_token_of_another_provider_is_fetched_where_such_tokens_are_given() {
        for uri in
            ["https://run-actions-1.actions.githubusercontent.com/x?y=z", "http://169.254.169.254/metadata"]
        {
            assert!(!is_refused(Hosts::Google, &Party::IdentityProvider, uri), "{uri}");
        }
        for uri in
            ["http://x.actions.githubusercontent.com/", "https://example.com/", "https://169.254.169.254/"]
        {
            assert!(is_refused(Hosts::Google, &Party::IdentityProvider, uri), "{uri}");
        }
    }

    #[test]
    fn what_stands_behind_the_host_is_not_shown() {
        let uri = "https://user:hunter2@example.com/path?token=hunter2".parse().unwrap();
        let error = Hosts::Google.check(&Party::Google, &uri).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`https://example.com` is an address with a user in it, and callmap sends nothing there"
        );
    }
}

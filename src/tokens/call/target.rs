//! Where a function is called, and which tokens may go there: the one place that is asked before a call is sent.

use url::Url;

use crate::{
    tokens::{Endpoint, id::IdToken},
    world::Address,
};

/// An address that a call may be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target(Url);

/// No call is sent to this address, or not with this token. Untrusted text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It is no address.
    #[error(
        "`{0}` is no address that can be called: write it like `https://SERVICE-NUMBER.REGION.run.app/path`"
    )]
    NotAnAddress(String),
    /// Whoever is on the way could read the token.
    #[error("`{0}` is not https, and callmap sends nothing over anything else: write it with `https://`")]
    NotSecure(String),
    /// Names and passwords have no place in an address.
    #[error("the address has a user or a password in it: take them out")]
    User,
    /// Something would stand behind a query.
    #[error("`--path` goes behind an address without a query: write the whole address instead")]
    Query,
    /// A path that is none.
    #[error("`{0}` is no path: it begins with `/`, and holds no blank: `--path '/orders?open=1'`")]
    NotAPath(String),
    /// A token that anybody could use who is shown it.
    #[error(
        "the token is for no function in particular, and whoever is shown it could use it elsewhere: callmap sends it \
         to addresses that end in `.run.app` or `.cloudfunctions.net` alone, and `{0}` is none; a token of a service \
         account is for one address: `--impersonate EMAIL`, or `--via key`"
    )]
    Unbound(String),
    /// A token for somewhere else that nobody asked to be sent here.
    #[error(
        "the token is for `{audience}` and not for `{host}`: name its audience with `--audience` where that is right"
    )]
    Elsewhere {
        /// For whom it is.
        audience: String,
        /// Where it would go.
        host: String,
    },
}

impl Target {
    /// The address that a text is; Google's own may stand there without a scheme.
    ///
    /// # Errors
    /// Where it is none that anything is sent to.
    pub fn parse(text: &str, endpoint: Endpoint) -> Result<Self, TargetError> {
        let not_an_address = || TargetError::NotAnAddress(text.to_owned());
        if text.chars().any(|character| character.is_whitespace() || character.is_control()) {
            return Err(not_an_address());
        }
        let url =
            if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("https://{text}")) };
        let mut url = url.map_err(|_| not_an_address())?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(not_an_address)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::User);
        }
        let shown = format!("{}://{host}", url.scheme());
        match (url.scheme(), endpoint) {
            ("https", _) | ("http", Endpoint::Emulator(_)) => {}
            ("http", Endpoint::Google) => return Err(TargetError::NotSecure(shown)),
            _ => return Err(not_an_address()),
        }
        // What stands behind a `#` is for whoever reads the page.
        url.set_fragment(None);
        Ok(Self(url))
    }

    /// With a path, and perhaps a query, behind what is there.
    ///
    /// # Errors
    /// Where it is none, or there is a query already.
    pub fn below(mut self, path: &str) -> Result<Self, TargetError> {
        let is_path = path.starts_with('/') && !path.contains(|c: char| c.is_whitespace() || c.is_control());
        if !is_path {
            return Err(TargetError::NotAPath(path.to_owned()));
        }
        if self.0.query().is_some() {
            return Err(TargetError::Query);
        }
        let path = path.split('#').next().unwrap_or_default();
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let whole = format!("{}{path}", self.0.path().trim_end_matches('/'));
        self.0.set_path(&whole);
        self.0.set_query(query);
        Ok(self)
    }

    /// Whether this token may go there. `audience` is what it was asked for, and `is_named` whether somebody named that
    /// besides the address.
    ///
    /// # Errors
    /// Where it may not.
    pub fn check(&self, token: &IdToken, audience: &str, is_named: bool) -> Result<(), TargetError> {
        let address = self.address();
        let host = || self.host().to_owned();
        if address.as_ref().is_some_and(|address| address.is_googles() && !address.host.contains(':')) {
            return Ok(());
        }
        if !token.is_bound {
            return Err(TargetError::Unbound(host()));
        }
        let is_own =
            Address::of_audience(audience).is_some_and(|of| Some(of.host) == address.map(|own| own.host));
        let elsewhere = || TargetError::Elsewhere { audience: audience.to_owned(), host: host() };
        if is_own || is_named { Ok(()) } else { Err(elsewhere()) }
    }

    /// The address, as far as it tells functions apart.
    pub fn address(&self) -> Option<Address> {
        Address::parse(self.0.as_str())
    }

    /// The host by itself.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The whole address. Untrusted text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// What is asked for there, and on an emulator the host that is meant, where it is not the emulator's own.
    pub(super) fn request(&self, endpoint: Endpoint) -> (String, Option<String>) {
        let Endpoint::Emulator(address) = endpoint else { return (self.0.to_string(), None) };
        let query = self.0.query().map(|query| format!("?{query}")).unwrap_or_default();
        let here = format!("http://{address}{}{query}", self.0.path());
        let port = self.0.port().map(|port| format!(":{port}")).unwrap_or_default();
        let host = format!("{}{port}", self.host());
        (here, (host != address.to_string()).then_some(host))
    }

    /// Where a redirect leads from here. Untrusted text.
    pub(super) fn leads_to(&self, location: &str) -> String {
        self.0.join(location).map_or_else(|_| location.to_owned(), String::from)
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use secrecy::SecretString;

    use super::*;
    use crate::tokens::id::Claims;

    fn token(is_bound: bool) -> IdToken {
        let (audience, issuer, subject) = ("https://pay.example.com".into(), "i".into(), "1".into());
        let claims = Claims { audience, issuer, subject, email: None, from: None, until: None };
        IdToken {
            secret: SecretString::from("hunter2"),
            claims,
            way: String::new(),
            principal: None,
            is_bound,
        }
    }

    fn google(text: &str) -> Target {
        Target::parse(text, Endpoint::Google).unwrap()
    }

    #[test]
    fn an_address_is_https_and_has_no_user_in_it() {
        for (text, shown) in [
            ("https://pay-1001.europe-west1.run.app", "https://pay-1001.europe-west1.run.app/"),
            ("pay-1001.europe-west1.run.app/a?b=c#d", "https://pay-1001.europe-west1.run.app/a?b=c"),
            ("https://API.example.com:8443/x", "https://api.example.com:8443/x"),
        ] {
            assert_eq!(google(text).as_str(), shown);
        }
        for text in [
            "http://pay-1001.europe-west1.run.app",
            "http://127.0.0.1:8080",
            "ftp://pay.example.com",
            "https://",
            "https://a b.example.com",
            "https://pay.example.com/a\u{1b}",
            "https://evil.example.com@pay-1001.europe-west1.run.app",
            "https://user:hunter2@pay.example.com",
            "file:///etc/passwd",
        ] {
            let error = Target::parse(text, Endpoint::Google).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_path_goes_behind_the_one_that_is_there() {
        let below =
            |text: &str, path: &str| google(text).below(path).map(|target| target.as_str().to_owned());
        let function = "https://europe-west1-shop-prod.cloudfunctions.net/pay";
        assert_eq!(below(function, "/a/b?c=1#d").unwrap(), format!("{function}/a/b?c=1"));
        assert_eq!(
            below("https://x.run.app", "//evil.example.com/").unwrap(),
            "https://x.run.app//evil.example.com/"
        );
        assert_eq!(below("https://x.run.app", "a"), Err(TargetError::NotAPath("a".to_owned())));
        assert_eq!(
            below("https://x.run.app", "@evil.example.com"),
            Err(TargetError::NotAPath("@evil.example.com".into()))
        );
        assert_eq!(below("https://x.run.app?a=b", "/a"), Err(TargetError::Query));
    }

    #[test]
    fn a_token_without_an_audience_of_its_own_goes_to_googles_addresses_of_functions_alone() {
        let (bound, unbound) = (token(true), token(false));
        for (text, audience, is_named, by_bound, by_unbound) in [
            ("https://x-1.l.run.app/a", "https://x-1.l.run.app", false, true, true),
            ("https://l-p.cloudfunctions.net/f", "https://l-p.cloudfunctions.net/f", false, true, true),
            ("https://pay.example.com/a", "https://pay.example.com", false, true, false),
            ("https://pay.example.com/a", "https://x-1.l.run.app", false, false, false),
            ("https://pay.example.com/a", "https://x-1.l.run.app", true, true, false),
            ("https://x.run.app.example.com", "https://x.run.app", false, false, false),
            ("https://run.app", "https://x.run.app", false, false, false),
            ("https://x-1.l.run.app:8443", "https://x-1.l.run.app", false, false, false),
        ] {
            let target = google(text);
            assert_eq!(target.check(&bound, audience, is_named).is_ok(), by_bound, "{text}");
            assert_eq!(target.check(&unbound, audience, is_named).is_ok(), by_unbound, "{text}");
        }
    }

    #[test]
    fn on_an_emulator_everything_goes_to_its_address() {
        let address: SocketAddr = "127.0.0.1:8085".parse().unwrap();
        let emulator = Endpoint::Emulator(address);
        let request = |text: &str| Target::parse(text, emulator).unwrap().request(emulator);
        let host = Some("pay-1001.europe-west1.run.app".to_owned());
        let of_host = request("https://pay-1001.europe-west1.run.app/a?b=c");
        assert_eq!(of_host, ("http://127.0.0.1:8085/a?b=c".to_owned(), host));
        let here = request("http://127.0.0.1:8085/_front/pay");
        assert_eq!(here, ("http://127.0.0.1:8085/_front/pay".to_owned(), None));
        let elsewhere = request("http://127.0.0.1:9999/x");
        assert_eq!(elsewhere, ("http://127.0.0.1:8085/x".to_owned(), Some("127.0.0.1:9999".to_owned())));
    }

    #[test]
    fn a_redirect_is_told_whole() {
        let target = google("https://x-1.l.run.app/a/b");
        assert_eq!(target.leads_to("/c"), "https://x-1.l.run.app/c");
        assert_eq!(target.leads_to("https://evil.example.com/"), "https://evil.example.com/");
    }
}

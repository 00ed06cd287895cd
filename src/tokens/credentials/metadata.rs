//! The account of the machine: the metadata server of Google Cloud
//! (<https://cloud.google.com/compute/docs/metadata/overview>).

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Uri};
use secrecy::SecretString;
use tokio::time::timeout;

use super::{
    super::{Party, transport::Transport},
    CredentialsError,
    endpoint::{self, Stamped},
    tokens::Token,
};

/// The address of the metadata server: a name would have to be looked up, which takes long where there is none.
const ADDRESS: &str = "169.254.169.254";

/// How long a metadata server has to say that it is one. It is on the same machine.
const PROBE: Duration = Duration::from_millis(1500);

const WHOSE: &str = "the account of this machine";

/// A metadata server.
pub(in crate::tokens) struct Metadata {
    transport: Transport,
    host: String,
    /// Where access tokens are.
    uri: Uri,
}

impl Metadata {
    /// The metadata server at this host, or at the usual address. Not asked yet.
    pub(super) fn at(host: Option<&str>, transport: &Transport) -> Result<Self, CredentialsError> {
        let host = host.unwrap_or(ADDRESS);
        let uri = address(host, "token")?;
        Ok(Self { transport: transport.clone(), host: host.to_owned(), uri })
    }

    /// Whether there is one. Whatever else may listen there does not say `Metadata-Flavor: Google`.
    pub(super) async fn is_there(&self) -> bool {
        let Ok(request) = Request::get(&self.uri).header("metadata-flavor", "Google").body(Bytes::new())
        else {
            return false;
        };
        let answer = timeout(PROBE, self.transport.send(&Party::Metadata, request)).await;
        let flavor = |answer: &http::Response<Bytes>| answer.headers().get("metadata-flavor").cloned();
        answer.is_ok_and(|answer| answer.is_ok_and(|answer| flavor(&answer).is_some_and(|it| it == "Google")))
    }

    pub(super) async fn fetch(&self) -> Result<Token, CredentialsError> {
        let builder = Request::get(&self.uri).header("metadata-flavor", "Google");
        let request = endpoint::request(builder, Bytes::new(), WHOSE)?;
        let answer = endpoint::ask(&self.transport, &Party::Metadata, WHOSE, &request).await?;
        endpoint::token(WHOSE, &answer.what)
    }

    /// An ID token of the machine's account, which says its address in the full format alone
    /// (<https://cloud.google.com/compute/docs/instances/verifying-instance-identity#token_format>).
    pub(super) async fn identify(&self, audience: &str) -> Result<Stamped<SecretString>, CredentialsError> {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("audience", audience)
            .append_pair("format", "full")
            .finish();
        let Stamped { what, date } = self.text(&format!("identity?{query}")).await?;
        Ok(Stamped { what: what.into(), date })
    }

    /// The address of the machine's account.
    pub(in crate::tokens) async fn email(&self) -> Result<String, CredentialsError> {
        Ok(self.text("email").await?.what)
    }

    /// What stands at a path of the machine's account. What does not come from a metadata server is not believed.
    async fn text(&self, path: &str) -> Result<Stamped<String>, CredentialsError> {
        let builder = Request::get(address(&self.host, path)?).header("metadata-flavor", "Google");
        let request = endpoint::request(builder, Bytes::new(), WHOSE)?;
        let refused = |what: &str| CredentialsError::Refused { whose: WHOSE.into(), what: what.into() };
        let answer = endpoint::response(&self.transport, &Party::Metadata, WHOSE, &request).await?;
        if answer.what.headers().get("metadata-flavor").is_none_or(|flavor| flavor != "Google") {
            return Err(refused("what answers is not a metadata server of Google Cloud"));
        }
        let text = std::str::from_utf8(answer.what.body()).unwrap_or_default().trim().to_owned();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(refused("the metadata server answered with something else"));
        }
        Ok(Stamped { what: text, date: answer.date })
    }

    pub(super) fn words(&self) -> String {
        format!("the metadata server at `{}`", self.host)
    }
}

/// A path of the machine's account.
fn address(host: &str, path: &str) -> Result<Uri, CredentialsError> {
    format!("http://{host}/computeMetadata/v1/instance/service-accounts/default/{path}").parse().map_err(
        |_| CredentialsError::Option("`GCE_METADATA_HOST` is not a host with or without a port".into()),
    )
}

//! The account of the machine: the metadata server of Google Cloud
//! (<https://cloud.google.com/compute/docs/metadata/overview>).

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Uri};
use tokio::time::timeout;

use super::{
    super::{Party, transport::Transport},
    CredentialsError, endpoint,
    tokens::Token,
};

/// The address of the metadata server: a name would have to be looked up, which takes long where there is none.
const ADDRESS: &str = "169.254.169.254";

/// How long a metadata server has to say that it is one. It is on the same machine.
const PROBE: Duration = Duration::from_millis(1500);

const WHOSE: &str = "the account of this machine";

/// A metadata server.
pub(super) struct Metadata {
    transport: Transport,
    uri: Uri,
}

impl Metadata {
    /// The metadata server at this host, or at the usual address. Not asked yet.
    pub(super) fn at(host: Option<&str>, transport: &Transport) -> Result<Self, CredentialsError> {
        let path = "/computeMetadata/v1/instance/service-accounts/default/token";
        let host = host.unwrap_or(ADDRESS);
        let uri = format!("http://{host}{path}").parse().map_err(|_| {
            CredentialsError::Option("`GCE_METADATA_HOST` is not a host with or without a port".into())
        })?;
        Ok(Self { transport: transport.clone(), uri })
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
        endpoint::token(WHOSE, &answer)
    }
}

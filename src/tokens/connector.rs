//! How connections are made: one type of connector, for Google and for the emulator.

use std::{io, sync::Arc, time::Duration};

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::{ClientConfig, RootCertStore, crypto::ring};

/// The one type of connector: the Google hubs are compiled again for each.
pub(crate) type Conn = HttpsConnector<HttpConnector>;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);

/// To Google: TLS only, with the roots that the system trusts.
///
/// # Errors
/// Where the system has no store of roots.
pub(crate) fn secure() -> io::Result<Conn> {
    let builder = HttpsConnectorBuilder::new().with_provider_and_native_roots(ring::default_provider())?;
    Ok(builder.https_only().enable_http1().enable_http2().wrap_connector(dialer()))
}

/// To the emulator and to metadata servers: plain HTTP. It trusts no root at all, so it cannot complete a
/// connection to the real Google.
///
/// # Errors
/// Where the TLS library has no protocol version: never, as it is built.
pub(crate) fn plain() -> Result<Conn, rustls::Error> {
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let builder = HttpsConnectorBuilder::new().with_tls_config(tls);
    Ok(builder.https_or_http().enable_http1().wrap_connector(dialer()))
}

fn dialer() -> HttpConnector {
    let mut dialer = HttpConnector::new();
    // `https` is for the layer above.
    dialer.enforce_http(false);
    dialer.set_connect_timeout(Some(CONNECT));
    dialer.set_nodelay(true);
    dialer
}

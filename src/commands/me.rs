//! Who `me` is.

use std::net::SocketAddr;

use tokio::runtime;

use super::{Console, Error, WorldOptions, live};
use crate::{
    emulator::Emulator,
    model::Principal,
    sources::google::{Endpoint, Environment},
    tokens::id::{self, Via, Wanted},
};

/// Whose credentials these are.
///
/// # Errors
/// Where there are none, or they do not say.
pub(super) fn principal(options: &WorldOptions, console: &mut Console<'_>) -> Result<Principal, Error> {
    // Of the sample estate whoever asks is its owner, unless the environment says otherwise.
    let sample = (options.is_demo && options.served.is_none()).then(live::sample).transpose()?;
    let served = options.served.or(sample.as_ref().map(Emulator::address));
    let named: Option<SocketAddr> = if served.is_some() { served } else { live::named()? };
    let endpoint = named.map_or(Endpoint::Google, Endpoint::Emulator);
    let wanted = Wanted {
        via: Via::Auto,
        audience: "".into(),
        key: None,
        impersonate: options.live.impersonate.clone(),
        delegates: Vec::new(),
        credentials: options.live.credentials,
    };
    let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(Error::Runtime)?;
    let (principal, way) = runtime.block_on(id::me(&wanted, endpoint, &Environment::read()))?;
    if !console.is_quiet {
        live::say("note", &format!("`me` is {principal}, by {way}"), console)?;
    }
    Ok(principal)
}

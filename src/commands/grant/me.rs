//! Who `me` is.

use std::net::SocketAddr;

use tokio::runtime;

use super::{Console, Error, WorldOptions};
use crate::{
    commands::live,
    model::Principal,
    sources::google::{Endpoint, Environment},
    tokens::id::{self, Via, Wanted},
};

/// Whose credentials these are.
///
/// # Errors
/// Where there are none, or they do not say.
pub(super) fn principal(options: &WorldOptions, console: &mut Console<'_>) -> Result<Principal, Error> {
    let endpoint = live::named()?.map_or(Endpoint::Google, |address: SocketAddr| Endpoint::Emulator(address));
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
    live::say("note", &format!("`me` is {principal}, by {way}"), console)?;
    Ok(principal)
}

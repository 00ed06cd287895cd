//! Giving tokens out.

use chrono::{TimeDelta, Utc};

use super::{Actor, Minted};
use crate::{
    emulator::{handle::Handle, id_tokens::Claims},
    model::{Principal, Time},
};

/// Gives tokens out. It never looks at the state, which may be locked meanwhile.
#[derive(Clone, Copy)]
pub(in crate::emulator) struct Mint<'h>(&'h Handle);

impl<'h> Mint<'h> {
    pub(in crate::emulator) fn new(handle: &'h Handle) -> Self {
        Self(handle)
    }

    /// An access token that acts as somebody for so many seconds, and when it runs out: by the clock on the wall, as
    /// its holder has no other.
    pub(in crate::emulator) fn access(self, actor: Actor, seconds: i64) -> (String, Time) {
        let until = Utc::now() + TimeDelta::seconds(seconds);
        (self.0.tokens(|tokens| tokens.mint(actor, until)), until)
    }

    /// An ID token of somebody; `None` where the key cannot sign.
    pub(in crate::emulator) fn id(self, principal: Principal, claims: Claims) -> Option<String> {
        let token = claims.signed(Utc::now())?;
        let minted = Minted { principal, at: self.0.now() };
        self.0.tokens(|tokens| tokens.remember(&token, minted));
        Some(token)
    }
}

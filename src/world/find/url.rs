//! Functions by the addresses they answer at.

use super::{FindError, Names};
use crate::{
    model::ServiceName,
    world::{Address, Addresses},
};

impl Names<'_> {
    /// The function at an address: as its settings say, else as the address itself does.
    pub(super) fn at_address(&self, text: &str, address: &Address) -> Result<ServiceName, FindError> {
        let addresses = Addresses::new(self.world);
        let untagged = address.untagged();
        for address in std::iter::once(address).chain(&untagged) {
            let found = addresses.naming(address);
            if !found.is_empty() {
                return self.one(text, found.into_iter().cloned().collect());
            }
        }
        let plain = untagged.as_ref().unwrap_or(address);
        if let Some(service) = plain.service() {
            return self.unless_absent(text, self.world.projects.canonical_service(&service));
        }
        if let Some(service) = plain.function().and_then(|function| self.served(&function)) {
            return self.unless_absent(text, service);
        }
        Err(FindError::NoAddress(text.to_owned()))
    }
}

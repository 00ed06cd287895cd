//! Service accounts: what they are called, and by which number.

use serde_json::Value;

use super::{Asset, Kind, State, account_project};
use crate::emulator::{hash::digits, id_tokens::subject_of};

/// A service account, known or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emulator) struct Account {
    /// Its e-mail address.
    pub(in crate::emulator) email: String,
    /// Its relative name.
    pub(in crate::emulator) name: String,
    /// Its number (`uniqueId`), in 21 digits.
    pub(in crate::emulator) subject: String,
}

impl Account {
    /// What the key is called that it signs with: another name than the one that ID tokens are signed under.
    pub(in crate::emulator) fn key_id(&self) -> String {
        digits(&self.email.to_lowercase(), 20)
    }
}

impl State {
    /// The account of this address or number, whether there is one or not.
    pub(in crate::emulator) fn account(&self, word: &str) -> Account {
        let name = self.account_name("-", word);
        let found =
            name.and_then(|name| Some((name, self.assets.get(&(Kind::ServiceAccount, name.to_owned()))?)));
        if let Some((name, asset)) = found {
            let email = address(name, asset);
            return Account { email: email.to_owned(), name: name.to_owned(), subject: number(email, asset) };
        }
        let project = account_project(word).map_or("-", |project| self.names.id(project));
        Account {
            email: word.to_owned(),
            name: format!("projects/{project}/serviceAccounts/{word}"),
            subject: subject_of(word),
        }
    }

    /// The account that runs what names none: of the first project there is
    /// (<https://cloud.google.com/compute/docs/access/service-accounts#default_service_account>).
    pub(in crate::emulator) fn default_account(&self) -> Account {
        let (_, number) = self.first_project();
        let number = number.as_deref().unwrap_or("0");
        self.account(&format!("{number}-compute@developer.gserviceaccount.com"))
    }
}

fn text<'a>(asset: &'a Asset, key: &str) -> Option<&'a str> {
    asset.data.as_ref().and_then(|data| data.get(key)).and_then(Value::as_str)
}

pub(super) fn address<'a>(name: &'a str, asset: &'a Asset) -> &'a str {
    text(asset, "email").or_else(|| name.rsplit('/').next()).unwrap_or_default()
}

pub(super) fn number(email: &str, asset: &Asset) -> String {
    text(asset, "uniqueId").map_or_else(|| subject_of(email), str::to_owned)
}

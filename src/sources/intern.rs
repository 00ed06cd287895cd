//! One copy of each word: memory grows with what is different, not with how often it is said.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::model::{Principal, RoleName};

/// Words that were met before.
#[derive(Default)]
pub(super) struct Interner {
    words: HashSet<Arc<str>>,
    principals: HashMap<Arc<str>, Principal>,
    buffer: String,
}

impl Interner {
    /// The one copy of this text.
    pub(super) fn word(&mut self, text: &str) -> Arc<str> {
        if let Some(word) = self.words.get(text) {
            return word.clone();
        }
        let word: Arc<str> = text.into();
        self.words.insert(word.clone());
        word
    }

    /// The principal of this spelling.
    pub(super) fn principal(&mut self, text: &str) -> Principal {
        if let Some(principal) = self.principals.get(text) {
            return principal.clone();
        }
        let spelled: Arc<str> = text.into();
        let principal = Principal::new(spelled.clone());
        self.principals.insert(spelled, principal.clone());
        principal
    }

    /// The service account of this e-mail address.
    pub(super) fn account(&mut self, email: &str) -> Principal {
        let mut spelled = std::mem::take(&mut self.buffer);
        spelled.clear();
        spelled.push_str("serviceAccount:");
        spelled.push_str(email);
        let principal = self.principal(&spelled);
        self.buffer = spelled;
        principal
    }

    /// The role of this name.
    pub(super) fn role(&mut self, text: &str) -> RoleName {
        RoleName::new(self.word(text))
    }
}

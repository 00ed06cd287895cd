//! The rules: one file each, pure, under one registry.

pub mod about;
mod above;
pub mod accept;
mod acceptance;
pub mod accounts;
pub mod audit;
mod behind_iap;
mod borrowed_caller;
mod broad_role;
mod conditional_caller;
pub mod context;
mod dead_grant;
pub mod declared;
mod default_identity;
mod denied_caller;
pub mod edges;
mod event_function_caller;
pub mod event_source;
mod evidence;
pub mod expected;
mod expired_caller;
mod external_principal;
pub mod finding;
mod iam_check_disabled;
mod identity_changed;
mod impersonable_caller;
mod inherited_caller;
mod missing_caller;
mod mistimed_caller;
mod other_writer;
pub mod ours;
pub mod partition;
mod phrase;
mod privileged_caller;
mod public_function;
pub mod registry;
pub mod repair;
mod rewire;
pub mod run;
pub mod scope;
mod self_granting;
mod shared_identity;
mod through;
mod trigger_blocked;
mod undeclared_caller;
mod undeclared_function;
mod unknown_function;
mod unreadable;
pub mod writers;

pub use audit::{Audit, Counts};
pub use finding::{Accepted, Finding, fingerprint};
pub use registry::RULES;
pub use run::run;
pub use scope::Scope;

use crate::model::RuleId;
use context::Context;

/// What a rule says about itself. The command line, the README and reports for machines all read this.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// What it says, in a few words.
    pub title: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// How to put it right.
    pub fix: &'static str,
    /// What it finds.
    pub find: for<'a> fn(&Context<'a>) -> Vec<Finding>,
}

//! The law of the rules: every grant that has to do with calling belongs to one rule and no more.

pub(crate) mod estate;
mod laws;
mod oracle;
mod pace;
mod walk;

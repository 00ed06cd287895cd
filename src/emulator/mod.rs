//! The local Google: the methods that callmap uses, over real HTTP on loopback, with Google's own semantics.
//!
//! [`Emulator::start`] serves a [`State`], which is read from lines of assets. Clients that are pointed at it by
//! `CALLMAP_EMULATOR_HOST` cannot tell it from Google by what it answers.
//!
//! It gives tokens that act as whoever asked for them, and the functions themselves answer at its front door: to those
//! whom the audit's own verdict lets through.

mod calls;
mod control;
pub mod estate;
mod fault;
mod front;
mod handle;
mod hash;
mod iam;
mod id_tokens;
mod log;
mod may;
mod oauth;
mod request;
pub mod roles;
mod server;
mod shape;
pub mod state;
mod tokens;
mod weather;

pub use calls::apis;
pub use calls::{Route, methods};
pub use handle::{Clock, Handle, Write, WriteFate, WriteHook};
pub use log::Entry;
pub use server::{Emulator, Options};
pub use state::{Kind, Settings, State, StateError};
pub use weather::{Failure, FailureKind, Limit, SecondWriter, Weather, When};

//! Who can call which Google Cloud Run function, and is that what you declared?
//!
//! The floors, from the lowest: [`model`], [`callers`], [`world`], [`access`], [`rules`], [`plan`], [`tokens`],
//! [`sources`], [`apply`], [`emulator`], [`report`], [`commands`], [`cli`]. A file uses only what stands below it.

pub mod access;
pub mod apply;
pub mod callers;
pub mod cli;
pub mod commands;
pub mod emulator;
pub mod model;
pub mod plan;
pub mod report;
pub mod rules;
pub mod sources;
pub mod tokens;
pub mod world;

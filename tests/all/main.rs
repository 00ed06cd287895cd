//! Every integration test, as one binary.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::too_many_lines, reason = "a table of cases is one function")]

mod access;
mod apply;
mod assets;
mod call;
mod cases;
mod cli;
mod clients;
mod conditions;
mod diff;
mod discover;
mod emulator;
mod estate;
mod explain;
mod find;
mod fixture;
mod floors;
mod google;
mod grant;
mod graph;
mod id_tokens;
mod impersonation;
mod live;
mod map_schema;
mod maps;
mod naive;
mod newcomer;
mod package;
mod partition;
mod pipeline;
mod plan;
mod plan_command;
mod plan_file;
mod plan_fixture;
mod readme;
mod report;
mod review;
mod roles;
mod runs;
mod snapshot;
mod way_up;

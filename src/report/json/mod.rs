//! The formats for machines. Each is a contract: its own structs, a name with a version, a JSON Schema.

mod audit;
mod carried;
mod check;
mod diff;
mod plan;
mod reach;
mod review;
mod wire;

use std::io::{self, Write};

pub use audit::audit;
pub use carried::carried;
pub use check::check;
pub use diff::diff;
pub use plan::plan;
pub use reach::{can, explain, who};
pub use review::review;
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde::Serialize;

use super::escape;
use crate::sources::plan_file::Document;

/// The JSON Schema of each format, by the name of its file without the ending.
pub fn schemas() -> [(&'static str, Schema); 9] {
    [
        ("callmap-apply-1", schema::<carried::Wire<'static>>("callmap-apply/1")),
        ("callmap-audit-1", schema::<audit::Wire<'static>>("callmap-audit/1")),
        ("callmap-can-1", schema::<reach::CanWire<'static>>("callmap-can/1")),
        ("callmap-check-1", schema::<check::Wire<'static>>("callmap-check/1")),
        ("callmap-diff-1", schema::<diff::Wire<'static>>("callmap-diff/1")),
        ("callmap-explain-1", schema::<reach::ExplainWire<'static>>("callmap-explain/1")),
        ("callmap-plan-1", schema::<Document>("callmap-plan/1")),
        ("callmap-review-1", schema::<review::Wire<'static>>("callmap-review/1")),
        ("callmap-who-1", schema::<reach::WhoWire<'static>>("callmap-who/1")),
    ]
}

fn schema<T: JsonSchema>(format: &str) -> Schema {
    let mut schema =
        SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>();
    schema.insert("title".into(), format.into());
    schema.remove("description");
    if let Some(field) = schema.pointer_mut("/properties/format") {
        *field = serde_json::json!({ "const": format });
    }
    schema
}

fn write<T: Serialize>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, escape::Json::default()))?;
    writeln!(out)
}

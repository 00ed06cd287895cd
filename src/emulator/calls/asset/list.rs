//! `assets.list`: what there is in a scope, as an export has it
//! (<https://cloud.google.com/asset-inventory/docs/reference/rest/v1/assets/list>).

use chrono::TimeDelta;
use serde_json::Value;

use super::{Context, scope::Scope, types};
use crate::{
    emulator::{
        calls::page::{Page, Size},
        fault::Fault,
        state::Content,
    },
    model::time,
};

/// So long ago is still known, in days.
const OLDEST: i64 = 35;

pub(super) fn list(parent: &str, context: &Context<'_>) -> Result<Value, Fault> {
    let word = context.request.query("contentType").unwrap_or_default();
    let (told, permission) = match word {
        "" | "CONTENT_TYPE_UNSPECIFIED" => (Content::Name, "listResource"),
        "RESOURCE" => (Content::Resource, "listResource"),
        "IAM_POLICY" => (Content::Policy, "listIamPolicy"),
        "ORG_POLICY" => (Content::Nothing, "listOrgPolicy"),
        "ACCESS_POLICY" => (Content::Nothing, "listAccessPolicy"),
        "OS_INVENTORY" => (Content::Nothing, "listOSInventories"),
        "RELATIONSHIP" => (Content::Nothing, "listResource"),
        other => return Err(Fault::invalid(format!("Invalid value at 'content_type', \"{other}\""))),
    };
    super::permit(&format!("cloudasset.assets.{permission}"), parent, context)?;
    let read = read_time(context)?;
    let types = types(context)?;
    let is_type = |word: &str| types.as_ref().is_none_or(|types| types.iter().any(|each| each == word));
    let mut within = Scope::new(parent, context.state);
    let all: Vec<_> = context
        .state
        .listable(told)
        .filter(|listed| is_type(listed.asset_type()) && within.holds(&listed.place(context.state)))
        .collect();
    let page = Page::of(context.request, all.len(), Size::USUAL)?;
    let items = all.get(page.places.clone()).unwrap_or_default().iter();
    let items = items.map(|listed| context.state.exported(listed, told)).collect();
    let mut answer = page.answer("assets", items);
    answer.insert("readTime".to_owned(), read.into());
    Ok(answer.into())
}

/// The time of which the answer tells.
fn read_time(context: &Context<'_>) -> Result<String, Fault> {
    let Some(text) = context.request.query("readTime").filter(|text| !text.is_empty()) else {
        return Ok(time::rfc3339(context.now));
    };
    let wrong = || Fault::invalid("The read time must be between now and 35 days ago.");
    let told = time::moment(text).map_err(|_| wrong())?;
    let oldest = TimeDelta::try_days(OLDEST).and_then(|days| context.now.checked_sub_signed(days));
    if told > context.now || oldest.is_some_and(|oldest| told < oldest) {
        return Err(wrong());
    }
    Ok(time::rfc3339(told))
}

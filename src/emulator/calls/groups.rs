//! Groups of Cloud Identity and who is in them (<https://cloud.google.com/identity/docs/reference/rest>).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    Context,
    page::{Size, page},
};
use crate::emulator::{
    fault::Fault,
    state::{Group, group_id},
};

/// The host of the API.
const HOST: &str = "cloudidentity.googleapis.com";
/// So many are on a page that shows all there is to see.
const MOST_FULL: i64 = 500;

/// A method of groups; what stands in it is the id of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emulator) enum GroupCall {
    /// What the group of an e-mail address is called.
    Lookup,
    /// One group.
    Get(String),
    /// Its direct members.
    Members(String),
    /// Its members, through groups in it.
    Transitive(String),
    /// Whether somebody is among those.
    Check(String),
}

/// Does what is asked for.
pub(super) fn answer(call: &GroupCall, context: &Context<'_>) -> Result<Value, Fault> {
    if context.state.is_off(HOST) {
        let (id, number) = context.state.first_project();
        return Err(Fault::api_off(HOST, &number.unwrap_or(id)));
    }
    match call {
        GroupCall::Lookup => lookup(context),
        GroupCall::Get(id) => one(id, context).map(shown),
        GroupCall::Members(id) => members(one(id, context)?, context),
        GroupCall::Transitive(id) => transitive(one(id, context)?, context),
        GroupCall::Check(id) => check(one(id, context)?, context),
    }
}

fn lookup(context: &Context<'_>) -> Result<Value, Fault> {
    let email = context.request.query("groupKey.id").filter(|email| !email.is_empty());
    let email = email.ok_or_else(|| Fault::invalid("Request contains an invalid argument."))?;
    let group = context.state.groups.of_email(email).ok_or_else(|| unseen(email))?;
    Ok(json!({ "name": format!("groups/{}", group.id()) }))
}

fn one<'c>(id: &str, context: &'c Context<'_>) -> Result<&'c Group, Fault> {
    context.state.groups.of_id(id).ok_or_else(|| unseen(&format!("groups/{id}")))
}

/// Who may not see a group cannot tell it from one that is not there.
fn unseen(name: &str) -> Fault {
    let said = format!("Error(2028): Permission denied for resource {name} (or it may not exist).");
    let details = vec![json!({
        "@type": "type.googleapis.com/google.rpc.ResourceInfo",
        "resourceType": "cloudidentity.googleapis.com/Group",
        "resourceName": name,
        "owner": format!("domain:{HOST}"),
        "description": said,
    })];
    Fault { details, ..Fault::new(403, "PERMISSION_DENIED", said) }
}

fn shown(group: &Group) -> Value {
    json!({
        "name": format!("groups/{}", group.id()),
        "groupKey": { "id": group.email() },
        "displayName": group.email().split('@').next(),
        "labels": { "cloudidentity.googleapis.com/groups.discussion_forum": "" },
    })
}

/// What the API calls the kinds of members, and their ids.
fn member(name: &str) -> (String, &str) {
    let (kind, id) = name.split_once(':').unwrap_or(("", name));
    match kind {
        "user" => ("USER".to_owned(), id),
        "serviceAccount" => ("SERVICE_ACCOUNT".to_owned(), id),
        "group" => ("GROUP".to_owned(), id),
        "other" => ("OTHER".to_owned(), id),
        "sharedDrive" | "cbcmBrowser" | "chromeOsDevice" | "personalAgent" | "coworkerAgent" => {
            let upper = |letter: char| {
                let gap = if letter.is_ascii_uppercase() { "_" } else { "" };
                format!("{gap}{}", letter.to_ascii_uppercase())
            };
            (kind.chars().map(upper).collect(), id)
        }
        _ => ("OTHER".to_owned(), name),
    }
}

fn members(group: &Group, context: &Context<'_>) -> Result<Value, Fault> {
    let is_full = context.request.query("view") == Some("FULL");
    if is_full && context.request.number("pageSize")? > MOST_FULL {
        return Err(Fault::invalid("Request contains an invalid argument."));
    }
    let all = group.members.iter().map(|name| {
        let (kind, id) = member(name);
        let mut one = json!({
            "name": format!("groups/{}/memberships/{}", group.id(), group_id(name)),
            "preferredMemberKey": { "id": id },
            "roles": [{ "name": "MEMBER" }],
        });
        if is_full {
            one["type"] = kind.into();
        }
        one
    });
    page("memberships", all.collect(), Size::USUAL, context.request).map(Value::Object)
}

/// Everybody in a group and in groups in it, with whether they are there directly and through another; an error
/// where a group in it may not be seen.
fn below<'c>(group: &'c Group, context: &'c Context<'_>) -> Result<BTreeMap<&'c str, (bool, bool)>, Fault> {
    if context.state.groups.is_basic {
        return Err(Fault::no_permission());
    }
    let mut found: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
    let mut met = BTreeSet::from([group.id()]);
    let mut left = vec![(group, true)];
    while let Some((next, is_direct)) = left.pop() {
        for name in &next.members {
            let relation = found.entry(name).or_default();
            *relation = (relation.0 || is_direct, relation.1 || !is_direct);
            if let ("GROUP", email) = (member(name).0.as_str(), member(name).1) {
                let nested = context.state.groups.of_email(email).ok_or_else(|| unseen(email))?;
                if met.insert(nested.id()) {
                    left.push((nested, false));
                }
            }
        }
    }
    Ok(found)
}

fn transitive(group: &Group, context: &Context<'_>) -> Result<Value, Fault> {
    let all = below(group, context)?.into_iter().map(|(name, relation)| {
        let (kind, id) = member(name);
        let word = match kind.as_str() {
            "GROUP" => "groups",
            "SERVICE_ACCOUNT" => "serviceAccounts",
            _ => "users",
        };
        json!({
            "member": format!("{word}/{}", group_id(id)),
            "preferredMemberKey": [{ "id": id }],
            "relationType": match relation {
                (true, true) => "DIRECT_AND_INDIRECT",
                (true, false) => "DIRECT",
                (false, _) => "INDIRECT",
            },
            "roles": [{ "role": "MEMBER" }],
        })
    });
    page("memberships", all.collect(), Size::USUAL, context.request).map(Value::Object)
}

/// `member_key_id == 'EMAIL'`.
fn check(group: &Group, context: &Context<'_>) -> Result<Value, Fault> {
    let query = context.request.query("query").unwrap_or_default();
    let wanted = query.split_once("member_key_id").and_then(|(_, rest)| {
        let rest = rest.trim_start().strip_prefix("==")?.trim();
        let quote = rest.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
        rest.strip_prefix(quote)?.split(quote).next()
    });
    let wanted = wanted.ok_or_else(|| Fault::invalid("Request contains an invalid argument."))?;
    let is_in = below(group, context)?.keys().any(|name| member(name).1.eq_ignore_ascii_case(wanted));
    Ok(if is_in { json!({ "hasMembership": true }) } else { json!({}) })
}

//! Who is in the groups that decide who can call, from Cloud Identity
//! (<https://cloud.google.com/identity/docs/reference/rest/v1/groups.memberships>).
//!
//! Groups are expanded by their *direct* members, each group once, and then the groups among these, until there is
//! nothing new: a ring ends where it began. The transitive search of the larger editions is not asked. It tells who
//! is below a group but neither through which group nor what kind of member that is, so that the groups between
//! would have to be asked all the same; and it refuses everything where it would refuse one of them. Direct members
//! are shown in every edition, and one group that is hidden leaves the others known.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use serde::Deserialize;

use super::{
    Asked, LiveError,
    calls::{Listed, Reader, all, answer, segment, shape},
    gap::{gap, said},
};
use crate::{
    access::RoleBook,
    model::{Policy, Principal, PrincipalKind},
    sources::google::{Api, CallError, Refusal},
    world::{Gap, Layer, LayerState, Observed, Service, World},
};

/// What to do where a group is not shown. Seeing the members of a group is no permission of Google Cloud's.
const HIDDEN: &str = "Cloud Identity does not show its members, which takes the Groups Reader role of Google \
                      Workspace or a group that lets its members be seen; `--groups FILE` can name them";

#[derive(Deserialize)]
#[serde(expecting = "a group's name")]
struct LookupWire {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a membership")]
struct MembershipWire {
    name: Option<String>,
    preferred_member_key: Option<KeyWire>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(expecting = "a member's key")]
struct KeyWire {
    id: String,
    namespace: Option<String>,
}

/// Expands every group that decides something in this world: those that roles are granted to that may let them
/// call, those that the map names, those that deny policies name, and the groups in all of these.
pub(super) async fn read(reader: &Arc<Reader>, asked: &Asked, world: &mut World) -> Result<(), LiveError> {
    let given = asked.groups.iter().map(|(group, members)| (group.clone(), Observed::Known(members.clone())));
    world.groups.extend(given);
    if asked.is_expanding {
        expand(reader, asked, world).await?;
    }
    let state = if world.groups.values().any(|members| members.gap().is_some()) {
        LayerState::Refused
    } else if asked.is_expanding || !asked.groups.is_empty() {
        LayerState::Read
    } else {
        LayerState::NotAsked
    };
    world.layers.insert(Layer::Groups, state);
    Ok(())
}

async fn expand(reader: &Arc<Reader>, asked: &Asked, world: &mut World) -> Result<(), LiveError> {
    let off = Arc::new(OnceLock::new());
    let mut done = BTreeSet::new();
    let mut left = met(asked, world);
    while !left.is_empty() {
        let open = left.iter().filter(|group| !world.groups.contains_key(*group)).cloned();
        let read = all(open.map(|group| {
            let (reader, off) = (reader.clone(), off.clone());
            async move {
                let members = one(&reader, &group, &off).await;
                (group, members)
            }
        }));
        world.groups.extend(read.await?);
        let members = left.iter().filter_map(|group| world.groups.get(group)?.known()).flatten();
        let nested: BTreeSet<Principal> = members.filter(|member| is_group(member)).cloned().collect();
        done.extend(left);
        left = nested.difference(&done).cloned().collect();
    }
    Ok(())
}

fn is_group(principal: &Principal) -> bool {
    matches!(principal.kind(), PrincipalKind::Group(_))
}

/// The groups that something turns on by themselves.
fn met(asked: &Asked, world: &World) -> BTreeSet<Principal> {
    let roles = RoleBook::new(world);
    let own = world.services.values().filter_map(|Service { policy, .. }| policy.known());
    let above = world.policies.values().filter_map(Observed::known);
    let bindings = own.chain(above).flat_map(|Policy { bindings, .. }| bindings);
    let bound = bindings.filter(|binding| roles.class(&binding.role).may_invoke());
    let members = bound.flat_map(|binding| binding.members.iter().cloned());
    let deny_rules =
        world.deny_policies.values().filter_map(Observed::known).flat_map(|policy| &policy.rules);
    let denied =
        deny_rules.flatten().flat_map(|rule| rule.denied_principals.iter().chain(&rule.exception_principals));
    // As IAM's v2 syntax names them.
    let denied = denied.filter_map(|principal| principal.strip_prefix("principalSet://goog/group/"));
    let denied = denied.map(|email| Principal::new(format!("group:{email}")));
    members.chain(denied).chain(asked.callers.iter().cloned()).filter(is_group).collect()
}

/// The direct members of a group. Once the API was found to be off it is not asked again.
async fn one(reader: &Reader, group: &Principal, off: &OnceLock<Gap>) -> Observed<Vec<Principal>> {
    if let Some(gap) = off.get() {
        return Observed::Unreadable(gap.clone());
    }
    match members(reader, group).await {
        Ok(members) => Observed::Known(members),
        Err(error) => {
            let gap = match error.refusal {
                // A permission that has a name is one of Google Cloud, such as to have calls counted to a project.
                Refusal::Denied
                    if error.permission.is_none() && error.message.to_lowercase().contains("permission") =>
                {
                    said(HIDDEN)
                }
                _ => gap(&error, ""),
            };
            if error.refusal == Refusal::Disabled {
                // Whoever was first says the same.
                let _ = off.set(gap.clone());
            }
            Observed::Unreadable(gap)
        }
    }
}

async fn members(reader: &Reader, group: &Principal) -> Result<Vec<Principal>, CallError> {
    let email = group.email().ok_or_else(|| shape("it is no group"))?;
    let key = [("groupKey.id", email)];
    let looked = reader.call(reader.google.get(Api::CloudIdentity, "/v1/groups:lookup", &key)).await?;
    let LookupWire { name } = answer(&looked)?;
    let id = name.strip_prefix("groups/").filter(|id| !id.is_empty() && !id.contains('/'));
    let id = id.ok_or_else(|| shape(&format!("`{name}` is not the name of a group")))?;
    let path = format!("/v1/groups/{}/memberships", segment(id));
    // Without that view nobody is told what kind of member it is; 500 is as much as there is then.
    let query = [("view", "FULL"), ("pageSize", "500")];
    let Listed { items, unreachable: _, failure } =
        reader.list(Api::CloudIdentity, &path, &query, "memberships").await;
    if let Some(error) = failure {
        return Err(error);
    }
    let read = items
        .iter()
        .map(|item| serde_json::from_str(item.get()).map(member).map_err(|error| shape(&error.to_string())));
    read.collect()
}

/// The member of a group as IAM names it. Who cannot be named there is still a member: one of a kind that nobody
/// knows, of whom no verdict can say more.
fn member(wire: MembershipWire) -> Principal {
    let MembershipWire { name, preferred_member_key: key, kind } = wire;
    let kind = kind.as_deref().unwrap_or("TYPE_UNSPECIFIED");
    let Some(KeyWire { id, namespace }) = key else {
        return Principal::new(format!("other:{}", name.unwrap_or_default()));
    };
    let is_googles = namespace.is_none_or(|namespace| namespace.is_empty()) && id.contains('@');
    let word = match kind {
        "USER" if is_googles => "user".to_owned(),
        "SERVICE_ACCOUNT" if is_googles => "serviceAccount".to_owned(),
        "GROUP" if is_googles => "group".to_owned(),
        "USER" | "SERVICE_ACCOUNT" | "GROUP" | "TYPE_UNSPECIFIED" => "other".to_owned(),
        other => camel(other),
    };
    Principal::new(format!("{word}:{id}"))
}

/// `SHARED_DRIVE` is `sharedDrive`.
fn camel(word: &str) -> String {
    let mut is_next = false;
    let mut out = String::new();
    for letter in word.chars() {
        match letter {
            '_' => is_next = true,
            _ if is_next => {
                out.push(letter.to_ascii_uppercase());
                is_next = false;
            }
            _ => out.push(letter.to_ascii_lowercase()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(json: &str) -> String {
        member(serde_json::from_str(json).unwrap()).to_string()
    }

    #[test]
    fn a_member_is_named_as_iam_names_it_or_is_of_a_kind_that_nobody_knows() {
        for (json, expected) in [
            (r#"{"preferredMemberKey":{"id":"Ann@example.com"},"type":"USER"}"#, "user:Ann@example.com"),
            (
                r#"{"preferredMemberKey":{"id":"a@p.iam.gserviceaccount.com"},"type":"SERVICE_ACCOUNT","roles":[{"name":"MEMBER","expiryDetail":{"expireTime":"2020-01-01T00:00:00Z"}}]}"#,
                "serviceAccount:a@p.iam.gserviceaccount.com",
            ),
            (r#"{"preferredMemberKey":{"id":"b@example.com"},"type":"GROUP"}"#, "group:b@example.com"),
            (r#"{"preferredMemberKey":{"id":"0AD7"},"type":"SHARED_DRIVE"}"#, "sharedDrive:0AD7"),
            (r#"{"preferredMemberKey":{"id":"C046psxkn"},"type":"OTHER"}"#, "other:C046psxkn"),
            (
                r#"{"preferredMemberKey":{"id":"x@y","namespace":"identitysources/7"},"type":"USER"}"#,
                "other:x@y",
            ),
            (r#"{"preferredMemberKey":{"id":"c@example.com"}}"#, "other:c@example.com"),
            (r#"{"name":"groups/1/memberships/2","type":"USER"}"#, "other:groups/1/memberships/2"),
        ] {
            assert_eq!(named(json), expected);
        }
        assert_eq!(Principal::new("sharedDrive:0AD7").kind(), PrincipalKind::Other);
    }
}

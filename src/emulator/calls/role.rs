//! Roles: Google's own and those that somebody made
//! (<https://cloud.google.com/iam/docs/reference/rest/v1/roles>).

use serde_json::Value;

use super::{
    Context, missing,
    page::{Page, Size},
    policy::place,
};
use crate::emulator::{
    fault::Fault,
    iam, roles,
    state::{Kind, container_kind},
};

/// So many are on a page.
const SIZE: Size = Size::new(300, 1_000);
/// What full names begin with.
const CONTAINER: &str = "//cloudresourcemanager.googleapis.com/";

/// A role by its name.
pub(super) fn get(name: &str, context: &Context<'_>) -> Result<Value, Fault> {
    context.need_api(Kind::Role, name)?;
    let name = context.state.names.canonical(name);
    if roles::is_predefined(&name) {
        // Google's own are shown to everybody.
        if context.state.is_refused("iam.roles.get", &name) {
            return Err(Fault::denied("iam.roles.get", &name));
        }
        return roles::predefined(&name).ok_or_else(|| missing(Kind::Role, &name));
    }
    context.permit("iam.roles.get", &[&name])?;
    // One of which only the name is known is not there.
    let is_told = context.state.asset(Kind::Role, &name).is_some_and(|asset| asset.data.is_some());
    let role = is_told.then(|| context.state.resource(Kind::Role, &name)).flatten();
    role.ok_or_else(|| missing(Kind::Role, &name))
}

/// The roles of a project or an organization; Google's own where the parent is empty.
pub(super) fn all(parent: &str, context: &Context<'_>) -> Result<Value, Fault> {
    context.need_api(Kind::Role, parent)?;
    let is_full = match context.request.query("view").filter(|view| !view.is_empty()) {
        None | Some("BASIC") => false,
        Some("FULL") => true,
        Some(other) => return Err(Fault::invalid(format!("Invalid value at 'view', \"{other}\""))),
    };
    let names: Vec<String> = if parent.is_empty() {
        roles::names().into_iter().map(str::to_owned).collect()
    } else {
        let parent = context.state.names.canonical(parent);
        context.permit("iam.roles.list", &[&parent])?;
        if !context.state.has_container(&parent) {
            return Err(Fault::denied("iam.roles.list", &parent));
        }
        let is_deleted = context.request.query("showDeleted") == Some("true");
        own(&parent, is_deleted, context)
    };
    let page = Page::of(context.request, names.len(), SIZE)?;
    let shown = shown(names.get(page.places.clone()).unwrap_or_default(), is_full, context);
    Ok(page.answer("roles", shown).into())
}

/// The names of the roles that somebody made there.
fn own(parent: &str, is_deleted: bool, context: &Context<'_>) -> Vec<String> {
    let prefix = format!("{parent}/roles/");
    let all = context.state.assets(Kind::Role, &prefix);
    let told = all.filter_map(|(name, asset)| Some((name, asset.data.as_ref()?)));
    let kept = told.filter(|(_, data)| is_deleted || data.get("deleted") != Some(&Value::Bool(true)));
    kept.map(|(name, _)| name.to_owned()).collect()
}

fn shown(names: &[String], is_full: bool, context: &Context<'_>) -> Vec<Value> {
    let one = |name: &String| {
        let role = if roles::is_predefined(name) {
            roles::predefined(name)
        } else {
            context.state.resource(Kind::Role, name)
        };
        let mut role = role?;
        if let (Value::Object(fields), false) = (&mut role, is_full) {
            fields.shift_remove("includedPermissions");
        }
        Some(role)
    };
    names.iter().filter_map(one).collect()
}

/// The roles that can be granted on a resource.
pub(super) fn grantable(context: &Context<'_>) -> Result<Value, Fault> {
    context.need_api(Kind::Role, "")?;
    let body = context.request.json()?;
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let full = text("fullResourceName").unwrap_or_default();
    let Some(name) = full.strip_prefix("//").and_then(|rest| rest.split_once('/')).map(|(_, name)| name)
    else {
        return Err(Fault::invalid("Invalid full resource name."));
    };
    let own: Vec<&str> = name.split('/').take(2).collect();
    let own = context.state.names.canonical(&own.join("/"));
    if !context.state.has_container(&own) {
        return Err(Fault::no_permission());
    }
    let mut names: Vec<String> = roles::names().into_iter().map(str::to_owned).collect();
    let chain = std::iter::once(own.as_str()).chain(context.state.names.above(&own));
    // Folders have no roles.
    for above in chain.filter(|above| container_kind(above) != Kind::Folder) {
        names.extend(self::own(above, false, context));
    }
    let kind = full.strip_prefix(CONTAINER).map(|_| container_kind(&own));
    let kind = kind.or_else(|| place(name).map(|place| place.kind)).unwrap_or(Kind::Service);
    if !kind.is_container() {
        names.retain(|name| !roles::is_basic(name));
        names.retain(|name| !roles::is_predefined(name) || iam::is_taken(name, kind));
    }
    let size = body.get("pageSize").and_then(Value::as_i64).unwrap_or(0);
    let page = Page::asked(size, text("pageToken"), names.len(), SIZE)?;
    let shown =
        shown(names.get(page.places.clone()).unwrap_or_default(), text("view") == Some("FULL"), context);
    Ok(page.answer("roles", shown).into())
}

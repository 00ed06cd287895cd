//! Service accounts (<https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts>).

use serde_json::Value;

use super::{
    Context, list, missing,
    page::{Page, Size},
};
use crate::emulator::{
    fault::Fault,
    may,
    state::{Kind, State, project},
};

/// So many are on a page.
const SIZE: Size = Size::new(20, 100);

/// The name under which an account is kept that is asked for by its address or its unique id, in a project or `-`.
pub(super) fn kept(name: &str, state: &State) -> String {
    let (own, word) = name
        .strip_prefix("projects/")
        .and_then(|rest| rest.split_once("/serviceAccounts/"))
        .unwrap_or_default();
    state.account_name(own, word).map_or_else(|| may::canonical(state, name), str::to_owned)
}

/// The name of an account that the state has no line of, and that may be there all the same: of its project none is
/// listed. Nobody has granted anything on it.
pub(super) fn unlisted(name: &str, state: &State) -> Option<String> {
    let email = name.rsplit('/').next().filter(|word| word.contains('@'))?;
    let account = state.account(email);
    let is_project_there =
        |project: &str| state.asset(Kind::Project, &format!("projects/{project}")).is_some();
    let is_open = state.asset(Kind::ServiceAccount, &account.name).is_none() && !state.lacks_account(email);
    (is_open && project(&account.name).is_some_and(is_project_there)).then_some(account.name)
}

/// One account.
pub(super) fn get(name: &str, context: &Context<'_>) -> Result<Value, Fault> {
    context.need_api(Kind::ServiceAccount, name)?;
    let kept = kept(name, context.state);
    context.permit("iam.serviceAccounts.get", &[&kept])?;
    context.state.resource(Kind::ServiceAccount, &kept).ok_or_else(|| gone(name, "iam.serviceAccounts.get"))
}

/// There is no such account: who asks without a project is not told.
pub(super) fn gone(name: &str, permission: &str) -> Fault {
    match project(name) {
        Some(_) => missing(Kind::ServiceAccount, name),
        None => Fault::denied(permission, name),
    }
}

/// The accounts of a project.
pub(super) fn all(parent: &str, context: &Context<'_>) -> Result<Value, Fault> {
    context.need_api(Kind::ServiceAccount, parent)?;
    list::known(parent, "iam.serviceAccounts.list", context)?;
    context.permit("iam.serviceAccounts.list", &[parent])?;
    let names = context.state.listed(Kind::ServiceAccount, project(parent).unwrap_or_default(), "");
    let page = Page::of(context.request, names.len(), SIZE)?;
    let items = names.get(page.places.clone()).unwrap_or_default().iter();
    let items = items.filter_map(|name| context.state.resource(Kind::ServiceAccount, name)).collect();
    Ok(page.answer("accounts", items).into())
}

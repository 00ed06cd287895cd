//! What would put a finding right, as a command where there is one.

use super::{context::Context, edges::JudgedEdge, partition::Judged, writers};
use crate::{
    access::{Flip, Verdict},
    callers::{Expiry, Writer},
    model::{
        Condition, Container, Grant, Principal, PrincipalKind, Resource, ServiceName, Time,
        time::{moment, rfc3339},
    },
};

/// The title of the condition by which an `until` is kept.
const UNTIL: &str = "callmap: until";

/// What takes a grant out of a policy that only people write.
pub(super) fn removal_of(grant: &Grant) -> String {
    let Grant { resource, role, principal, condition } = grant;
    let under = super::phrase::under(condition.as_ref());
    let words = || format!("remove `{principal}` from `{role}` on `{resource}`{under}");
    binding_command(grant, "remove-iam-policy-binding").unwrap_or_else(words)
}

/// What takes a grant out of the policy it hangs on.
pub(super) fn removal(context: &Context<'_>, judged: &Judged) -> String {
    let Grant { resource, role, principal, condition } = &judged.grant;
    let under = super::phrase::under(condition.as_ref());
    if let Some(there) = writers::removal_there(context.world, &judged.grant) {
        return there;
    }
    match judged.service.as_ref().and_then(|service| writer(context, service)) {
        Some(writer) => {
            let words = format!("remove `{principal}` from `{role}` on `{resource}`{under}");
            format!("{}: {words}", elsewhere(writer))
        }
        None => removal_of(&judged.grant),
    }
}

/// What gives a declared caller its own grant.
pub(super) fn own_grant(context: &Context<'_>, judged: &JudgedEdge) -> String {
    let end = context
        .declared
        .governed
        .get(&judged.service)
        .and_then(|function| context.declared.end(*function, &judged.principal));
    let grant = addition(context, &own(context, &judged.service, &judged.principal, end.flatten()));
    if is_denied(context, &judged.principal, &judged.service) {
        format!("let the deny policies except it where they are kept; then: {grant}")
    } else {
        grant
    }
}

/// What ends that a deny policy stops a caller, or may.
pub(super) fn of_denial(context: &Context<'_>, principal: &Principal, service: &ServiceName) -> String {
    match context.access.caller(principal).flip(service, &context.map.settings.role) {
        flip @ (Flip::Deny { .. } | Flip::Read { .. } | Flip::Members(_)) => flip.to_string(),
        _ => "let the deny policies except it where they are kept, or take it off the map".to_owned(),
    }
}

/// Whether deny policies refuse a caller, so that no grant would let it call.
pub fn is_denied(context: &Context<'_>, principal: &Principal, service: &ServiceName) -> bool {
    context.access.caller(principal).is_denied(service) == Verdict::Yes
}

/// What puts a grant in.
pub(super) fn addition(context: &Context<'_>, grant: &Grant) -> String {
    if let Some(there) = writers::addition_there(context.world, grant) {
        return there;
    }
    let words = || format!("grant `{}` on `{}` to `{}`", grant.role, grant.resource, grant.principal);
    let service = match &grant.resource {
        Resource::Service(service) => Some(service),
        Resource::Container(_) | Resource::Other(_) => None,
    };
    if let Some(writer) = service.and_then(|service| writer(context, service)) {
        return format!("{}: {}", elsewhere(writer), words());
    }
    match binding_command(grant, "add-iam-policy-binding") {
        Some(command) if grant.principal.kind() != PrincipalKind::Other => command,
        _ => words(),
    }
}

/// The grant of its own that a caller is given who is declared until a time, or for good.
pub fn own(
    context: &Context<'_>,
    service: &ServiceName,
    principal: &Principal,
    until: Option<Time>,
) -> Grant {
    Grant {
        resource: service.clone().into(),
        role: context.map.settings.role.clone(),
        principal: principal.clone(),
        condition: until.filter(|_| is_kept_by_condition(context, service)).map(until_condition),
    }
}

/// Whether an `until` is kept by a condition on the grant, rather than by the next run. What somebody else
/// writes is kept by the map.
pub fn is_kept_by_condition(context: &Context<'_>, service: &ServiceName) -> bool {
    context.map.settings.expiry == Expiry::Condition && writer(context, service).is_none()
}

/// The condition by which an `until` is kept.
pub fn until_condition(until: Time) -> Condition {
    Condition {
        title: UNTIL.into(),
        description: None,
        expression: format!("request.time < timestamp(\"{}\")", rfc3339(until)).into(),
        location: None,
    }
}

/// Whether a condition is one by which callmap keeps an `until`: by its title and its exact expression.
pub fn is_until_condition(condition: &Condition) -> bool {
    let Condition { title, description: _, expression, location: _ } = condition;
    let until = expression
        .strip_prefix("request.time < timestamp(\"")
        .and_then(|rest| rest.strip_suffix("\")"))
        .and_then(|text| moment(text).ok());
    &**title == UNTIL && until.is_some_and(|until| until_condition(until).expression == *expression)
}

/// The command that turns the invoker check on.
pub(super) fn check_on(context: &Context<'_>, service: &ServiceName) -> String {
    if let Some((written, Some(true))) = writers::of_check(context.world, service) {
        return format!("in Terraform, `{}`: turn the invoker check on", written.address);
    }
    let words = || format!("turn the invoker check of `{service}` on");
    on_service(service, "update").map_or_else(words, |command| format!("{command} --invoker-iam-check"))
}

/// Who else writes the policy of a service.
pub fn writer(context: &Context<'_>, service: &ServiceName) -> Option<Writer> {
    let index = context.declared.governed.get(service)?;
    context.map.functions[*index].written_by
}

fn elsewhere(writer: Writer) -> &'static str {
    match writer {
        Writer::Terraform => "in the Terraform that writes this policy",
        Writer::Other => "where this policy is written",
    }
}

/// The command that puts a grant in or takes it out; `None` for what no command line can carry.
fn binding_command(grant: &Grant, verb: &str) -> Option<String> {
    let Grant { resource, role, principal, condition } = grant;
    let on = match resource {
        Resource::Service(name) => on_service(name, verb)?,
        Resource::Container(Container::Project(id)) => format!("gcloud projects {verb} {}", quoted(id)?),
        Resource::Container(Container::Folder(id)) => {
            format!("gcloud resource-manager folders {verb} {}", quoted(id)?)
        }
        Resource::Container(Container::Organization(id)) => {
            format!("gcloud organizations {verb} {}", quoted(id)?)
        }
        Resource::Other(name) => {
            let email = quoted(name.strip_prefix("projects/-/serviceAccounts/")?)?;
            format!("gcloud iam service-accounts {verb} {email}")
        }
    };
    let member = quoted(principal.as_str())?;
    let role = quoted(role.as_str())?;
    // Without the flag, gcloud asks which condition is meant.
    let condition = match condition {
        None => "None".to_owned(),
        Some(condition) => quoted(&condition_flag(condition)?)?,
    };
    Some(format!("{on} --member={member} --role={role} --condition={condition}"))
}

/// The command that does something to a service; `None` where no command line can carry its name.
pub(super) fn on_service(name: &ServiceName, verb: &str) -> Option<String> {
    let ServiceName { project, location, service } = name;
    let (project, location, service) = (quoted(project)?, quoted(location)?, quoted(service)?);
    Some(format!("gcloud run services {verb} {service} --project={project} --region={location}"))
}

/// A condition as gcloud takes it on a command line, where a comma ends a part.
fn condition_flag(condition: &Condition) -> Option<String> {
    let Condition { title, description, expression, location: _ } = condition;
    let parts =
        [("expression", Some(expression)), ("title", Some(title)), ("description", description.as_ref())];
    let is_plain = |part: &str| !part.is_empty() && !part.contains([',', '\n']);
    let mut flag = Vec::new();
    for (key, part) in parts {
        if let Some(part) = part {
            flag.push(is_plain(part).then(|| format!("{key}={part}"))?);
        }
    }
    Some(flag.join(","))
}

/// A word for a POSIX shell; `None` for what no command line can carry.
pub(super) fn quoted(word: &str) -> Option<String> {
    shlex::try_quote(word).ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Principal, RoleName};

    fn removal(principal: &str, condition: Option<Condition>) -> Option<String> {
        let Ok(resource) = "projects/shop-prod/locations/europe-west1/services/pay".parse();
        let role = RoleName::new("roles/run.invoker");
        let grant = Grant { resource, role, principal: Principal::new(principal), condition };
        binding_command(&grant, "remove-iam-policy-binding")
    }

    fn condition(expression: &str) -> Condition {
        Condition { title: "by day".into(), description: None, expression: expression.into(), location: None }
    }

    #[test]
    fn a_command_names_the_service_and_leaves_other_conditions_alone() {
        assert_eq!(
            removal("user:bob@example.com", None).unwrap(),
            "gcloud run services remove-iam-policy-binding pay --project=shop-prod --region=europe-west1 \
             --member=user:bob@example.com --role=roles/run.invoker --condition=None"
        );
    }

    #[test]
    fn a_condition_is_one_word_of_the_command_unless_gcloud_would_cut_it() {
        let command = removal("user:bob@example.com", Some(condition("request.path == \"/a b\""))).unwrap();
        let words = shlex::split(&command).unwrap();
        assert_eq!(words.last().unwrap(), "--condition=expression=request.path == \"/a b\",title=by day");
        assert_eq!(
            removal("user:bob@example.com", Some(condition("request.path in [\"/a\", \"/b\"]"))),
            None
        );
    }

    #[test]
    fn a_hostile_member_stays_one_word_of_the_command() {
        let command = removal("user:$(rm -rf ~)'; x@example.com", None).unwrap();
        let words = shlex::split(&command).unwrap();
        assert!(words.contains(&"--member=user:$(rm -rf ~)'; x@example.com".to_owned()), "{command}");
        assert_eq!(removal("user:a\0b", None), None);
    }
}

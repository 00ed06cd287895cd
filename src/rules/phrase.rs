//! Phrases that findings of several rules share.

use super::{context::Context, partition::Judged};
use crate::model::{Condition, Container, Grant, Resource};

/// Under which condition a grant counts, where it has one.
pub(super) fn under(condition: Option<&Condition>) -> String {
    condition.map_or_else(String::new, |condition| {
        let title = if condition.title.is_empty() { &condition.expression } else { &condition.title };
        format!(" under the condition `{title}`")
    })
}

/// How many functions a grant above them opens, and the first of them by name.
pub(super) fn opened(context: &Context<'_>, judged: &Judged) -> String {
    const SHOWN: usize = 3;
    let count = judged.opens.len();
    let names: Vec<_> =
        judged.opens.iter().take(SHOWN).map(|name| format!("`{}`", context.label(name))).collect();
    let rest = count.saturating_sub(SHOWN);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{} ({}{more})", counted(count, "function"), names.join(", "))
}

/// `1 function`, `2 functions`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The command that takes a grant out of the policy it hangs on; `None` for one under a condition, which takes
/// the whole of the condition to name.
pub(super) fn removal(grant: &Grant) -> Option<String> {
    binding_command(grant, "remove-iam-policy-binding")
}

/// The command that puts a grant in.
pub(super) fn addition(grant: &Grant) -> Option<String> {
    binding_command(grant, "add-iam-policy-binding")
}

fn binding_command(grant: &Grant, verb: &str) -> Option<String> {
    let Grant { resource, role, principal, condition } = grant;
    if condition.is_some() {
        return None;
    }
    let on = match resource {
        Resource::Service(name) => format!(
            "gcloud run services {verb} {} --project={} --region={}",
            quoted(&name.service)?,
            quoted(&name.project)?,
            quoted(&name.location)?
        ),
        Resource::Container(Container::Project(id)) => format!("gcloud projects {verb} {}", quoted(id)?),
        Resource::Container(Container::Folder(id)) => {
            format!("gcloud resource-manager folders {verb} {}", quoted(id)?)
        }
        Resource::Container(Container::Organization(id)) => {
            format!("gcloud organizations {verb} {}", quoted(id)?)
        }
        Resource::Other(_) => return None,
    };
    let member = quoted(principal.as_str())?;
    Some(format!("{on} --member={member} --role={} --condition=None", quoted(role.as_str())?))
}

/// A word for a POSIX shell; `None` for what no command line can carry.
fn quoted(word: &str) -> Option<String> {
    shlex::try_quote(word).ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Principal, RoleName};

    fn grant(principal: &str) -> Grant {
        let Ok(resource) = "projects/shop-prod/locations/europe-west1/services/pay".parse();
        Grant {
            resource,
            role: RoleName::new("roles/run.invoker"),
            principal: Principal::new(principal),
            condition: None,
        }
    }

    #[test]
    fn a_command_names_the_service_and_leaves_other_conditions_alone() {
        assert_eq!(
            removal(&grant("user:bob@example.com")).unwrap(),
            "gcloud run services remove-iam-policy-binding pay --project=shop-prod --region=europe-west1 \
             --member=user:bob@example.com --role=roles/run.invoker --condition=None"
        );
    }

    #[test]
    fn a_hostile_member_stays_one_word_of_the_command() {
        let command = removal(&grant("user:$(rm -rf ~)'; x@example.com")).unwrap();
        let words = shlex::split(&command).unwrap();
        assert!(words.contains(&"--member=user:$(rm -rf ~)'; x@example.com".to_owned()), "{command}");
        assert_eq!(removal(&grant("user:a\0b")), None);
    }
}

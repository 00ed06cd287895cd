//! Whom a policy may name (<https://cloud.google.com/iam/docs/principal-identifiers>).

use super::Rules;
use crate::emulator::fault::Fault;

/// Everybody.
pub(super) fn is_public(member: &str) -> bool {
    matches!(member, "allUsers" | "allAuthenticatedUsers")
}

/// Refuses a member that is no member.
pub(super) fn check_shape(member: &str) -> Result<(), Fault> {
    if is_public(member) {
        return Ok(());
    }
    let Some((kind, name)) = member.split_once(':') else {
        return Err(Fault::invalid("Policy members must be of the form \"<type>:<value>\"."));
    };
    let is_sound = match kind {
        "user" | "group" => is_email(name),
        "serviceAccount" => is_email(name) || is_workload(name),
        "domain" => is_domain(name),
        "principal" | "principalSet" => name.strip_prefix("//").is_some_and(|rest| rest.contains('/')),
        "projectOwner" | "projectEditor" | "projectViewer" => !name.is_empty(),
        "deleted" => is_deleted(name),
        _ => {
            return Err(Fault::invalid(format!(
                "The member {member} is of an unknown type. Please set a valid type prefix for the member."
            )));
        }
    };
    if is_sound { Ok(()) } else { Err(Fault::invalid(format!("Invalid principal {member}."))) }
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        let is_plain = |part: &str| !part.contains(|each: char| each.is_whitespace() || each == '@');
        !local.is_empty() && is_plain(local) && is_domain(domain)
    })
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|each| each.is_alphanumeric() || each == '-' || each == '_')
    };
    text.contains('.') && text.split('.').all(is_label)
}

/// `PROJECT.svc.id.goog[NAMESPACE/ACCOUNT]`, of clusters.
fn is_workload(text: &str) -> bool {
    text.split_once(".svc.id.goog[").is_some_and(|(project, rest)| {
        !project.is_empty() && rest.strip_suffix(']').is_some_and(|account| account.contains('/'))
    })
}

fn is_deleted(text: &str) -> bool {
    if text.starts_with("principal://") {
        return true;
    }
    let Some((kind, rest)) = text.split_once(':') else { return false };
    let Some((email, uid)) = rest.split_once("?uid=") else { return false };
    let is_kind = matches!(kind, "user" | "group" | "serviceAccount");
    is_kind && is_email(email) && !uid.is_empty() && uid.bytes().all(|byte| byte.is_ascii_digit())
}

/// Refuses a member that is not there, or not from here. `is_new` for one that the policy did not hold before.
pub(super) fn check_known(member: &str, is_new: bool, rules: &Rules<'_>) -> Result<(), Fault> {
    let account = member.strip_prefix("serviceAccount:").filter(|name| !name.ends_with(']'));
    if let Some(email) = account.filter(|email| rules.state.lacks_account(email)) {
        return Err(Fault::invalid(format!("Service account {email} does not exist.")));
    }
    // Whoever was in the policy before the restriction stays in it.
    if is_new && !is_permitted(member, rules) {
        return Err(Fault::new(
            400,
            "FAILED_PRECONDITION",
            "One or more users named in the policy do not belong to a permitted customer,  perhaps due to an \
             organization policy.",
        ));
    }
    Ok(())
}

/// Whether a member is of one of the permitted domains. Service accounts are: they are of the organization.
fn is_permitted(member: &str, rules: &Rules<'_>) -> bool {
    let domains = rules.state.domains();
    if domains.is_empty() {
        return true;
    }
    match member.split_once(':') {
        None => false,
        Some(("user" | "group", email)) => {
            email.rsplit_once('@').is_some_and(|(_, domain)| domains.contains(&domain.to_lowercase()))
        }
        Some(("domain", domain)) => domains.contains(&domain.to_lowercase()),
        Some(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_every_kind_are_taken() {
        for member in [
            "allUsers",
            "allAuthenticatedUsers",
            "user:a.b+c@example.com",
            "group:team@example.com",
            "serviceAccount:pay@shop-prod.iam.gserviceaccount.com",
            "serviceAccount:shop-prod.svc.id.goog[till/robot]",
            "domain:example.com",
            "principal://iam.googleapis.com/locations/global/workforcePools/shop/subject/a",
            "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*",
            "deleted:user:a@example.com?uid=123",
            "deleted:principal://iam.googleapis.com/locations/global/workforcePools/shop/subject/a",
            "projectOwner:shop-prod",
        ] {
            assert_eq!(check_shape(member), Ok(()), "{member}");
        }
    }

    #[test]
    fn what_is_no_member_is_refused_in_googles_words() {
        let said = |member| check_shape(member).unwrap_err().message;
        assert_eq!(said("a@example.com"), "Policy members must be of the form \"<type>:<value>\".");
        assert_eq!(
            said("person:a@example.com"),
            "The member person:a@example.com is of an unknown type. Please set a valid type prefix for the member."
        );
        for member in ["user:", "user:a", "user:a@b", "user:a b@example.com", "user:a@b@example.com"] {
            assert_eq!(said(member), format!("Invalid principal {member}."));
        }
        for member in ["domain:example", "deleted:user:a@example.com", "principal:x", "serviceAccount:a[b]"] {
            assert!(check_shape(member).is_err(), "{member}");
        }
    }
}

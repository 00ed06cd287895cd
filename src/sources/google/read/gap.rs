//! Why something was not read, in words, with the permission where one is wanting.

use super::Project;
use crate::{
    sources::google::{Api, CallError, Refusal},
    world::Gap,
};

/// The gap that a call leaves. `permission` is what the call takes.
pub(super) fn gap(error: &CallError, api: Api, permission: &str) -> Gap {
    let CallError { refusal, message, permission: named } = error;
    let why = match refusal {
        // What Google says of other things than permissions (a service perimeter, say) is worth its words.
        Refusal::Denied if named.is_some() || message.to_lowercase().contains("permission") => {
            "permission denied".to_owned()
        }
        Refusal::Denied => format!("refused: {message}"),
        Refusal::Disabled => format!("the API `{}` is off: {message}", api.host()),
        Refusal::NotFound => format!("Google does not know it: {message}"),
        Refusal::Unavailable | Refusal::Lost | Refusal::Aborted => {
            format!("no answer could be had: {message}")
        }
        Refusal::Late => "the time for the whole run was over before it was read".to_owned(),
        Refusal::Shape => format!("the answer is not what it should be: {message}"),
        Refusal::Invalid => format!("Google does not take the question: {message}"),
        Refusal::Unauthenticated => format!("credentials were not taken: {message}"),
    };
    let permission = match refusal {
        Refusal::Denied => Some(named.clone().unwrap_or_else(|| permission.into())),
        Refusal::Disabled
        | Refusal::NotFound
        | Refusal::Unavailable
        | Refusal::Lost
        | Refusal::Aborted
        | Refusal::Late
        | Refusal::Shape
        | Refusal::Invalid
        | Refusal::Unauthenticated => None,
    };
    Gap { why: why.into(), permission }
}

/// A gap of which no permission is the cause.
pub(super) fn said(why: impl Into<std::sync::Arc<str>>) -> Gap {
    Gap { why: why.into(), permission: None }
}

/// Whether an API is off in this very project, so that nothing of it can be there. An answer may also mean the
/// project that calls are counted for, which says nothing about the one that was asked about.
pub(super) fn is_off(error: &CallError, project: &Project) -> bool {
    let is_word = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | ':');
    let mut words = error.message.split(|character| !is_word(character));
    error.refusal == Refusal::Disabled && words.any(|word| project.is(word.trim_end_matches(['.', ':'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(refusal: Refusal, message: &str) -> CallError {
        CallError { refusal, message: message.into(), permission: None }
    }

    #[test]
    fn a_permission_is_wanting_only_where_google_refuses() {
        let denied = gap(
            &error(Refusal::Denied, "The caller does not have permission"),
            Api::Run,
            "run.services.list",
        );
        assert_eq!(denied, Gap::new("permission denied", "run.services.list"));
        let perimeter = gap(&error(Refusal::Denied, "Request is prohibited by policy"), Api::Run, "x.y.z");
        assert_eq!(&*perimeter.why, "refused: Request is prohibited by policy");
        for refusal in
            [Refusal::Disabled, Refusal::NotFound, Refusal::Unavailable, Refusal::Late, Refusal::Shape]
        {
            assert_eq!(gap(&error(refusal, "x"), Api::Run, "run.services.list").permission, None);
        }
        let other = CallError { permission: Some("a.b.c".into()), ..error(Refusal::Denied, "no") };
        assert_eq!(gap(&other, Api::Run, "run.services.list"), Gap::new("permission denied", "a.b.c"));
    }

    #[test]
    fn an_api_is_off_in_the_project_that_the_answer_names() {
        let project = Project { name: "shop-prod".into(), number: Some("1041".into()) };
        let off = |message: &str| is_off(&error(Refusal::Disabled, message), &project);
        assert!(off("Eventarc API has not been used in project 1041 before or it is disabled. Enable it"));
        assert!(off("API is disabled in project shop-prod."));
        assert!(off("visit https://console.developers.google.com/overview?project=shop-prod then retry"));
        assert!(!off("Eventarc API has not been used in project 77 before or it is disabled"));
        assert!(!off("Eventarc API has not been used in project 10411 before"));
        assert!(!off("disabled in project my-shop-prod"));
        assert!(!is_off(&error(Refusal::Denied, "project shop-prod"), &project));
    }
}

//! Why something was not read, in words, with the permission where one is wanting.

use super::Project;
use crate::{
    sources::google::{Api, CallError, Refusal},
    world::Gap,
};

/// The gap that a call leaves. `permission` is what the call takes.
pub(super) fn gap(error: &CallError, permission: &str) -> Gap {
    let CallError { refusal, message, permission: named } = error;
    match refusal {
        // What Google says of other things than permissions (a service perimeter, say) is worth its words.
        Refusal::Denied if named.is_some() || tells_of_permissions(message) => {
            Gap::new("permission denied", named.as_deref().unwrap_or(permission))
        }
        Refusal::Denied
        | Refusal::Disabled
        | Refusal::NotFound
        | Refusal::Unavailable
        | Refusal::Lost
        | Refusal::Aborted
        | Refusal::Late
        | Refusal::Shape
        | Refusal::Invalid
        | Refusal::Unauthenticated => said(message.clone()),
    }
}

/// Whether a refusal is one for want of a permission; Pub/Sub says it in words of its own.
fn tells_of_permissions(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("permission") || message.starts_with("user not authorized")
}

/// A gap of which no permission is the cause.
pub(super) fn said(why: impl Into<std::sync::Arc<str>>) -> Gap {
    Gap { why: why.into(), permission: None }
}

/// Whether an API is off in this very project, so that nothing of it can be there. An answer may also mean the
/// project that calls are counted for, which says nothing about the one that was asked about.
pub(super) fn is_off(error: &CallError, api: Api, project: &Project) -> bool {
    let is_word = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | ':');
    let has = |is_it: &dyn Fn(&str) -> bool| {
        error
            .message
            .split(|character| !is_word(character))
            .any(|word| is_it(word.trim_end_matches(['.', ':'])))
    };
    error.refusal == Refusal::Disabled && has(&|word| word == api.host()) && has(&|word| project.is(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(refusal: Refusal, message: &str) -> CallError {
        CallError { refusal, message: message.into(), permission: None }
    }

    #[test]
    fn a_permission_is_wanting_only_where_google_refuses_one() {
        let denied = gap(&error(Refusal::Denied, "The caller does not have permission"), "run.services.list");
        assert_eq!(denied, Gap::new("permission denied", "run.services.list"));
        let pubsub =
            gap(&error(Refusal::Denied, "User not authorized to perform this action."), "pubsub.topics.list");
        assert_eq!(pubsub, Gap::new("permission denied", "pubsub.topics.list"));
        let perimeter = gap(&error(Refusal::Denied, "Request is prohibited by policy"), "x.y.z");
        assert_eq!(perimeter, said("Request is prohibited by policy"));
        for refusal in
            [Refusal::Disabled, Refusal::NotFound, Refusal::Unavailable, Refusal::Late, Refusal::Shape]
        {
            assert_eq!(gap(&error(refusal, "x"), "run.services.list"), said("x"));
        }
        let other = CallError { permission: Some("a.b.c".into()), ..error(Refusal::Denied, "no") };
        assert_eq!(gap(&other, "run.services.list"), Gap::new("permission denied", "a.b.c"));
    }

    #[test]
    fn an_api_is_off_in_the_project_that_the_answer_names() {
        let project = Project { name: "shop-prod".into(), number: Some("1041".into()) };
        let off = |message: &str| is_off(&error(Refusal::Disabled, message), Api::PubSub, &project);
        assert!(off(
            "the API `pubsub.googleapis.com` is off in the project `1041`: `gcloud services enable`"
        ));
        assert!(off(
            "the API is off: see https://example.com/apis/api/pubsub.googleapis.com/overview?project=shop-prod"
        ));
        // Of another project, of nobody's, of another API.
        assert!(!off("the API `pubsub.googleapis.com` is off in the project `77`"));
        assert!(!off("the API `pubsub.googleapis.com` is off in the project `10411`"));
        assert!(!off("the API `pubsub.googleapis.com` is off in the project `my-shop-prod`"));
        assert!(!off("the API `pubsub.googleapis.com` is off in the project"));
        assert!(!off("the API `run.googleapis.com` is off in the project `1041`"));
        let denied = error(Refusal::Denied, "`pubsub.googleapis.com` `1041`");
        assert!(!is_off(&denied, Api::PubSub, &project));
    }
}

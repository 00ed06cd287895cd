//! Each way to an ID token, and who callmap is by it.

use callmap::{
    model::Container,
    sources::google::{Connection, Google, Refusal},
    tokens::{Endpoint, Environment, id::Via},
};

use super::{CHECKOUT, GCLOUD, PAYMENTS, got, me, on, started, wanted};

fn acting_as(principal: &str) -> Environment {
    Environment { emulator_as: Some(principal.to_owned()), ..Environment::default() }
}

#[test]
fn callmap_is_whom_the_environment_says_on_the_emulator() {
    let emulator = started();
    let nora = acting_as("user:nora@example.com");
    let (token, _) = got(&wanted(Via::Auto), &emulator, &nora).unwrap();
    assert_eq!((&*token.claims.audience, token.claims.email.as_deref()), (GCLOUD, Some("nora@example.com")));
    assert!(!token.is_bound);
    assert_eq!(token.way, "the login of the emulator, as user:nora@example.com");
    assert_eq!(me(&wanted(Via::Auto), &emulator, &nora).unwrap().0, "user:nora@example.com");

    let checkout = acting_as(&format!("serviceAccount:{CHECKOUT}"));
    let (token, _) = got(&wanted(Via::Auto), &emulator, &checkout).unwrap();
    assert_eq!((&*token.claims.audience, token.claims.email.as_deref()), (PAYMENTS, Some(CHECKOUT)));
    assert!(token.is_bound);
    assert_eq!(token.principal.unwrap().to_string(), format!("serviceAccount:{CHECKOUT}"));
    assert_eq!(me(&wanted(Via::Auto), &emulator, &checkout).unwrap().0, format!("serviceAccount:{CHECKOUT}"));

    let owner = Environment::default();
    let (token, _) = got(&wanted(Via::Auto), &emulator, &owner).unwrap();
    assert_eq!((token.claims.email.as_deref(), token.is_bound), (Some("owner@example.com"), false));
    assert_eq!(me(&wanted(Via::Auto), &emulator, &owner).unwrap().0, "user:owner@example.com");
}

#[test]
fn nobody_is_whom_nobody_can_be() {
    let emulator = started();
    for text in [
        "nora@example.com",
        "user:",
        "user:nora",
        "group:sre@example.com",
        "allUsers",
        "user:a b@example.com",
    ] {
        let expected = format!(
            "`CALLMAP_EMULATOR_AS` is `{text}`, whom nobody can be: write `user:EMAIL` or `serviceAccount:EMAIL`"
        );
        let environment = acting_as(text);
        let error = got(&wanted(Via::Auto), &emulator, &environment).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(me(&wanted(Via::Auto), &emulator, &environment), Err(expected.clone()));
        let connection = Connection::new(Endpoint::Emulator(emulator.address()), environment);
        assert_eq!(on(Google::connect(connection)).unwrap_err().to_string(), expected);
    }
}

#[test]
fn reading_is_done_as_whom_the_environment_says() {
    let emulator = started();
    let read = |environment: Environment, impersonate: Option<&str>| {
        let connection = Connection {
            impersonate: impersonate.map(str::to_owned),
            ..Connection::new(Endpoint::Emulator(emulator.address()), environment)
        };
        on(async {
            let (google, _) = Google::connect(connection).await.unwrap();
            google.container_policy(&Container::Project("shop-prod".into())).await
        })
    };
    assert!(read(Environment::default(), None).is_ok());
    let checkout = format!("serviceAccount:{CHECKOUT}");
    for refused in [
        read(acting_as("user:nobody@example.com"), None),
        read(acting_as(&checkout), None),
        read(Environment::default(), Some(CHECKOUT)),
    ] {
        assert_eq!(refused.unwrap_err().refusal, Refusal::Denied);
    }
}

#[test]
fn an_account_is_acted_as_by_whoever_may() {
    let emulator = started();
    let mut by_impersonation = wanted(Via::Impersonate);
    by_impersonation.impersonate = Some(CHECKOUT.to_owned());
    let (token, _) = got(&by_impersonation, &emulator, &Environment::default()).unwrap();
    assert_eq!((&*token.claims.audience, token.claims.email.as_deref()), (PAYMENTS, Some(CHECKOUT)));
    assert!(token.is_bound);
    assert_eq!(
        token.way,
        format!("`generateIdToken`, with the login of the emulator, as serviceAccount:{CHECKOUT}")
    );
    let error = got(&by_impersonation, &emulator, &acting_as("user:nora@example.com")).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "no token for `{CHECKOUT}`, which callmap is to act as: Permission 'iam.serviceAccounts.getOpenIdToken' \
             denied on resource (or it may not exist); `roles/iam.serviceAccountOpenIdTokenCreator` on the account \
             gives `iam.serviceAccounts.getOpenIdToken`"
        )
    );
}

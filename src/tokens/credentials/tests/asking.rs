//! How often a token is asked for, and what is asked again.

use secrecy::ExposeSecret as _;
use serde_json::json;

use super::{
    super::super::server::{Said, Server},
    found, granted, login, token_of, with_file,
};

#[tokio::test]
async fn an_endpoint_that_stumbles_is_asked_again() {
    let server = Server::start(|asked, count| match count {
        0 => Said::Reset,
        1 => Said::Cut("{\"access_token\": \"acc".to_owned()),
        2 => Said::json(503, &json!({"error": "internal_failure"})),
        _ => granted(asked),
    })
    .await;
    let (environment, _, _dir) = with_file(&login(&server));
    assert_eq!(token_of(&environment).await.unwrap(), "access");
    assert_eq!(server.asked().len(), 4);
}

#[tokio::test]
async fn a_failure_is_asked_for_once_too() {
    let server = Server::start(|_, _| {
        Said::json(400, &json!({"error": "invalid_grant", "error_description": "Token has been revoked."}))
    })
    .await;
    let (environment, _, _dir) = with_file(&login(&server));
    let tokens = found(&environment).await.unwrap().tokens;
    for _ in 0..3 {
        let error = tokens.token().await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "no token for the login of `gcloud auth application-default login`: invalid_grant: Token has been \
             revoked.; it has ended or was taken back: log in again"
        );
    }
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_token_that_ends_is_renewed() {
    let server = Server::start(|_, count| {
        Said::json(200, &json!({"access_token": format!("access-{count}"), "expires_in": 30}))
    })
    .await;
    let (environment, _, _dir) = with_file(&login(&server));
    let tokens = found(&environment).await.unwrap().tokens;
    for expected in ["access-0", "access-1"] {
        assert_eq!(tokens.token().await.unwrap().expose_secret(), expected);
    }
}

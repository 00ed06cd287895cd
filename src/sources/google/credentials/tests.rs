//! Each kind of credential, against endpoints on loopback.

use std::{fs, path::PathBuf};

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::{
    super::{
        Hosts,
        client::transport,
        server::{Asked, Said, Server},
    },
    Choice, CredentialsError, Environment, Found, find,
};

/// An environment whose credential file holds this, and where that file is.
fn with_file(file: &Value) -> (Environment, PathBuf, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("credentials.json");
    fs::write(&path, file.to_string()).unwrap();
    (Environment { credentials_file: Some(path.clone()), ..Environment::default() }, path, dir)
}

async fn found(environment: &Environment) -> Result<Found, CredentialsError> {
    find(environment, Choice::Default, None, &transport(Hosts::Loopback).unwrap()).await
}

async fn token_of(environment: &Environment) -> Result<String, CredentialsError> {
    Ok(found(environment).await?.tokens.token().await?.expose_secret().to_owned())
}

fn login(server: &Server) -> Value {
    json!({
        "type": "authorized_user", "client_id": "client", "client_secret": "hunter2-client",
        "refresh_token": "hunter2-refresh", "quota_project_id": "shop-bills",
        "token_uri": format!("http://{}/token", server.address),
    })
}

fn granted(asked: &Asked) -> Said {
    let is_token = asked.line == "POST /token";
    Said::json(if is_token { 200 } else { 404 }, &json!({"access_token": "access", "expires_in": 3600}))
}

#[tokio::test]
async fn eight_calls_that_need_the_first_token_ask_for_one() {
    let server = Server::start(|asked, _| granted(asked)).await;
    let (environment, _, _dir) = with_file(&login(&server));
    let tokens = found(&environment).await.unwrap().tokens;
    let mut calls = JoinSet::new();
    for _ in 0..8 {
        let tokens = tokens.clone();
        calls.spawn(async move { tokens.token().await.unwrap().expose_secret().to_owned() });
    }
    assert_eq!(calls.join_all().await, ["access"; 8]);
    assert_eq!(server.asked().len(), 1);
}

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

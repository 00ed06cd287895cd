//! The client, with tokens and a quota project as credentials give them.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{
    Api, Choice, Connection, Endpoint, Environment, Google, Hosts,
    credentials::{self, Tokens},
    server::{Asked, Said, Server},
    transport::Transport,
};
use crate::model::{Container, ServiceName};

/// A client of this server, whose calls are counted to a project.
fn counted(server: &Server) -> Google {
    let connection = Connection::new(Endpoint::Emulator(server.address), Environment::default());
    Google::with(
        &connection,
        Transport::ready(Hosts::Loopback).unwrap(),
        Tokens::made_up(),
        Some("shop-bills"),
    )
}

#[tokio::test]
async fn the_quota_project_is_sent_with_every_call_and_the_calls_are_the_same() {
    let server = Server::start(|_, _| Said::json(200, &json!({}))).await;
    let emulator = Google::emulator(server.address).unwrap();
    let policy = json!({"etag": "ACAB", "version": 3, "bindings": []});
    let service: ServiceName = "projects/p/locations/l/services/s".parse().unwrap();
    for google in [emulator, counted(&server)] {
        google.services("p", "l", Some("x y")).await.unwrap();
        google.service(&service).await.unwrap();
        google.service_policy(&service).await.unwrap();
        google.set_service_policy(&service, &policy).await.unwrap();
        google.project("p").await.unwrap();
        google.ancestry("p").await.unwrap();
        for container in ["projects/p", "folders/1", "organizations/2"] {
            let container: Container = container.parse().unwrap();
            google.container_policy(&container).await.unwrap();
            google.set_container_policy(&container, &policy).await.unwrap();
        }
        google.get(Api::Iam, "/v1/roles/run.invoker", &[("view", "FULL")]).await.unwrap();
    }
    let asked = server.asked();
    let (plain, counted) = asked.split_at(asked.len() / 2);
    assert_eq!(plain.len(), 13);
    let counts = |asked: &[Asked]| {
        asked.iter().filter(|asked| asked.header("x-goog-user-project") == Some("shop-bills")).count()
    };
    assert_eq!((counts(plain), counts(counted)), (0, 13));
    for (plain, counted) in plain.iter().zip(counted) {
        assert_eq!(meaning(plain), meaning(counted));
    }
}

/// What a call says, without the order of its parts and what the Google crates add by themselves.
fn meaning(asked: &Asked) -> (String, Vec<String>, Option<Value>) {
    let (path, query) = asked.line.split_once('?').unwrap_or((&asked.line, ""));
    let parts = query.split('&').filter(|part| !matches!(*part, "" | "alt=json"));
    let mut query: Vec<String> = parts.map(str::to_owned).collect();
    query.sort_unstable();
    (path.to_owned(), query, serde_json::from_str(&asked.body).ok())
}

#[tokio::test]
async fn eight_calls_at_once_get_one_token_before_they_are_made() {
    let server = Server::start(|asked, _| {
        let is_token = asked.line.starts_with("POST");
        let granted = json!({"access_token": "access", "expires_in": 3600});
        Said::json(200, &if is_token { granted } else { json!({}) })
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("credentials.json");
    let login = json!({
        "type": "authorized_user", "client_id": "client", "client_secret": "hunter2-client",
        "refresh_token": "hunter2-refresh", "token_uri": format!("http://{}/token", server.address),
    });
    std::fs::write(&path, login.to_string()).unwrap();
    let environment = Environment { credentials_file: Some(path), ..Environment::default() };
    let plain = Transport::ready(Hosts::Loopback).unwrap();
    let tokens = credentials::find(&environment, Choice::Default, None, &plain).await.unwrap().tokens;
    let connection = Connection::new(Endpoint::Emulator(server.address), Environment::default());
    let google = Google::with(&connection, Transport::ready(Hosts::Loopback).unwrap(), tokens, None);
    let name: ServiceName = "projects/p/locations/l/services/s".parse().unwrap();
    let mut calls = JoinSet::new();
    for _ in 0..4 {
        let (typed, raw, name) = (google.clone(), google.clone(), name.clone());
        calls.spawn(async move { typed.service(&name).await.map(drop) });
        calls.spawn(async move { raw.get(Api::Iam, "/v1/roles/x", &[]).await.map(drop) });
    }
    assert_eq!(calls.join_all().await, vec![Ok(()); 8]);
    let (tokens, calls): (Vec<_>, Vec<_>) =
        server.asked().into_iter().partition(|asked| asked.line == "POST /token");
    assert_eq!((tokens.len(), calls.len()), (1, 8));
    assert!(calls.iter().all(|asked| asked.header("authorization") == Some("Bearer access")));
}

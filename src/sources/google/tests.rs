//! The client, with tokens and a quota project as credentials give them.

use serde_json::{Value, json};

use super::{
    Api, Connection, Endpoint, Environment, Google, Hosts,
    client::transport,
    credentials::Tokens,
    server::{Asked, Said, Server},
};
use crate::model::{Container, ServiceName};

/// A client of this server, whose calls are counted to a project.
fn counted(server: &Server) -> Google {
    let connection = Connection::new(Endpoint::Emulator(server.address), Environment::default());
    Google::with(&connection, transport(Hosts::Loopback).unwrap(), Tokens::made_up(), Some("shop-bills"))
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

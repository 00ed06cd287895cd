//! What is no token for what was asked, and what is said of it.

use super::*;

/// A server that gives this as the ID token of a key.
async fn giving(token: impl Fn() -> String + Send + Sync + 'static, head: &'static str) -> Server {
    Server::start(move |_, _| Said::Answer(200, head, json!({"id_token": token()}).to_string())).await
}

#[tokio::test]
async fn a_token_that_is_not_what_was_asked_for_is_not_handed_out() {
    let ended = || token(PAYMENTS, CALLMAP, -7_200);
    let other = || token("https://ledger.example.com", CALLMAP, 0);
    let words = "the token that was given";
    for (server, said) in [
        (
            giving(other, "").await,
            format!("{words} is for `https://ledger.example.com` and not for `{PAYMENTS}`"),
        ),
        (giving(ended, "").await, format!("{words} ended at ")),
        (giving(|| "ya29.hunter2".to_owned(), "").await, "what was given is no ID token".to_owned()),
    ] {
        let (environment, _, _dir) = with_file(&key(&server));
        let error = why(&wanted(Via::Key), &server, &environment).await;
        assert!(error.contains(&said) && !error.contains("hunter2") && !error.contains("e30."), "{error}");
    }
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_told_and_nothing_is_set_right() {
    let now = || token(PAYMENTS, CALLMAP, 0);
    let server = giving(now, "Date: Tue, 01 Jan 2030 00:00:00 GMT\r\n").await;
    let (environment, _, _dir) = with_file(&key(&server));
    let (_, warnings) = got(&wanted(Via::Key), &server, &environment).await.unwrap();
    let [Warning::Clock(skew)] = &warnings[..] else { panic!("{warnings:?}") };
    assert!(skew.contains(" behind Google's") && skew.contains(" h "), "{skew}");

    let server = giving(|| token(PAYMENTS, CALLMAP, 300), "").await;
    let (environment, _, _dir) = with_file(&key(&server));
    let (token, warnings) = got(&wanted(Via::Key), &server, &environment).await.unwrap();
    let [Warning::Clock(skew)] = &warnings[..] else { panic!("{warnings:?}") };
    assert!(skew.starts_with("the clock of this machine is ") && skew.contains(" behind Google's"), "{skew}");
    assert!(token.claims.from.unwrap() > Utc::now());

    let server = Server::start(|_, _| {
        let what =
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.";
        let body = json!({"error": "invalid_grant", "error_description": what});
        Said::Answer(400, "Date: Tue, 01 Jan 2030 00:00:00 GMT\r\n", body.to_string())
    })
    .await;
    let (environment, _, _dir) = with_file(&key(&server));
    let error = why(&wanted(Via::Key), &server, &environment).await;
    assert!(error.contains("timeframe.; the clock of this machine is "), "{error}");
    assert!(error.ends_with(" behind Google's: set it right"), "{error}");
}

#[tokio::test]
async fn what_gives_no_id_token_says_what_does() {
    let server = Server::start(|asked, _| google(asked)).await;
    let (pool, _, _dir) = with_file(&workload(&server, &json!({"file": "/dev/null"}), None));
    let error = why(&wanted(Via::Adc), &server, &pool).await;
    assert!(
        error.contains("Cloud Run takes no such identity") && error.contains("--impersonate EMAIL"),
        "{error}"
    );
    let error = me(&wanted(Via::Adc), Endpoint::Emulator(server.address), &pool).await.unwrap_err();
    assert!(error.to_string().contains("--impersonate EMAIL"), "{error}");
    let given = Environment { access_token: Some("hunter2".into()), ..Environment::default() };
    let error = id_token(&wanted(Via::Auto), Endpoint::Google, &given).await.unwrap_err().to_string();
    assert!(
        error.contains("`GOOGLE_OAUTH_ACCESS_TOKEN`") && error.contains("--impersonate EMAIL"),
        "{error}"
    );
    let config = tempfile::tempdir().unwrap();
    let nothing = Environment { gcloud_config: Some(config.path().to_owned()), ..Environment::default() };
    let error = id_token(&wanted(Via::Auto), Endpoint::Google, &nothing).await.unwrap_err().to_string();
    assert!(error.contains("`gcloud auth login`, and take `--via gcloud`"), "{error}");
    fs::write(config.path().join("credentials.db"), "").unwrap();
    let error = id_token(&wanted(Via::Auto), Endpoint::Google, &nothing).await.unwrap_err().to_string();
    assert!(error.contains("`--via gcloud` takes that login"), "{error}");
    let error = id_token(&wanted(Via::Metadata), Endpoint::Google, &nothing).await.unwrap_err().to_string();
    assert!(error.starts_with("there is no metadata server here"), "{error}");
}

#[tokio::test]
async fn words_that_do_not_go_together_are_refused_before_anything_is_asked() {
    let server = Server::start(|asked, _| google(asked)).await;
    let (login, _, _dir) = with_file(&login(&server));
    let none = Environment::default();
    let acting = |email: &str, delegate: Option<&str>| Wanted {
        impersonate: Some(email.to_owned()),
        delegates: delegate.map(str::to_owned).into_iter().collect(),
        ..wanted(Via::Impersonate)
    };
    for (wanted, environment, said) in [
        (wanted(Via::Impersonate), &login, "say which one with `--impersonate EMAIL`"),
        (
            Wanted { delegates: vec![BETWEEN.into()], ..wanted(Via::Adc) },
            &login,
            "`--delegate` is on the way",
        ),
        (acting("checkout", None), &login, "`checkout` is not the e-mail address of a service account"),
        (acting(CHECKOUT, Some("../x")), &login, "`../x` is not the e-mail address of a service account"),
        (wanted(Via::Key), &login, "is not the key of a service account"),
        (wanted(Via::Key), &none, "which key?"),
        (Wanted { key: Some("none.json".into()), ..wanted(Via::Key) }, &none, "put right `--key`"),
        (Wanted { key: Some("none.json".into()), ..wanted(Via::Gcloud) }, &none, "take `--via key` with it"),
        (wanted(Via::Gcloud), &none, "callmap emulator --env"),
    ] {
        let error = why(&wanted, &server, environment).await;
        assert!(error.contains(said), "{error}");
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn what_answers_like_no_metadata_server_is_not_believed() {
    let server = Server::start(|_, _| Said::Answer(200, "", token(PAYMENTS, CHECKOUT, 0))).await;
    let host = Some(server.address.to_string());
    let environment = Environment { metadata_host: host, ..Environment::default() };
    let error = why(&wanted(Via::Metadata), &server, &environment).await;
    assert_eq!(
        error,
        "no token for the account of this machine: what answers is not a metadata server of Google Cloud"
    );
}

#[tokio::test]
async fn no_redirect_is_followed_with_a_token() {
    let elsewhere = Server::start(|asked, _| google(asked)).await;
    let head: &'static str =
        Box::leak(format!("Location: http://{}/token\r\n", elsewhere.address).into_boxed_str());
    let server = Server::start(move |asked, _| {
        let is_acting = asked.line.ends_with(":generateIdToken");
        if is_acting { Said::Answer(307, head, String::new()) } else { google(asked) }
    })
    .await;
    let (login, _, _dir) = with_file(&login(&server));
    let wanted = Wanted { impersonate: Some(CHECKOUT.to_owned()), ..wanted(Via::Adc) };
    let error = why(&wanted, &server, &login).await;
    assert!(error.contains("a redirect (307), which is not followed"), "{error}");
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn credentials_for_google_itself_are_not_for_an_emulator() {
    let server = Server::start(|_, _| {
        let owner = token("32555940559.apps.googleusercontent.com", "owner@example.com", 0);
        Said::json(200, &json!({"access_token": "a", "id_token": owner}))
    })
    .await;
    let mut google = key(&server);
    google["token_uri"] = json!("https://oauth2.googleapis.com/token");
    let (environment, _, _dir) = with_file(&google);
    let environment = Environment { metadata_host: Some("metadata.example.com".to_owned()), ..environment };
    let (token, _) = got(&wanted(Via::Auto), &server, &environment).await.unwrap();
    assert_eq!(token.way, "the login of the emulator, as user:owner@example.com");
    let error = why(&wanted(Via::Key), &server, &environment).await;
    assert!(error.contains("not a loopback address over plain HTTP"), "{error}");
    let error = why(&wanted(Via::Metadata), &server, &environment).await;
    assert!(error.contains("not a loopback address over plain HTTP"), "{error}");
}

#[tokio::test]
async fn nothing_secret_is_said_of_any_kind_whatever_goes_wrong() {
    for status in [200, 400, 401, 403, 404, 302] {
        let server = Server::start(move |asked, _| {
            let is_given = asked.line == "POST /token" && !asked.body.contains("assertion");
            if is_given {
                return google(asked);
            }
            let echo = format!("{{\"id_token\": 7, \"token\": 7, \"x\": \"hunter2 {}\"", asked.body);
            Said::Answer(status, "Metadata-Flavor: Google\r\n", echo)
        })
        .await;
        let host = Some(server.address.to_string());
        let machine = Environment { metadata_host: host, ..Environment::default() };
        let (login, _, _login) = with_file(&login(&server));
        let (key, _, _key) = with_file(&key(&server));
        let acting = Wanted { impersonate: Some(CHECKOUT.to_owned()), ..wanted(Via::Adc) };
        for (wanted, environment) in [
            (&wanted(Via::Metadata), &machine),
            (&wanted(Via::Adc), &login),
            (&wanted(Via::Key), &key),
            (&acting, &login),
            (&acting, &key),
        ] {
            let error = got(wanted, &server, environment).await.unwrap_err();
            for text in [format!("{error}"), format!("{error:?}")] {
                assert!(!text.contains("hunter2") && !text.contains("eyJ"), "{status} {text}");
            }
        }
    }
}

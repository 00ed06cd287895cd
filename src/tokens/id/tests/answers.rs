//! What each kind of credential asks for, and what it says of the answer.

use ring::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};

use super::*;

#[tokio::test]
async fn a_key_signs_for_its_token_and_whom_it_is_for_is_google_whatever_the_file_says() {
    let server = Server::start(|asked, _| {
        assert_eq!(asked.line, "POST /token");
        let claims = said(&field(asked, "assertion"));
        let audience = claims["target_audience"].as_str().unwrap();
        Said::json(200, &json!({"id_token": token(audience, claims["iss"].as_str().unwrap(), 0)}))
    })
    .await;
    let (environment, path, _dir) = with_file(&key(&server));
    for via in [Via::Key, Via::Adc, Via::Auto] {
        let (token, warnings) = got(&wanted(via), &server, &environment).await.unwrap();
        assert_eq!((&*token.claims.audience, token.is_bound, warnings), (PAYMENTS, true, Vec::new()));
        assert_eq!(token.way, format!("the key in `{}`, as serviceAccount:{CALLMAP}", path.display()));
    }
    let asked = &server.asked()[0];
    assert_eq!(field(asked, "grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
    let assertion = field(asked, "assertion");
    let claims = said(&assertion);
    assert_eq!(
        (&claims["iss"], &claims["aud"]),
        (&json!(CALLMAP), &json!("https://oauth2.googleapis.com/token"))
    );
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
    assert!((Utc::now().timestamp() - claims["iat"].as_i64().unwrap()).abs() < 30);
    let (text, signature) = assertion.rsplit_once('.').unwrap();
    let head: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text.split('.').next().unwrap()).unwrap()).unwrap();
    assert_eq!(head, json!({"alg": "RS256", "kid": "key-1", "typ": "JWT"}));
    let pem: String =
        include_str!("../../credentials/tests/key.pem").lines().filter(|l| !l.starts_with('-')).collect();
    let der = base64::engine::general_purpose::STANDARD.decode(pem).unwrap();
    let pair = RsaKeyPair::from_pkcs8(&der).unwrap();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref());
    public.verify(text.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
}

#[tokio::test]
async fn a_key_that_is_named_goes_before_the_one_of_the_environment() {
    let server = Server::start(|asked, _| {
        let claims = said(&field(asked, "assertion"));
        Said::json(200, &json!({"id_token": token(PAYMENTS, claims["iss"].as_str().unwrap(), 0)}))
    })
    .await;
    let (environment, _, _dir) = with_file(&key(&server));
    let mut other = key(&server);
    other["client_email"] = json!(CHECKOUT);
    let (_, path, _other) = with_file(&other);
    for via in [Via::Key, Via::Auto] {
        let wanted = Wanted { key: Some(path.clone()), ..wanted(via) };
        let (token, _) = got(&wanted, &server, &environment).await.unwrap();
        assert_eq!(token.claims.email.as_deref(), Some(CHECKOUT));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_key_that_others_can_read_is_warned_of() {
    let server =
        Server::start(|_, _| Said::json(200, &json!({"id_token": token(PAYMENTS, CALLMAP, 0)}))).await;
    let (environment, path, _dir) = with_file(&key(&server));
    make(&path, 0o644);
    let (_, warnings) = got(&wanted(Via::Key), &server, &environment).await.unwrap();
    assert_eq!(warnings, [Warning::Readable(path)]);
}

#[tokio::test]
async fn a_login_has_a_token_for_the_program_that_it_is_of() {
    let client = "client.apps.googleusercontent.com";
    let server = Server::start(move |_, _| {
        Said::json(200, &json!({"access_token": "a", "id_token": token(client, "nora@example.com", 0)}))
    })
    .await;
    let (environment, path, _dir) = with_file(&login(&server));
    let (token, _) = got(&wanted(Via::Adc), &server, &environment).await.unwrap();
    assert!(!token.is_bound);
    assert_eq!(&*token.claims.audience, client);
    assert_eq!(token.way, format!("the login in `{}`, as user:nora@example.com", path.display()));
    let (me, way) = me(&wanted(Via::Adc), Endpoint::Emulator(server.address), &environment).await.unwrap();
    assert_eq!((me.as_str(), way), ("user:nora@example.com", format!("the login in `{}`", path.display())));
}

#[tokio::test]
async fn whose_a_login_without_an_id_token_is_google_says() {
    let server = Server::start(|asked, _| match asked.line.as_str() {
        "POST /tokeninfo" if asked.body == "access_token=hunter2-access" => {
            Said::json(200, &json!({"email": "nora@example.com"}))
        }
        _ => google(asked),
    })
    .await;
    let (environment, _, _dir) = with_file(&login(&server));
    let endpoint = Endpoint::Emulator(server.address);
    assert_eq!(
        me(&wanted(Via::Adc), endpoint, &environment).await.unwrap().0.as_str(),
        "user:nora@example.com"
    );
    let error = why(&wanted(Via::Adc), &server, &environment).await;
    assert!(error.contains("`gcloud auth application-default login --scopes=openid,"), "{error}");
}

#[tokio::test]
async fn whoever_may_acts_as_an_account_through_others() {
    let server = Server::start(|asked, _| google(asked)).await;
    let source = json!({"file": "/dev/null"});
    for file in [login(&server), key(&server), workload(&server, &source, None)] {
        let (environment, _, _dir) = with_file(&file);
        for via in [Via::Impersonate, Via::Adc, Via::Auto] {
            let wanted = Wanted {
                impersonate: Some(CHECKOUT.to_owned()),
                delegates: vec![BETWEEN.to_owned()],
                ..wanted(via)
            };
            let (token, _) = got(&wanted, &server, &environment).await.unwrap();
            assert_eq!((&*token.claims.audience, token.is_bound), (PAYMENTS, true));
            assert!(
                token.way.starts_with(&format!("`generateIdToken` through `{BETWEEN}`, with the ")),
                "{}",
                token.way
            );
            assert!(token.way.ends_with(&format!(", as serviceAccount:{CHECKOUT}")), "{}", token.way);
        }
    }
    let asked = server.asked();
    let asked = asked.iter().find(|asked| asked.line.ends_with(":generateIdToken")).unwrap();
    assert_eq!(asked.line, format!("POST /v1/projects/-/serviceAccounts/{CHECKOUT}:generateIdToken"));
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    let through = format!("projects/-/serviceAccounts/{BETWEEN}");
    assert_eq!(body, json!({"audience": PAYMENTS, "includeEmail": true, "delegates": [through]}));
}

#[tokio::test]
async fn a_file_that_acts_as_an_account_has_its_tokens() {
    let server = Server::start(|asked, _| match asked.line.as_str() {
        "GET /subject" => Said::Answer(200, "", "theirs".to_owned()),
        _ => google(asked),
    })
    .await;
    let acting = workload(&server, &json!({"file": "/dev/null"}), Some(CHECKOUT));
    let url = json!({"url": format!("http://{}/subject", server.address)});
    let person = json!({"type": "impersonated_service_account", "delegates": [BETWEEN],
        "service_account_impersonation_url": acting["service_account_impersonation_url"],
        "source_credentials": login(&server)});
    for file in [acting, workload(&server, &url, Some(CHECKOUT)), person] {
        let (environment, _, _dir) = with_file(&file);
        let (token, _) = got(&wanted(Via::Adc), &server, &environment).await.unwrap();
        assert_eq!((token.claims.email.as_deref(), token.is_bound), (Some(CHECKOUT), true));
        let me = me(&wanted(Via::Adc), Endpoint::Emulator(server.address), &environment).await.unwrap();
        assert_eq!(me.0, Principal::service_account(CHECKOUT));
    }
    let last = server.asked().pop().unwrap();
    let body: Value = serde_json::from_str(&last.body).unwrap();
    assert_eq!(body["delegates"], json!([format!("projects/-/serviceAccounts/{BETWEEN}")]));
}

#[tokio::test]
async fn a_machine_is_asked_for_a_token_that_says_whose_it_is() {
    let server = Server::start(|asked, _| {
        assert_eq!(asked.header("metadata-flavor"), Some("Google"));
        let account = "/computeMetadata/v1/instance/service-accounts/default";
        let query = "audience=https%3A%2F%2Fpayments-100000000001.europe-north1.run.app&format=full";
        let body = match asked.line.as_str() {
            line if line == format!("GET {account}/identity?{query}") => token(PAYMENTS, CHECKOUT, -1_800),
            line if line == format!("GET {account}/email") => CHECKOUT.to_owned(),
            line => panic!("{line}"),
        };
        Said::Answer(200, "Metadata-Flavor: Google\r\n", format!("{body}\n"))
    })
    .await;
    let host = Some(server.address.to_string());
    let environment = Environment { metadata_host: host, ..Environment::default() };
    for via in [Via::Metadata, Via::Adc, Via::Auto] {
        let (token, warnings) = got(&wanted(via), &server, &environment).await.unwrap();
        // It may have been made a while ago.
        assert_eq!((token.is_bound, warnings), (true, Vec::new()));
        let way = format!("the metadata server at `{}`, as serviceAccount:{CHECKOUT}", server.address);
        assert_eq!(token.way, way);
    }
    let (me, _) = me(&wanted(Via::Metadata), Endpoint::Emulator(server.address), &environment).await.unwrap();
    assert_eq!(me, Principal::service_account(CHECKOUT));
}

#[cfg(unix)]
#[tokio::test]
async fn gcloud_binds_the_tokens_of_accounts_and_not_those_of_people() {
    let server = Server::start(|asked, _| google(asked)).await;
    let dir = tempfile::tempdir().unwrap();
    let program = dir.path().join("gcloud");
    let environment = Environment {
        gcloud: Some(program.clone()),
        gcloud_token_host: Some(format!("http://{}/token", server.address)),
        ..Environment::default()
    };
    let script = |text: &str| {
        fs::write(&program, format!("#!/bin/sh\ncase \"$*\" in\n{text}\nesac\n")).unwrap();
        make(&program, 0o700);
    };
    let account = token(PAYMENTS, CHECKOUT, 0);
    script(&format!("'auth print-identity-token --audiences={PAYMENTS} --quiet') echo {account};;"));
    let (given, _) = got(&wanted(Via::Gcloud), &server, &environment).await.unwrap();
    assert_eq!((given.is_bound, given.secret.expose_secret()), (true, account.as_str()));
    assert_eq!(given.way, format!("the login of gcloud, as serviceAccount:{CHECKOUT}"));

    let person = token("32555940559.apps.googleusercontent.com", "nora@example.com", 0);
    script(&format!(
        "*--audiences*) echo 'ERROR: Invalid account type for `--audiences`. Requires valid service account.' >&2; \
         exit 1;;\n'auth print-identity-token --quiet') echo {person};;\n'auth print-access-token --quiet') \
         echo hunter2-access;;\n'config list --format=json --quiet') echo '{{\"core\":{{\"account\":\"nora@example.com\"}}}}';;"
    ));
    let (given, _) = got(&wanted(Via::Gcloud), &server, &environment).await.unwrap();
    assert_eq!((given.is_bound, given.secret.expose_secret()), (false, person.as_str()));
    let acting = Wanted { impersonate: Some(CHECKOUT.to_owned()), ..wanted(Via::Gcloud) };
    let (given, _) = got(&acting, &server, &environment).await.unwrap();
    assert_eq!(
        given.way,
        format!("`generateIdToken`, with the login of gcloud, as serviceAccount:{CHECKOUT}")
    );
    let by_choice = Wanted { credentials: Choice::Gcloud, ..wanted(Via::Auto) };
    for wanted in [wanted(Via::Gcloud), by_choice] {
        let (me, way) = me(&wanted, Endpoint::Emulator(server.address), &environment).await.unwrap();
        assert_eq!((me.as_str(), way.as_str()), ("user:nora@example.com", "the login of gcloud"));
    }
}

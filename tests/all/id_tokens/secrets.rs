//! Nothing that is secret is written anywhere but where a token is asked for.

use std::{collections::BTreeSet, fs, path::Path};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use super::{CHECKOUT, Files, GCLOUD, KEY, PAYMENTS, callmap, ended};
use crate::google::server::{Asked, Said, Server};

fn jwt(audience: &str, email: &str) -> String {
    let claims = json!({"aud": audience, "iss": "https://accounts.google.com", "sub": "1", "email": email,
        "iat": chrono::Utc::now().timestamp(), "exp": 4_000_000_000_i64});
    format!("eyJhbGciOiJub25lIn0.{}.c2VjcmV0LXNpZ25hdHVyZQ", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// Google in one place, or nothing but refusals, which repeat what they were sent.
fn google(asked: &Asked, is_well: bool) -> Said {
    if !is_well && !asked.line.ends_with("/token") {
        let echo = json!({"error": {"code": 403, "message": "no", "status": "PERMISSION_DENIED", "sent": asked.body}});
        return Said::json(403, &echo);
    }
    if asked.line.contains("/identity?") {
        return Said::Answer(200, "Metadata-Flavor: Google\r\n", jwt(PAYMENTS, CHECKOUT));
    }
    if asked.line.ends_with(":generateIdToken") {
        return Said::json(200, &json!({"token": jwt(PAYMENTS, CHECKOUT)}));
    }
    let has_audience = asked.body.contains("assertion=");
    let id_token = if has_audience { jwt(PAYMENTS, CHECKOUT) } else { jwt(GCLOUD, "nora@example.com") };
    let access = json!({"access_token": "ya29.secret-access-token", "expires_in": 3600, "token_type": "Bearer",
        "issued_token_type": "urn:ietf:params:oauth:token-type:access_token", "id_token": id_token,
        "accessToken": "ya29.secret-acting-token", "expireTime": "2999-01-01T00:00:00Z"});
    Said::json(200, &access)
}

/// Everything secret that a server was sent.
fn sent(asked: &[Asked]) -> BTreeSet<String> {
    let mut secrets = BTreeSet::new();
    for asked in asked {
        let bearer = asked.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        secrets.extend(bearer.map(str::to_owned));
        for (name, value) in url::form_urlencoded::parse(asked.body.as_bytes()) {
            if matches!(
                &*name,
                "assertion" | "refresh_token" | "client_secret" | "subject_token" | "access_token"
            ) {
                secrets.insert(value.into_owned());
            }
        }
    }
    // What stands for no token is none.
    secrets.remove("emulated");
    secrets
}

fn check(text: &str, secrets: &BTreeSet<String>, line: &str) {
    for secret in secrets {
        // A part of one is one: nothing of it is shown in any form.
        let part = secret.rsplit('.').next().unwrap();
        assert!(!text.contains(secret.as_str()) && !text.contains(part), "{line}: {secret}\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_kind_of_credential_writes_a_secret_whatever_is_logged() {
    for is_well in [true, false] {
        let server = Server::start(move |asked, _| google(asked, is_well)).await;
        let dir = tempfile::tempdir().unwrap();
        let files = Files::in_folder(dir.path(), server.address);
        // An address is no secret, and a login that is one would be.
        for file in [&files.login, &files.acting_login] {
            let text = fs::read_to_string(file).unwrap();
            fs::write(file, text.replace("nora@example.com", "1//secret-refresh-token")).unwrap();
        }
        let host = server.address.to_string();
        let acting = format!("token {PAYMENTS} --impersonate {CHECKOUT} --via adc");
        let plain = format!("token {PAYMENTS} --via adc");
        let mut secrets: BTreeSet<String> =
            KEY.lines().filter(|line| !line.starts_with('-')).map(str::to_owned).collect();
        secrets.extend(
            ["ya29.secret-access-token", "ya29.secret-acting-token", "hunter2-client"].map(str::to_owned),
        );
        let mut runs = 0;
        let mut run = |line: &str, file: Option<&Path>| {
            let mut command = callmap(server.address, dir.path(), line);
            command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "1");
            command.envs(file.map(|file| ("GOOGLE_APPLICATION_CREDENTIALS", file)));
            command.env("GCE_METADATA_HOST", &host);
            let (_, out, err) = tokio::task::block_in_place(|| ended(&mut command));
            runs += 1;
            let mut secrets = secrets.clone();
            secrets.extend(sent(&server.asked()));
            check(&err, &secrets, line);
            // The token itself is on standard output, where it was asked for, and there alone.
            let token = out.trim().to_owned();
            if token.is_empty() {
                return;
            }
            if line.starts_with("token ") {
                check(&err, &BTreeSet::from([token]), line);
            } else {
                check(&out, &secrets, line);
            }
        };
        for file in [&files.key, &files.login, &files.acting_pool, &files.acting_login] {
            run(&plain, Some(file));
        }
        for file in [&files.key, &files.login, &files.pool] {
            run(&acting, Some(file));
        }
        run(&format!("token {PAYMENTS} --via metadata"), None);
        run(&format!("token {PAYMENTS} --via key --key {}", files.key.display()), None);
        for line in ["audit --demo", "who payments --project shop-prod", "token payments --project shop-prod"]
        {
            run(line, Some(&files.key));
        }
        assert_eq!(runs, 12);
    }
}

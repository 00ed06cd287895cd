//! The metadata server of a machine that runs as the default account of the first project
//! (<https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys>).

use serde_json::{Map, Value, json};

use super::{LIFETIME, SCOPE};
use crate::{
    emulator::{
        handle::Handle,
        id_tokens::Claims,
        request::Request,
        server::Answer,
        state::Account,
        tokens::{Actor, Mint},
    },
    model::Principal,
};

/// Where the answers begin.
const ROOT: &str = "/computeMetadata/v1";
/// What the machine is, the same at every start.
const INSTANCE: (u64, &str) = (4_001_001_001_001_001_001, "emulated");
/// Where it stands, where nothing of the estate has a place.
const REGION: &str = "us-central1";

/// What the machine knows of itself.
struct Machine {
    project: String,
    number: String,
    zone: String,
    account: Account,
}

/// The answer; `None` where nothing of the kind is meant.
pub(super) fn answer(request: &Request, handle: &Handle) -> Option<Answer> {
    let is_google = request.header("metadata-flavor") == Some("Google");
    let path = match request.path.strip_prefix(ROOT) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => rest.trim_start_matches('/'),
        // Who looks for the server asks for nothing in particular.
        _ if is_google && matches!(request.path.as_str(), "/" | "/computeMetadata" | "/computeMetadata/") => {
            return Some(said(Answer::text(200, "computeMetadata/\n")));
        }
        _ => return None,
    };
    if !is_google {
        return Some(said(Answer::text(403, "Missing required header: Metadata-Flavor\n")));
    }
    let machine = handle.read(|state| {
        let (project, number) = state.first_project();
        let number = number.unwrap_or_else(|| "0".to_owned());
        let region = state.locations().into_iter().next().unwrap_or(REGION).to_owned();
        Machine {
            zone: format!("projects/{number}/zones/{region}-b"),
            project,
            number,
            account: state.default_account(),
        }
    });
    Some(said(told(path, &machine, request, handle)))
}

fn said(answer: Answer) -> Answer {
    answer.with("Metadata-Flavor", "Google")
}

fn told(path: &str, machine: &Machine, request: &Request, handle: &Handle) -> Answer {
    let own = path.strip_prefix("instance/service-accounts/").and_then(|rest| rest.split_once('/'));
    let own = own.filter(|(name, _)| *name == "default" || name.eq_ignore_ascii_case(&machine.account.email));
    match own {
        Some((_, "token")) => {
            let actor = Actor::As(Principal::service_account(&machine.account.email));
            let (token, _) = Mint::new(handle).access(actor, LIFETIME);
            let body = json!({ "access_token": token, "expires_in": LIFETIME, "token_type": "Bearer" });
            Answer::json(200, &body)
        }
        Some((_, "identity")) => identity(machine, request, handle),
        _ => looked_up(path, machine, request),
    }
}

/// An ID token of the account: its address and what is known of the machine where the full format is asked for
/// (<https://cloud.google.com/compute/docs/instances/verifying-instance-identity#token_format>).
fn identity(machine: &Machine, request: &Request, handle: &Handle) -> Answer {
    let Some(audience) = request.query("audience").filter(|text| !text.is_empty()) else {
        return Answer::text(400, "non-empty audience parameter required\n");
    };
    let Machine { project, number, zone, account } = machine;
    let is_full = request.query("format").is_some_and(|word| word.eq_ignore_ascii_case("full"));
    let has_licences = request.query("licenses").is_some_and(|word| word.eq_ignore_ascii_case("true"));
    let google = is_full.then(|| {
        let mut engine = json!({
            "instance_creation_timestamp": 1_767_225_600,
            "instance_id": INSTANCE.0.to_string(),
            "instance_name": INSTANCE.1,
            "project_id": project,
            "project_number": number.parse::<u64>().unwrap_or_default(),
            "zone": zone.rsplit('/').next(),
        });
        if has_licences {
            engine["license_id"] = json!([]);
        }
        json!({ "compute_engine": engine })
    });
    let claims = Claims {
        audience: audience.to_owned(),
        party: account.subject.clone(),
        subject: account.subject.clone(),
        email: is_full.then(|| account.email.clone()),
        google,
    };
    let token = Mint::new(handle).id(Principal::service_account(&account.email), claims);
    token.map_or_else(super::unsigned, |token| Answer::text(200, &token))
}

/// What stands at a path, as text or as JSON.
fn looked_up(path: &str, machine: &Machine, request: &Request) -> Answer {
    let tree = tree(machine);
    let mut at = &tree;
    for word in path.split('/').filter(|word| !word.is_empty()) {
        match at.get(word) {
            Some(next) => at = next,
            None => return Answer::text(404, "Not Found\n"),
        }
    }
    let is = |key: &str, word: &str| request.query(key).is_some_and(|said| said.eq_ignore_ascii_case(word));
    let is_whole = is("recursive", "true") && at.is_object();
    match at {
        _ if is("alt", "json") || (is_whole && !is("alt", "text")) => Answer::json(200, &shown(at)),
        Value::Object(entries) => {
            let line = |(name, entry): (&String, &Value)| {
                format!("{name}{}\n", if entry.is_object() { "/" } else { "" })
            };
            Answer::text(200, &entries.iter().map(line).collect::<String>())
        }
        Value::Array(items) => {
            let lines = items.iter().filter_map(Value::as_str).map(|item| format!("{item}\n"));
            Answer::text(200, &lines.collect::<String>())
        }
        Value::String(text) => Answer::text(200, text),
        other => Answer::text(200, &other.to_string()),
    }
}

/// Everything but tokens, under the names that paths have.
fn tree(machine: &Machine) -> Value {
    let Machine { project, number, zone, account } = machine;
    let own = json!({ "aliases": ["default"], "email": account.email, "scopes": [SCOPE] });
    let region = zone.replace("/zones/", "/regions/");
    json!({
        "instance": {
            "attributes": {},
            "hostname": format!("{}.c.{project}.internal", INSTANCE.1),
            "id": INSTANCE.0,
            "name": INSTANCE.1,
            "region": region.trim_end_matches("-b"),
            "service-accounts": { "default": own.clone(), account.email.as_str(): own },
            "zone": zone,
        },
        "project": {
            "attributes": {},
            "numeric-project-id": number.parse::<u64>().unwrap_or_default(),
            "project-id": project,
        },
        "universe": { "universe-domain": "googleapis.com", "universe_domain": "googleapis.com" },
    })
}

/// The same under the names that JSON has: `numericProjectId`.
fn shown(value: &Value) -> Value {
    let Value::Object(entries) = value else { return value.clone() };
    let named = |(name, entry): (&String, &Value)| {
        // The names of accounts stay as they are.
        let name = if name.contains('@') { name.clone() } else { camel(name) };
        (name, shown(entry))
    };
    Value::Object(entries.iter().map(named).collect::<Map<_, _>>())
}

fn camel(name: &str) -> String {
    let mut words = name.split(['-', '_']);
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |all, word| {
        let (head, tail) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        all + &head.to_uppercase() + tail
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_names_of_its_own() {
        for (name, expected) in
            [("numeric-project-id", "numericProjectId"), ("id", "id"), ("", ""), ("-", "")]
        {
            assert_eq!(camel(name), expected);
        }
    }
}

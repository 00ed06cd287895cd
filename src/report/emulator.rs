//! What the emulator says once it serves: where it is, and what points clients at it.

use std::{
    io::{self, Write},
    path::Path,
};

use super::escape;

/// APIs that gcloud asks and no emulator serves: what says so is the emulator, and not a proxy that breaks off.
const UNSERVED: [&str; 2] = ["policytroubleshooter", "serviceusage"];

/// What points clients at an emulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Environment<'a> {
    /// Where it listens, `127.0.0.1:8085`.
    pub address: &'a str,
    /// Its APIs, by the first words of their hosts.
    pub apis: &'a [&'static str],
    /// The project that clients work in unless they are told another.
    pub project: &'a str,
    /// A directory for gcloud's configuration that holds nothing of the user's own.
    pub gcloud: &'a Path,
}

/// Where it is, and the lines that point clients at it.
///
/// # Errors
/// Where it cannot be written to.
pub fn started(name: &str, environment: &Environment<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "serving {} at http://{}; Ctrl-C ends it", escape::terminal(name), environment.address)?;
    shell(environment, out)
}

/// The lines that point clients at it, for a shell to evaluate. A line that begins with `#` says what the next are for.
///
/// gcloud is led through the emulator as a proxy, since it puts locations before the hosts of Cloud Run; what is not
/// served is asked for by `CONNECT`, which the emulator refuses, so nothing goes to Google itself.
///
/// # Errors
/// Where it cannot be written to.
pub fn shell(environment: &Environment<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Environment { address, apis, project, gcloud } = environment;
    let (host, port) = address.rsplit_once(':').unwrap_or((address, ""));
    let mut line = |name: &str, value: &str| writeln!(out, "export {name}={}", word(value));
    // Who reads the first line alone has what points callmap at it.
    line("CALLMAP_EMULATOR_HOST", address)?;
    writeln!(out, "# gcloud")?;
    let mut line = |name: &str, value: &str| writeln!(out, "export {name}={}", word(value));
    line("CLOUDSDK_CONFIG", &gcloud.to_string_lossy())?;
    line("CLOUDSDK_AUTH_ACCESS_TOKEN", "emulator")?;
    line("CLOUDSDK_CORE_PROJECT", project)?;
    line("CLOUDSDK_PROXY_TYPE", "http")?;
    line("CLOUDSDK_PROXY_ADDRESS", host)?;
    line("CLOUDSDK_PROXY_PORT", port)?;
    for api in apis.iter().chain(&UNSERVED) {
        let name = format!("CLOUDSDK_API_ENDPOINT_OVERRIDES_{}", api.to_uppercase());
        // Where gcloud acts as somebody it asks for their ID token past its proxy.
        let host =
            if *api == "iamcredentials" { (*address).to_owned() } else { format!("{api}.googleapis.com") };
        line(&name, &format!("http://{host}/"))?;
    }
    line("CLOUDSDK_AUTH_TOKEN_HOST", &format!("http://{address}/token"))?;
    line("CLOUDSDK_CORE_CHECK_GCE_METADATA", "false")?;
    line("CLOUDSDK_CORE_DISABLE_PROMPTS", "1")?;
    line("CLOUDSDK_CORE_DISABLE_USAGE_REPORTING", "1")?;
    line("CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK", "1")?;
    line("CLOUDSDK_SURVEY_DISABLE_PROMPTS", "1")?;
    writeln!(
        out,
        "# Google's libraries: credentials come from the metadata server; the endpoint is an option of the client,"
    )?;
    writeln!(
        out,
        "# in Python client_options={{\"api_endpoint\": \"http://{address}\"}}, transport=\"rest\""
    )?;
    let mut line = |name: &str, value: &str| writeln!(out, "export {name}={}", word(value));
    line("GCE_METADATA_HOST", address)?;
    line("GCE_METADATA_IP", address)?;
    line("GCE_METADATA_ROOT", address)?;
    line("GOOGLE_CLOUD_PROJECT", project)?;
    writeln!(out, "unset GOOGLE_APPLICATION_CREDENTIALS")
}

/// A value as a shell takes it.
fn word(value: &str) -> String {
    shlex::try_quote(value).map_or_else(|_| String::new(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_one_for_a_shell_and_hostile_names_stay_words() {
        let environment = Environment {
            address: "127.0.0.1:8085",
            apis: &["run", "iam", "iamcredentials"],
            project: "a; rm -rf /",
            gcloud: Path::new("/tmp/it's here"),
        };
        let mut out = Vec::new();
        shell(&environment, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().next(), Some("export CALLMAP_EMULATOR_HOST=127.0.0.1:8085"));
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let words = shlex::split(line).unwrap();
            assert!(matches!(words[0].as_str(), "export" | "unset") && words.len() == 2, "{line}");
        }
        for expected in [
            "CLOUDSDK_CORE_PROJECT=a; rm -rf /",
            "CLOUDSDK_CONFIG=/tmp/it's here",
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_RUN=http://run.googleapis.com/",
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS=http://127.0.0.1:8085/",
            "CLOUDSDK_PROXY_PORT=8085",
        ] {
            let is_there = text
                .lines()
                .filter_map(shlex::split)
                .any(|words| words.get(1).is_some_and(|word| word == expected));
            assert!(is_there, "{expected}");
        }
    }
}

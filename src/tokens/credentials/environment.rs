//! What the process was given to find its credentials with, read once, and a value from there on.

use std::{
    env,
    path::{Path, PathBuf},
};

use secrecy::SecretString;

/// What the process was given. The default is a process that was given nothing.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `GOOGLE_OAUTH_ACCESS_TOKEN`, else `CLOUDSDK_AUTH_ACCESS_TOKEN`.
    pub access_token: Option<SecretString>,
    /// `GOOGLE_APPLICATION_CREDENTIALS`.
    pub credentials_file: Option<PathBuf>,
    /// Where gcloud keeps its configuration: `CLOUDSDK_CONFIG`, else the usual place.
    pub gcloud_config: Option<PathBuf>,
    /// Whether `CLOUDSDK_CONFIG` is set: gcloud is then not logged in as whoever usually is here.
    pub is_gcloud_config_named: bool,
    /// `CLOUDSDK_ACTIVE_CONFIG_NAME`.
    pub gcloud_config_name: Option<String>,
    /// The program `gcloud`, where it is not on the path.
    pub gcloud: Option<PathBuf>,
    /// `GCE_METADATA_HOST`.
    pub metadata_host: Option<String>,
    /// Whether a metadata server may be looked for: `NO_GCE_CHECK` says no.
    pub is_metadata_tried: bool,
    /// `GOOGLE_CLOUD_QUOTA_PROJECT`.
    pub quota_project: Option<String>,
    /// `CLOUDSDK_BILLING_QUOTA_PROJECT`.
    pub gcloud_quota_project: Option<String>,
    /// `GOOGLE_CLOUD_UNIVERSE_DOMAIN`.
    pub universe_domain: Option<String>,
    /// `CALLMAP_EMULATOR_AS`: the principal that callmap is towards an emulator.
    pub emulator_as: Option<String>,
    /// `CLOUDSDK_AUTH_TOKEN_HOST`: where gcloud is given its tokens, if that is not Google.
    pub gcloud_token_host: Option<String>,
}

impl Environment {
    /// Reads it. A variable that is empty is not set.
    pub fn read() -> Self {
        let raw = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
        let text = |name: &str| raw(name)?.into_string().ok();
        let token = |name: &str| text(name).map(|token| SecretString::from(token.trim()));
        Self {
            access_token: token("GOOGLE_OAUTH_ACCESS_TOKEN").or_else(|| token("CLOUDSDK_AUTH_ACCESS_TOKEN")),
            credentials_file: raw("GOOGLE_APPLICATION_CREDENTIALS").map(PathBuf::from),
            gcloud_config: raw("CLOUDSDK_CONFIG").map(PathBuf::from).or_else(usual_config),
            is_gcloud_config_named: raw("CLOUDSDK_CONFIG").is_some(),
            gcloud_config_name: text("CLOUDSDK_ACTIVE_CONFIG_NAME"),
            gcloud: None,
            metadata_host: text("GCE_METADATA_HOST"),
            is_metadata_tried: !raw("NO_GCE_CHECK").is_some_and(|value| value.eq_ignore_ascii_case("true")),
            quota_project: text("GOOGLE_CLOUD_QUOTA_PROJECT"),
            gcloud_quota_project: text("CLOUDSDK_BILLING_QUOTA_PROJECT"),
            universe_domain: text("GOOGLE_CLOUD_UNIVERSE_DOMAIN"),
            // What cannot be read is somebody all the same, and nobody that callmap knows.
            emulator_as: raw("CALLMAP_EMULATOR_AS").map(|text| text.to_string_lossy().into_owned()),
            gcloud_token_host: text("CLOUDSDK_AUTH_TOKEN_HOST"),
        }
    }

    /// Where `gcloud auth application-default login` leaves its file.
    pub(super) fn well_known(&self) -> Option<PathBuf> {
        self.in_config("application_default_credentials.json")
    }

    /// Whether gcloud was ever logged in here, for itself.
    pub(super) fn is_logged_in(&self) -> bool {
        ["credentials.db", "active_config"]
            .iter()
            .filter_map(|name| self.in_config(name))
            .any(|file| file.exists())
    }

    /// The quota project of gcloud's own configuration
    /// (<https://cloud.google.com/sdk/gcloud/reference/config/set>).
    pub(super) fn of_gcloud(&self) -> Option<String> {
        let property = self.gcloud_quota_project.clone().or_else(|| {
            let active = || std::fs::read_to_string(self.in_config("active_config")?).ok();
            let name = self.gcloud_config_name.clone().or_else(active);
            let name = name.as_deref().map_or("default", str::trim);
            let file = self.in_config("configurations")?.join(format!("config_{name}"));
            property(&std::fs::read_to_string(file).ok()?, "billing", "quota_project")
        });
        // Words of gcloud's that stand for no project in particular.
        let is_word = |text: &String| text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        property.filter(|project| !is_word(project))
    }

    fn in_config(&self, name: &str) -> Option<PathBuf> {
        self.gcloud_config.as_deref().map(|config: &Path| config.join(name))
    }
}

/// The usual place. gcloud has no regard for `XDG_CONFIG_HOME`.
fn usual_config() -> Option<PathBuf> {
    if cfg!(windows) {
        return env::var_os("APPDATA").map(|data| PathBuf::from(data).join("gcloud"));
    }
    etcetera::home_dir().ok().map(|home| home.join(".config").join("gcloud"))
}

/// A value out of gcloud's own files: `[section]`, then `name = value`.
fn property(text: &str, section: &str, name: &str) -> Option<String> {
    let mut is_inside = false;
    for line in text.lines().map(str::trim) {
        if let Some(head) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            is_inside = head.trim() == section;
        } else if let Some((key, value)) = line.split_once('=')
            && is_inside
            && key.trim() == name
        {
            return Some(value.trim().to_owned()).filter(|value| !value.is_empty());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_is_looked_for_in_its_section() {
        let text = "[core]\nquota_project = no\naccount=a@example.com\n\n[billing]\n# x\nquota_project = shop-prod\n";
        assert_eq!(property(text, "billing", "quota_project").as_deref(), Some("shop-prod"));
        assert_eq!(property(text, "core", "account").as_deref(), Some("a@example.com"));
        assert_eq!(property(text, "compute", "region"), None);
    }

    #[test]
    fn the_quota_project_of_gcloud_is_a_project_and_no_word_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().to_owned();
        std::fs::create_dir(config.join("configurations")).unwrap();
        std::fs::write(config.join("active_config"), "work\n").unwrap();
        std::fs::write(config.join("configurations/config_work"), "[billing]\nquota_project = shop-prod\n")
            .unwrap();
        let environment = Environment { gcloud_config: Some(config), ..Environment::default() };
        assert_eq!(environment.of_gcloud().as_deref(), Some("shop-prod"));
        let word = Environment { gcloud_quota_project: Some("CURRENT_PROJECT".into()), ..environment };
        assert_eq!(word.of_gcloud(), None);
    }

    #[test]
    fn a_token_of_the_environment_does_not_print() {
        let environment =
            Environment { access_token: Some(SecretString::from("hunter2")), ..Environment::default() };
        assert!(!format!("{environment:?}").contains("hunter2"));
    }
}

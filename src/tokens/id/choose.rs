//! Which credentials an ID token comes from.

use std::{net::SocketAddr, path::Path};

use super::{
    super::{
        Choice, CredentialsError, Endpoint, Environment, Hosts, Party,
        credentials::{self, Credential, emulated, source::Source},
        transport::Transport,
    },
    Via, Wanted,
};

/// The credential that was chosen, and what is asked with.
pub(super) struct Chosen {
    pub(super) credential: Credential,
    pub(super) transport: Transport,
}

/// Looks for the credentials. Nothing but a metadata server is asked yet.
pub(super) async fn choose(
    wanted: &Wanted,
    endpoint: Endpoint,
    environment: &Environment,
) -> Result<Chosen, CredentialsError> {
    let Wanted { via, audience: _, key, impersonate, delegates, credentials: choice } = wanted;
    credentials::check_universe(environment)?;
    let option = |what: &str| Err(CredentialsError::Option(what.into()));
    if *via == Via::Impersonate && impersonate.is_none() {
        return option(
            "`--via impersonate` acts as a service account: say which one with `--impersonate EMAIL`",
        );
    }
    if !delegates.is_empty() && impersonate.is_none() {
        return option(
            "`--delegate` is on the way to another account: say which one with `--impersonate EMAIL`",
        );
    }
    if key.is_some() && matches!(via, Via::Gcloud | Via::Adc | Via::Metadata) {
        return option(
            "`--key` names the key of a service account: take `--via key` with it, or leave `--via` out",
        );
    }
    let transport = Transport::ready(match endpoint {
        Endpoint::Google => Hosts::Google,
        Endpoint::Emulator(_) => Hosts::Loopback,
    })?;
    let base = match (via, key, choice) {
        (Via::Key, _, _) | (_, Some(_), _) => keyed(key.as_deref(), environment, &transport).await?,
        (Via::Gcloud, ..) | (Via::Auto | Via::Impersonate, None, Choice::Gcloud) => {
            gcloud(environment, endpoint)?
        }
        (Via::Adc, ..) => credentials::application_default(environment, &transport).await?,
        (Via::Metadata, ..) => machine(environment, endpoint, &transport).await?,
        (Via::Auto | Via::Impersonate, None, Choice::Default) => match endpoint {
            Endpoint::Google => credentials::default(environment, &transport).await?,
            Endpoint::Emulator(address) => emulated(environment, address, &transport).await?,
        },
    };
    let impersonate = impersonate.as_deref();
    let credential = credentials::acting_as(impersonate, delegates, base, environment, endpoint, &transport)?;
    Ok(Chosen { credential, transport })
}

/// The key of a service account: the file that is named, else the one of the environment.
async fn keyed(
    named: Option<&Path>,
    environment: &Environment,
    transport: &Transport,
) -> Result<Credential, CredentialsError> {
    let variable = "GOOGLE_APPLICATION_CREDENTIALS";
    let (path, named_by) = match (named, &environment.credentials_file) {
        (Some(path), _) => (path, "--key"),
        (None, Some(path)) => (path.as_path(), variable),
        (None, None) => {
            let what = format!("which key? Name its file with `--key FILE`, or with `{variable}`");
            return Err(CredentialsError::Option(what.into()));
        }
    };
    let found = credentials::of_file(path, Some(named_by), transport).await?;
    if matches!(found.source, Source::Key(_)) {
        return Ok(found);
    }
    let what = "is not the key of a service account: name one with `--key FILE`, or take this file as it is with \
                `--via adc`";
    Err(CredentialsError::file(path, what))
}

/// The machine. An emulator is a metadata server as well.
async fn machine(
    environment: &Environment,
    endpoint: Endpoint,
    transport: &Transport,
) -> Result<Credential, CredentialsError> {
    let own = match endpoint {
        Endpoint::Emulator(address) => Some(address.to_string()),
        Endpoint::Google => None,
    };
    let named = environment.metadata_host.clone().or(own);
    match credentials::machine(named.as_deref(), true, transport).await? {
        Some(found) => Ok(found),
        None => Err(CredentialsError::Option(
            "there is no metadata server here: callmap does not run on Google Cloud; take another way, such as \
             `--via adc` or `--via gcloud`"
                .into(),
        )),
    }
}

/// gcloud, whose usual login is not brought to an emulator: either it is pointed there, or it is given a configuration
/// of its own.
fn gcloud(environment: &Environment, endpoint: Endpoint) -> Result<Credential, CredentialsError> {
    let is_local = environment.gcloud_token_host.as_deref().is_some_and(|host| {
        let uri = host.parse::<http::Uri>();
        uri.is_ok_and(|uri| Hosts::Loopback.check(&Party::Google, &uri).is_ok())
    });
    let is_apart = is_local || environment.is_gcloud_config_named;
    if matches!(endpoint, Endpoint::Emulator(_)) && !is_apart {
        return Err(CredentialsError::Option(
            "gcloud's usual login is Google's, and not brought to an emulator: point gcloud at it, as the lines of \
             `callmap emulator --env` do, or give it a configuration of its own with `CLOUDSDK_CONFIG`"
                .into(),
        ));
    }
    Ok(credentials::gcloud(environment))
}

/// Towards an emulator: whoever the environment says, then credentials that lead nowhere else, then the owner.
async fn emulated(
    environment: &Environment,
    address: SocketAddr,
    transport: &Transport,
) -> Result<Credential, CredentialsError> {
    if let Some(source) = emulated::named(environment, address, transport)? {
        return Ok(Credential::of(source));
    }
    if let Some(path) = &environment.credentials_file {
        match credentials::of_file(path, Some("GOOGLE_APPLICATION_CREDENTIALS"), transport).await {
            // A file for Google itself is not for here.
            Err(CredentialsError::Host { .. }) => {}
            found => return found,
        }
    }
    if let Some(host) = &environment.metadata_host
        && credentials::is_loopback(host)
        && let Some(found) = credentials::machine(Some(host), true, transport).await?
    {
        return Ok(found);
    }
    let owner = emulated::owner(address, transport);
    let owner = owner.ok_or_else(|| CredentialsError::Option("the emulator has no address".into()))?;
    Ok(Credential::of(owner))
}

//! ID tokens of every kind, from the local Google.

mod ways;

use callmap::{
    emulator::{Clock, Emulator, Options, State, estate},
    tokens::{
        Choice, CredentialsError, Endpoint, Environment, Warning,
        id::{self, IdToken, Via, Wanted},
    },
};

const PAYMENTS: &str = "https://payments-100000000001.europe-north1.run.app";
const CHECKOUT: &str = "checkout@shop-prod.iam.gserviceaccount.com";
const GCLOUD: &str = "32555940559.apps.googleusercontent.com";

/// The sample estate at its own time.
fn started() -> Emulator {
    let state = State::read(estate::ASSETS.as_bytes()).unwrap();
    Emulator::start(Options { state, clock: Clock::Fixed(estate::time()), ..Options::default() }).unwrap()
}

/// A token for the payments, in this way.
fn wanted(via: Via) -> Wanted {
    Wanted {
        via,
        audience: PAYMENTS.into(),
        key: None,
        impersonate: None,
        delegates: Vec::new(),
        credentials: Choice::Default,
    }
}

fn on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn got(
    wanted: &Wanted,
    emulator: &Emulator,
    environment: &Environment,
) -> Result<(IdToken, Vec<Warning>), CredentialsError> {
    on(id::id_token(wanted, Endpoint::Emulator(emulator.address()), environment))
}

/// Who callmap is, and by what.
fn me(wanted: &Wanted, emulator: &Emulator, environment: &Environment) -> Result<(String, String), String> {
    let me = on(id::me(wanted, Endpoint::Emulator(emulator.address()), environment));
    me.map(|(principal, way)| (principal.to_string(), way)).map_err(|error| error.to_string())
}

//! The one way in which callmap talks to Google.

use std::{fmt, net::SocketAddr, num::NonZeroUsize, sync::Arc, time::Duration};

use bytes::Bytes;
use google_cloudresourcemanager1::CloudResourceManager;
use google_run2::CloudRun;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep_until, timeout},
};

use super::{
    Api, CallError, Choice, CredentialsError, Endpoint, Environment, Hosts, Party, Refusal, Warning,
    credentials::{self, Tokens},
    names,
    request::Request,
    retry::{Failure, Patience, within},
    transport::{self, Transport},
    turns::Turns,
    typed::Hubs,
};
use crate::model::{Container, ServiceName};

/// So many calls are under way at once, unless something else is asked for.
pub const CONCURRENCY: NonZeroUsize = NonZeroUsize::MIN.saturating_add(15);

/// Who is calling.
const AGENT: &str = concat!("callmap/", env!("CARGO_PKG_VERSION"));

/// How a run connects.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Where calls go.
    pub endpoint: Endpoint,
    /// Whose credentials are used.
    pub credentials: Choice,
    /// The e-mail address of a service account to act as, by what was found.
    pub impersonate: Option<String>,
    /// The project that calls are counted to; else what the environment and the credentials say.
    pub quota_project: Option<String>,
    /// How many calls are under way at once.
    pub concurrency: NonZeroUsize,
    /// How long the whole run may take, from the moment of connecting.
    pub deadline: Option<Duration>,
    /// What the process was given.
    pub environment: Environment,
}

impl Connection {
    /// To this endpoint, with what the environment says and nothing else.
    pub fn new(endpoint: Endpoint, environment: Environment) -> Self {
        Self {
            endpoint,
            credentials: Choice::Default,
            impersonate: None,
            quota_project: None,
            concurrency: CONCURRENCY,
            deadline: None,
            environment,
        }
    }
}

/// Google, or an emulator of it. Cheap to clone; clones share connections, tokens and the bound on calls.
#[derive(Clone)]
pub struct Google(Arc<Inner>);

struct Inner {
    endpoint: Endpoint,
    transport: Transport,
    hubs: Hubs,
    tokens: Tokens,
    quota_project: Option<HeaderValue>,
    permits: Semaphore,
    patience: Patience,
    /// Of the deny policies of Google's; an emulator has no quota.
    turns: Option<Turns>,
    deadline: Option<Instant>,
}

impl fmt::Debug for Google {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Google").field(&self.0.endpoint).finish()
    }
}

impl Google {
    /// Finds the credentials, gets the first token, and is ready to call. On the emulator nothing is looked for but
    /// whom the environment says to be there, and otherwise a made-up token is sent.
    ///
    /// Beside the client there is what somebody should know about the credentials.
    ///
    /// # Errors
    /// Where there are no credentials, or they are not taken, or would be sent to somebody else: what to do
    /// stands in the message. Exit code 2.
    pub async fn connect(connection: Connection) -> Result<(Self, Vec<Warning>), CredentialsError> {
        if let Endpoint::Emulator(address) = connection.endpoint {
            let transport = Transport::ready(Hosts::Loopback)?;
            let Connection { impersonate, environment, .. } = &connection;
            let tokens =
                credentials::find_on_emulator(environment, impersonate.as_deref(), address, &transport)?;
            tokens.token().await?;
            return Ok((Self::with(&connection, transport, tokens, None), Vec::new()));
        }
        let transport = Transport::ready(Hosts::Google)?;
        let Connection { credentials, impersonate, quota_project, environment, .. } = &connection;
        let mut environment = environment.clone();
        environment.quota_project = quota_project.clone().or(environment.quota_project);
        let found = credentials::find(&environment, *credentials, impersonate.as_deref(), &transport).await?;
        let quota_project = found.quota_project;
        if let Some(project) = &quota_project {
            let wrong = || format!("`{project}` is not a project that calls could be counted to");
            names::check(&[project]).map_err(|_| CredentialsError::Option(wrong().into()))?;
        }
        let google = Self::with(&connection, transport, found.tokens, quota_project.as_deref());
        google.0.tokens.token().await?;
        Ok((google, found.warnings))
    }

    /// An emulator at this address, with everything else as usual.
    ///
    /// # Errors
    /// Where no client can be made.
    pub fn emulator(address: SocketAddr) -> Result<Self, CredentialsError> {
        let connection = Connection::new(Endpoint::Emulator(address), Environment::default());
        Ok(Self::with(&connection, Transport::ready(Hosts::Loopback)?, Tokens::made_up(), None))
    }

    pub(super) fn with(
        connection: &Connection,
        transport: Transport,
        tokens: Tokens,
        quota_project: Option<&str>,
    ) -> Self {
        let Connection { endpoint, concurrency, deadline, .. } = connection;
        let client = transport.client().clone();
        let mut run = CloudRun::new(client.clone(), tokens.clone());
        let mut manager = CloudResourceManager::new(client, tokens.clone());
        // Addresses of this form are taken; others would make the crates panic.
        run.base_url(format!("{}/", base(*endpoint, Api::Run)));
        manager.base_url(format!("{}/", base(*endpoint, Api::ResourceManager)));
        run.user_agent(AGENT.to_owned());
        manager.user_agent(AGENT.to_owned());
        let (patience, turns) = match endpoint {
            Endpoint::Google => (Patience::GOOGLE, Some(Turns::of_deny_policies())),
            Endpoint::Emulator(_) => (Patience::EMULATOR, None),
        };
        Self(Arc::new(Inner {
            endpoint: *endpoint,
            transport,
            hubs: Hubs { run, manager },
            tokens,
            // It was found to be a name, and is a header value then.
            quota_project: quota_project.and_then(|project| HeaderValue::from_str(project).ok()),
            permits: Semaphore::new(concurrency.get()),
            patience,
            turns,
            deadline: deadline.map(|most| Instant::now() + most),
        }))
    }

    /// Where calls go.
    pub fn endpoint(&self) -> Endpoint {
        self.0.endpoint
    }

    /// Who answers for an API: a host, or the address of an emulator.
    pub(super) fn host(&self, api: Api) -> String {
        match self.0.endpoint {
            Endpoint::Google => api.host().to_owned(),
            Endpoint::Emulator(address) => address.to_string(),
        }
    }

    /// How long the next call of an API will wait for its turn.
    pub(super) fn wait(&self, api: Api) -> Duration {
        let now = Instant::now();
        self.turns(api).map_or(Duration::ZERO, |turns| turns.next(now) - now)
    }

    fn turns(&self, api: Api) -> Option<&Turns> {
        self.0.turns.as_ref().filter(|_| api == Api::DenyPolicies)
    }

    /// Reads: `path` begins with `/` and is encoded, `query` is not. The answer is JSON.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn get(&self, api: Api, path: &str, query: &[(&str, &str)]) -> Result<Bytes, CallError> {
        self.read(Request::get(api, path, query)?).await
    }

    /// Asks with a body of JSON. Nothing is written by it: it is tried again like any read.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn post(&self, api: Api, path: &str, body: &Value) -> Result<Bytes, CallError> {
        self.read(Request::post(api, path, body.clone())?).await
    }

    /// The allow policy of a service account, by its address.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn account_policy(&self, email: &str) -> Result<Bytes, CallError> {
        self.read(Request::account_policy(email)?).await
    }

    /// One page of the services of a region, and where the next one is.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn services(
        &self,
        project: &str,
        location: &str,
        page: Option<&str>,
    ) -> Result<Bytes, CallError> {
        self.read(Request::services(project, location, page)?).await
    }

    /// A service as it is set.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn service(&self, name: &ServiceName) -> Result<Bytes, CallError> {
        self.read(Request::service(name)?).await
    }

    /// A revision of a service, by its short name.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn revision(&self, service: &ServiceName, revision: &str) -> Result<Bytes, CallError> {
        self.read(Request::revision(service, revision)?).await
    }

    /// The policy of a service, at version 3.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn service_policy(&self, name: &ServiceName) -> Result<Bytes, CallError> {
        self.read(Request::service_policy(name)?).await
    }

    /// A project: its id, its number.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn project(&self, project: &str) -> Result<Bytes, CallError> {
        self.read(Request::project(project)?).await
    }

    /// What stands above a project, itself first.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn ancestry(&self, project: &str) -> Result<Bytes, CallError> {
        self.read(Request::ancestry(project)?).await
    }

    /// The policy of a project, folder or organization, at version 3.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn container_policy(&self, container: &Container) -> Result<Bytes, CallError> {
        self.read(Request::container_policy(container)?).await
    }

    /// Replaces the policy of a service: sent once, never again by itself. The answer is what is stored now.
    ///
    /// # Errors
    /// [`Refusal::Lost`] where it may have been written or not; all others: it was not.
    pub async fn set_service_policy(&self, name: &ServiceName, policy: &Value) -> Result<Bytes, CallError> {
        self.write(Request::set_service_policy(name, policy)?).await
    }

    /// Replaces the policy of a project, folder or organization, likewise.
    ///
    /// # Errors
    /// See [`Self::set_service_policy`].
    pub async fn set_container_policy(
        &self,
        container: &Container,
        policy: &Value,
    ) -> Result<Bytes, CallError> {
        self.write(Request::set_container_policy(container, policy)?).await
    }

    async fn read(&self, request: Request) -> Result<Bytes, CallError> {
        let Inner { patience, deadline, .. } = &*self.0;
        // Boxed: the futures of the Google crates are large, and there are many at a time.
        patience.read(*deadline, || Box::pin(self.attempt(&request))).await
    }

    async fn write(&self, request: Request) -> Result<Bytes, CallError> {
        // The run's time may end before the write is sent; a write under way is waited for.
        within(self.0.deadline, std::future::ready(())).await?;
        Box::pin(self.attempt(&request)).await.map_err(|failure| failure.error)
    }

    /// Makes a call once.
    async fn attempt(&self, request: &Request) -> Result<Bytes, Failure> {
        let inner = &*self.0;
        // Before the clock of the attempt runs: all of them wait for the same first token.
        inner.tokens.token().await.map_err(CredentialsError::into_call)?;
        if let Some(turns) = self.turns(request.api) {
            let turn = turns.take(Instant::now());
            if inner.deadline.is_some_and(|deadline| deadline <= turn) {
                let message =
                    "the time for the whole run ends before IAM takes another read of deny policies";
                return Err(CallError::new(Refusal::Late, message).into());
            }
            sleep_until(turn).await;
        }
        let _permit = inner
            .permits
            .acquire()
            .await
            .map_err(|_| Failure::from(CallError::new(Refusal::Unavailable, "callmap is stopping")))?;
        let call = async {
            // The one place that decides: the builders of the Google crates send no headers of ours.
            match (&request.typed, &inner.quota_project) {
                (Some(typed), None) => inner.hubs.call(typed).await,
                (Some(_), Some(_)) | (None, _) => self.raw(request).await,
            }
        };
        let most = inner.patience.attempt;
        timeout(most, call).await.unwrap_or_else(|_| {
            Err(Failure::lost(format!("no answer came within {} seconds", most.as_secs())))
        })
    }

    async fn raw(&self, request: &Request) -> Result<Bytes, Failure> {
        let inner = &*self.0;
        let Request { api, path, query, body, typed: _ } = request;
        let mut url = format!("{}{path}", base(inner.endpoint, *api));
        if !query.is_empty() {
            url.push('?');
            url.push_str(&url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish());
        }
        let token = inner.tokens.token().await.map_err(CredentialsError::into_call)?;
        let invalid = |_| CallError::new(Refusal::Invalid, "the call could not be put together");
        let mut bearer =
            HeaderValue::from_str(&format!("Bearer {}", token.expose_secret())).map_err(|_| {
                CallError::new(Refusal::Unauthenticated, "the token has characters that no token has")
            })?;
        bearer.set_sensitive(true);
        let builder = match body {
            None => http::Request::get(url),
            Some(_) => http::Request::post(url).header(CONTENT_TYPE, "application/json"),
        };
        let mut builder = builder.header(USER_AGENT, AGENT).header(AUTHORIZATION, bearer);
        if let Some(project) = &inner.quota_project {
            builder = builder.header("x-goog-user-project", project);
        }
        let body = body.as_ref().map_or_else(Bytes::new, |body| body.to_string().into());
        let sent = builder.body(body).map_err(invalid)?;
        transport::successful(inner.transport.send(&Party::Google, sent).await?)
    }
}

/// The address of an API, without the `/` at its end.
fn base(endpoint: Endpoint, api: Api) -> String {
    match endpoint {
        Endpoint::Google => format!("https://{}", api.host()),
        Endpoint::Emulator(address) => format!("http://{address}"),
    }
}

//! The APIs that callmap reads, each at its host.

/// An API of Google Cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Api {
    /// Cloud Run Admin.
    Run,
    /// Resource Manager.
    ResourceManager,
    /// Cloud Functions.
    Functions,
    /// IAM: roles.
    Iam,
    /// IAM, version 2: deny policies. It has a quota of its own.
    DenyPolicies,
    /// Cloud Identity: groups.
    CloudIdentity,
    /// Eventarc.
    Eventarc,
    /// Pub/Sub.
    PubSub,
    /// Cloud Scheduler.
    Scheduler,
    /// Cloud Tasks.
    Tasks,
    /// IAM Credentials: acting as another account.
    IamCredentials,
}

impl Api {
    /// Its host, which is also its name among the services of a project.
    pub const fn host(self) -> &'static str {
        match self {
            Self::Run => "run.googleapis.com",
            Self::ResourceManager => "cloudresourcemanager.googleapis.com",
            Self::Functions => "cloudfunctions.googleapis.com",
            Self::Iam | Self::DenyPolicies => "iam.googleapis.com",
            Self::CloudIdentity => "cloudidentity.googleapis.com",
            Self::Eventarc => "eventarc.googleapis.com",
            Self::PubSub => "pubsub.googleapis.com",
            Self::Scheduler => "cloudscheduler.googleapis.com",
            Self::Tasks => "cloudtasks.googleapis.com",
            Self::IamCredentials => "iamcredentials.googleapis.com",
        }
    }
}

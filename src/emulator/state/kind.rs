//! The kinds of resources that are kept, and what Google calls them.

/// A kind of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An organization.
    Organization,
    /// A folder.
    Folder,
    /// A project.
    Project,
    /// A role that somebody made.
    Role,
    /// A service account.
    ServiceAccount,
    /// A Cloud Run service.
    Service,
    /// A Cloud Run job.
    RunJob,
    /// A Cloud Run instance.
    Instance,
    /// A function of the second generation.
    Function,
    /// A function of the first generation.
    Gen1Function,
    /// An Eventarc trigger.
    Trigger,
    /// A Pub/Sub topic.
    Topic,
    /// A Pub/Sub subscription.
    Subscription,
    /// A Cloud Scheduler job.
    SchedulerJob,
    /// A Cloud Tasks queue.
    Queue,
}

impl Kind {
    /// Every one of them.
    pub(in crate::emulator) const ALL: [Self; 15] = [
        Self::Organization,
        Self::Folder,
        Self::Project,
        Self::Role,
        Self::ServiceAccount,
        Self::Service,
        Self::RunJob,
        Self::Instance,
        Self::Function,
        Self::Gen1Function,
        Self::Trigger,
        Self::Topic,
        Self::Subscription,
        Self::SchedulerJob,
        Self::Queue,
    ];

    /// Its asset type.
    pub const fn asset_type(self) -> &'static str {
        match self {
            Self::Organization => "cloudresourcemanager.googleapis.com/Organization",
            Self::Folder => "cloudresourcemanager.googleapis.com/Folder",
            Self::Project => "cloudresourcemanager.googleapis.com/Project",
            Self::Role => "iam.googleapis.com/Role",
            Self::ServiceAccount => "iam.googleapis.com/ServiceAccount",
            Self::Service => "run.googleapis.com/Service",
            Self::RunJob => "run.googleapis.com/Job",
            Self::Instance => "run.googleapis.com/Instance",
            Self::Function => "cloudfunctions.googleapis.com/Function",
            Self::Gen1Function => "cloudfunctions.googleapis.com/CloudFunction",
            Self::Trigger => "eventarc.googleapis.com/Trigger",
            Self::Topic => "pubsub.googleapis.com/Topic",
            Self::Subscription => "pubsub.googleapis.com/Subscription",
            Self::SchedulerJob => "cloudscheduler.googleapis.com/Job",
            Self::Queue => "cloudtasks.googleapis.com/Queue",
        }
    }

    /// The kind of an asset type; `None` for those that are not kept.
    pub fn of_asset_type(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.asset_type() == word)
    }

    /// The host of its API, which is also how its full name begins.
    pub fn host(self) -> &'static str {
        self.asset_type().split('/').next().unwrap_or_default()
    }

    /// The word before its last name, which is also what its list is called in an answer.
    pub const fn collection(self) -> &'static str {
        match self {
            Self::Organization => "organizations",
            Self::Folder => "folders",
            Self::Project => "projects",
            Self::Role => "roles",
            Self::ServiceAccount => "serviceAccounts",
            Self::Service => "services",
            Self::RunJob | Self::SchedulerJob => "jobs",
            Self::Instance => "instances",
            Self::Function | Self::Gen1Function => "functions",
            Self::Trigger => "triggers",
            Self::Topic => "topics",
            Self::Subscription => "subscriptions",
            Self::Queue => "queues",
        }
    }

    /// What its permissions begin with.
    pub const fn permissions(self) -> &'static str {
        match self {
            Self::Organization => "resourcemanager.organizations",
            Self::Folder => "resourcemanager.folders",
            Self::Project => "resourcemanager.projects",
            Self::Role => "iam.roles",
            Self::ServiceAccount => "iam.serviceAccounts",
            Self::Service => "run.services",
            Self::RunJob => "run.jobs",
            Self::Instance => "run.instances",
            Self::Function | Self::Gen1Function => "cloudfunctions.functions",
            Self::Trigger => "eventarc.triggers",
            Self::Topic => "pubsub.topics",
            Self::Subscription => "pubsub.subscriptions",
            Self::SchedulerJob => "cloudscheduler.jobs",
            Self::Queue => "cloudtasks.queues",
        }
    }

    /// The first word of its permissions.
    pub(in crate::emulator) fn service(self) -> &'static str {
        self.permissions().split('.').next().unwrap_or_default()
    }

    /// What permissions begin with that are about it, or about what is a part of it: on a project, and above it,
    /// everything is (<https://cloud.google.com/iam/docs/viewing-grantable-roles>).
    pub(in crate::emulator) const fn grantable(self) -> &'static [&'static str] {
        match self {
            Self::Organization | Self::Folder | Self::Project => &[""],
            Self::Role => &["iam.roles."],
            Self::ServiceAccount => {
                &["iam.serviceAccounts.", "iam.serviceAccountKeys.", "iam.serviceAccountApiKeyBindings."]
            }
            Self::Service => &["run.services.", "run.routes.", "run.revisions.", "run.configurations."],
            Self::RunJob => &["run.jobs.", "run.executions.", "run.tasks."],
            Self::Instance => &["run.instances."],
            Self::Function | Self::Gen1Function => &["cloudfunctions.functions."],
            Self::Trigger => &["eventarc.triggers."],
            Self::Topic => &["pubsub.topics."],
            Self::Subscription => &["pubsub.subscriptions."],
            Self::SchedulerJob => &["cloudscheduler.jobs."],
            Self::Queue => &["cloudtasks.queues.", "cloudtasks.tasks."],
        }
    }

    /// Whether it is a project or stands above projects.
    pub const fn is_container(self) -> bool {
        matches!(self, Self::Organization | Self::Folder | Self::Project)
    }
}

//! What nodes and edges of a picture are.

/// What an edge of a picture says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Lets a caller in whom the map does not declare.
    Undeclared,
    /// Lets anybody in, which the map does not declare.
    Public,
    /// Is declared, and the caller cannot call; or an event source whose calls are refused.
    Missing,
    /// Is declared, and whether the caller can call is not known.
    Unknown,
    /// Lets somebody in from above functions.
    Inherited,
    /// Lets anybody in, as declared.
    Open,
    /// Lets a caller in; there is no map to say whether that is right.
    Granted,
    /// Is an event source that gets through.
    Event,
    /// Is declared, and the caller can call.
    Right,
    /// Leads from a folder or an organization to a project below it.
    Above,
}

impl Kind {
    /// All of them: what is wrong comes first.
    pub const ALL: [Self; 10] = [
        Self::Undeclared,
        Self::Public,
        Self::Missing,
        Self::Unknown,
        Self::Inherited,
        Self::Open,
        Self::Granted,
        Self::Event,
        Self::Right,
        Self::Above,
    ];

    /// Whether it is what one looks for.
    pub const fn is_wrong(self) -> bool {
        match self {
            Self::Undeclared | Self::Public | Self::Missing | Self::Unknown | Self::Inherited => true,
            Self::Open | Self::Granted | Self::Event | Self::Right | Self::Above => false,
        }
    }

    /// The word on the edge, so that nothing is said by colour alone; empty where the line says enough.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Undeclared => "undeclared",
            Self::Public | Self::Open => "public",
            Self::Missing => "missing",
            Self::Unknown => "not known",
            Self::Inherited => "from above",
            Self::Event => "event",
            Self::Granted | Self::Right | Self::Above => "",
        }
    }

    /// What the legend says of it.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Undeclared => "can call, not declared",
            Self::Public => "anybody can call",
            Self::Missing => "cannot call, and should",
            Self::Unknown => "should call, not known whether it can",
            Self::Inherited => "can call from above",
            Self::Open => "anybody can call, as declared",
            Self::Granted => "can call",
            Self::Event => "sends events",
            Self::Right => "can call, as declared",
            Self::Above => "stands above",
        }
    }
}

/// What a node of a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// Anybody at all.
    Public,
    /// A person.
    User,
    /// A group.
    Group,
    /// A service account that is not the one of a single function in the picture.
    Account,
    /// An agent of Google's own.
    Agent,
    /// Any other principal.
    Other,
    /// A trigger, a push subscription, a job or a queue.
    Source,
    /// A folder or an organization.
    Container,
    /// All functions of a project.
    Everything,
    /// A function that anybody calls who may.
    Function,
    /// A function that its event source calls.
    EventFunction,
}

impl Shape {
    /// All of them, in the order of the legend.
    pub const ALL: [Self; 11] = [
        Self::Public,
        Self::User,
        Self::Group,
        Self::Account,
        Self::Agent,
        Self::Other,
        Self::Source,
        Self::Container,
        Self::Everything,
        Self::Function,
        Self::EventFunction,
    ];

    /// What one of them is called, and several.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Public => ("public", "public callers"),
            Self::User => ("user", "users"),
            Self::Group => ("group", "groups"),
            Self::Account => ("service account", "service accounts"),
            Self::Agent => ("agent of Google's", "agents of Google's"),
            Self::Other => ("other caller", "other callers"),
            Self::Source => ("event source", "event sources"),
            Self::Container => ("folder or organization", "folders and organizations"),
            Self::Everything => ("all functions of a project", "projects"),
            Self::Function => ("function", "functions"),
            Self::EventFunction => ("event function", "event functions"),
        }
    }

    /// Whether it is a function.
    pub const fn is_function(self) -> bool {
        matches!(self, Self::Function | Self::EventFunction)
    }

    /// Whether it is somebody or something that calls, and is never called.
    pub const fn is_caller(self) -> bool {
        match self {
            Self::Public
            | Self::User
            | Self::Group
            | Self::Account
            | Self::Agent
            | Self::Other
            | Self::Source => true,
            Self::Container | Self::Everything | Self::Function | Self::EventFunction => false,
        }
    }
}

/// How sure it is that a function is there, and whether it is on the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It is live, and on the map where there is one; everything else than a function.
    Usual,
    /// It is live, and on no map.
    Unlisted,
    /// It is on the map, and not live.
    NotLive,
    /// It is on the map, and nothing of its project or region was seen; or it could not be read.
    NotRead,
}

impl State {
    /// What is written below the name of a function; nothing where there is nothing to say.
    pub const fn word(self) -> Option<&'static str> {
        match self {
            Self::Usual => None,
            Self::Unlisted => Some("on no map"),
            Self::NotLive => Some("not live"),
            Self::NotRead => Some("not read"),
        }
    }
}

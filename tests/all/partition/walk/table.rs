//! The table of the rules as the design has it, read for one grant after the other.

use std::collections::BTreeMap;

use callmap::model::{Level, RuleId};

use super::{
    Said, Told,
    sketch::{CRON, EVENTS, Function, Gives, Kind, PROJECTS, Place, Sketch, Time},
};

const PAY: &str = "serviceAccount:pay@shop-prod.iam.gserviceaccount.com";

/// A member as Google compares it.
fn folded(member: &str) -> String {
    match member.split_once(':') {
        Some(("user", email)) => format!("user:{}", email.to_lowercase()),
        _ => member.to_owned(),
    }
}

fn is_public(member: &str) -> bool {
    member == "allUsers" || member == "allAuthenticatedUsers"
}

/// Whether a member is nobody whom Cloud Run ever lets in.
fn is_nobody(member: &str) -> bool {
    member.starts_with("deleted:") || member.contains("://iam.googleapis.com/")
}

/// Whether a member is outside of `domains` and `projects`.
fn is_outside(sketch: &Sketch, member: &str) -> bool {
    let outside = [
        "user:bob@contractor.example",
        "domain:contractor.example",
        "serviceAccount:service-6666@gcp-sa-pubsub.iam.gserviceaccount.com",
        "serviceAccount:service-1041@gcp-sa-pubsubs.iam.gserviceaccount.com",
        "serviceAccount:x@elsewhere.iam.gserviceaccount.com",
        "principalSet://cloudresourcemanager.googleapis.com/projects/6666/type/ServiceAccount",
        "principalSet://agents.global.org-9000.system.id.goog/*",
        "iamThing:x",
    ];
    sketch.names_ours && outside.contains(&member)
}

fn is_agent(member: &str) -> bool {
    member.contains("@gcp-sa-iap.iam.") || member.contains("@gcp-sa-pubsub.iam.")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Declared {
    Never,
    Once,
    Now,
}

impl Sketch {
    fn declared(&self, function: usize, member: &str) -> Declared {
        let is_meant = |caller: &str| caller == member || (caller == "function:pay" && member == PAY);
        let edges = self.edges.iter().filter(|edge| edge.function == function && is_meant(edge.caller));
        let mut best = Declared::Never;
        for edge in edges {
            match edge.time {
                Time::ForGood | Time::Still => return Declared::Now,
                Time::Past => best = Declared::Once,
            }
        }
        best
    }

    /// Whether only events call a function: by the Functions API, or because its map says so.
    fn is_event_function(&self, function: usize) -> bool {
        let Function { kind, is_on_map, .. } = self.functions[function];
        match kind {
            Kind::Triggered | Kind::TriggeredByDefault => true,
            Kind::Scheduled => is_on_map,
            Kind::Plain | Kind::Proxied => false,
        }
    }

    fn is_expected(&self, function: usize, member: &str) -> bool {
        let Function { kind, project, .. } = self.functions[function];
        let number = PROJECTS[project].1;
        match kind {
            Kind::Plain => false,
            Kind::Triggered => member == EVENTS,
            Kind::TriggeredByDefault => {
                member == format!("serviceAccount:{number}-compute@developer.gserviceaccount.com")
            }
            Kind::Scheduled => self.is_event_function(function) && member == CRON,
            Kind::Proxied => {
                member == format!("serviceAccount:service-{number}@gcp-sa-iap.iam.gserviceaccount.com")
            }
        }
    }

    fn is_in_order(&self, function: usize, member: &str) -> bool {
        self.declared(function, member) == Declared::Now || self.is_expected(function, member)
    }

    /// The projects of the map.
    fn is_in_scope(&self, project: usize) -> bool {
        self.functions.iter().any(|function| function.is_on_map && function.project == project)
    }

    /// The functions in scope below a project, a folder or an organization, by full name.
    fn opened(&self, place: Place) -> Vec<usize> {
        let is_below = |function: &usize| {
            let project = self.functions[*function].project;
            self.is_in_scope(project)
                && match place {
                    Place::Function(_) => false,
                    Place::Project(other) => project == other,
                    Place::Level(level) => self.above[project].contains(&level),
                }
        };
        let mut opened: Vec<usize> = (0..self.functions.len()).filter(is_below).collect();
        opened.sort_by_key(|function| {
            (PROJECTS[self.functions[*function].project].0, self.functions[*function].name)
        });
        opened
    }

    fn label(&self, function: usize) -> String {
        let Function { name, project, is_on_map, .. } = self.functions[function];
        if is_on_map { name.to_owned() } else { format!("{}/europe-west1/{name}", PROJECTS[project].0) }
    }

    /// How many functions, and the first three by name.
    fn count(&self, opened: &[usize]) -> String {
        let names: Vec<_> =
            opened.iter().take(3).map(|function| format!("`{}`", self.label(*function))).collect();
        let more = match opened.len() {
            0..=3 => String::new(),
            count => format!(" and {} more", count - 3),
        };
        let noun = if opened.len() == 1 { "function" } else { "functions" };
        format!("{} {noun} ({}{more})", opened.len(), names.join(", "))
    }
}

/// How many functions a message says are opened, and which, where it says so.
pub(super) fn opened_in(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("call ")?;
    let rest = rest.strip_prefix(|first: char| first.is_ascii_digit()).and(Some(rest))?;
    rest.split_once(')').map(|(counted, _)| format!("{counted})"))
}

/// Whether a grant that looks like one for calling gives nothing; what its role gives may itself be nothing.
fn is_dead(gives: Gives, member: &str, can_hold: bool) -> bool {
    gives == Gives::Off || is_nobody(member) || !can_hold
}

fn on_function(
    sketch: &Sketch,
    function: usize,
    gives: Gives,
    member: &str,
    can_hold: bool,
) -> Option<(RuleId, Level)> {
    let is_on_map = sketch.functions[function].is_on_map;
    let is_in_order = is_on_map && sketch.is_in_order(function, member);
    match gives {
        Gives::Nothing => None,
        // Nobody knows that it was ever meant for calling.
        Gives::Unknown if is_dead(gives, member, can_hold) => None,
        Gives::FirstGeneration => is_on_map.then_some((RuleId::DeadGrant, Level::Warning)),
        _ if is_dead(gives, member, can_hold) => is_on_map.then_some((RuleId::DeadGrant, Level::Warning)),
        Gives::Calling if is_in_order => None,
        _ if is_public(member) => Some((RuleId::PublicFunction, Level::Error)),
        _ if !is_on_map => None,
        Gives::More | Gives::Unknown | Gives::Off => {
            Some((RuleId::BroadRole, if is_in_order { Level::Warning } else { Level::Error }))
        }
        Gives::Calling => Some(match sketch.declared(function, member) {
            Declared::Once => (RuleId::ExpiredCaller, Level::Error),
            _ if sketch.is_event_function(function) => (RuleId::EventFunctionCaller, Level::Error),
            Declared::Never | Declared::Now => (RuleId::UndeclaredCaller, Level::Error),
        }),
    }
}

fn above(
    sketch: &Sketch,
    opened: &[usize],
    (role, gives): (&str, Gives),
    member: &str,
    can_hold: bool,
) -> Option<(RuleId, Level)> {
    let is_in_order = opened.iter().all(|function| sketch.is_in_order(*function, member));
    let is_custom = !role.starts_with("roles/");
    match gives {
        Gives::Nothing | Gives::FirstGeneration => None,
        Gives::Unknown if is_dead(gives, member, can_hold) => None,
        _ if is_dead(gives, member, can_hold) => Some((RuleId::DeadGrant, Level::Warning)),
        _ if is_public(member) => Some((RuleId::PublicFunction, Level::Error)),
        Gives::Calling => {
            Some((RuleId::InheritedCaller, if is_in_order { Level::Warning } else { Level::Error }))
        }
        Gives::More | Gives::Unknown | Gives::Off => {
            let is_usual = ["roles/owner", "roles/editor", "roles/run.admin"].contains(&role);
            let level = if is_in_order {
                Level::Note
            } else if is_custom || is_outside(sketch, member) {
                Level::Error
            } else if is_usual || is_agent(member) {
                Level::Note
            } else {
                Level::Warning
            };
            Some((RuleId::PrivilegedCaller, level))
        }
    }
}

/// Every grant that is to be told of, each with all that is said of it.
pub(super) fn of(sketch: &Sketch) -> BTreeMap<Told, Said> {
    let mut all = BTreeMap::new();
    for binding in &sketch.bindings {
        let (named, gives) = binding.role;
        let (expression, can_hold) = binding.condition;
        let opened = sketch.opened(binding.place);
        for member in &binding.members {
            let member = folded(member);
            let (found, counted) = match binding.place {
                Place::Function(function) if sketch.is_in_scope(sketch.functions[function].project) => {
                    (on_function(sketch, function, gives, &member, can_hold), None)
                }
                Place::Function(_) => (None, None),
                Place::Project(_) | Place::Level(_) if opened.is_empty() => (None, None),
                Place::Project(_) | Place::Level(_) => {
                    let found = above(sketch, &opened, binding.role, &member, can_hold);
                    (found, Some(sketch.count(&opened)))
                }
            };
            let Some((rule, level)) = found else { continue };
            let canonical = named.replace("projects/1041/", "projects/shop-prod/");
            let told = (sketch.resource(binding.place), canonical, member, expression.map(str::to_owned));
            all.insert(told, (rule, level, counted.filter(|_| rule != RuleId::DeadGrant)));
        }
    }
    all
}

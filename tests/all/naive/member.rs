//! Whether a member of an allow policy means a principal: section 4.3 of the design, kind by kind.

use callmap::{access::Verdict, model::Principal, world::Observed};

use super::Naive;
use Verdict::{No, Unknown, Yes};

/// A principal as its text says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Public,
    AnyAccount,
    User(String),
    Account(String),
    Group(String),
    Domain(String),
    /// All service accounts of `projects/P`, or below `folders/N` or `organizations/N`.
    Set(String),
    Federated,
    Deleted,
    /// `projectOwner:` and its like.
    OfProject(String),
    /// One identity of another kind.
    One(String),
    /// Any other, perhaps several.
    Other(String),
}

pub(super) fn kind(text: &str) -> Kind {
    if text == "allUsers" {
        return Kind::Public;
    }
    if text == "allAuthenticatedUsers" {
        return Kind::AnyAccount;
    }
    let Some((before, name)) = text.split_once(':') else { return Kind::Other(text.to_owned()) };
    let lower = name.to_lowercase();
    match before {
        "user" => Kind::User(lower),
        "serviceAccount" => Kind::Account(lower),
        "group" => Kind::Group(lower),
        "domain" => Kind::Domain(lower),
        "deleted" => Kind::Deleted,
        "projectOwner" | "projectEditor" | "projectViewer" => Kind::OfProject(format!("{before}:{lower}")),
        "principal" | "principalSet" if name.starts_with("//iam.googleapis.com/") => Kind::Federated,
        "principalSet"
            if name.starts_with("//cloudresourcemanager.googleapis.com/")
                && name.ends_with("/type/ServiceAccount") =>
        {
            let mut parts = name.split('/').skip(3);
            Kind::Set(format!("{}/{}", parts.next().unwrap(), parts.next().unwrap()))
        }
        "principal" => Kind::One(text.to_owned()),
        "principalSet" | "principalHierarchy" => Kind::Other(text.to_owned()),
        _ => Kind::Other(format!("{before}:{lower}")),
    }
}

impl Naive<'_> {
    pub(super) fn matches(&self, member: &str, who: &str) -> Verdict {
        self.reaches(member, who, &[])
    }

    /// The same, `path` being the groups on the way.
    fn reaches(&self, member: &str, who: &str, path: &[String]) -> Verdict {
        let (of, who_is) = (kind(member), kind(who));
        match (&of, &who_is) {
            (Kind::Deleted, _) | (_, Kind::Deleted) => return No,
            (_, Kind::Federated | Kind::Public) => return Verdict::from(of == Kind::Public),
            (_, Kind::AnyAccount) => return Verdict::from(of == Kind::Public || of == Kind::AnyAccount),
            (Kind::Public, _) => return Yes,
            (Kind::Federated, _) => return No,
            _ if of == who_is => return Yes,
            _ => {}
        }
        // Whoever is of a kind that nobody told us about may be among any several.
        let is_strange = matches!(who_is, Kind::OfProject(_) | Kind::One(_) | Kind::Other(_));
        match of {
            Kind::AnyAccount => {
                if is_strange {
                    Unknown
                } else {
                    Yes
                }
            }
            Kind::Domain(domain) => match who_is {
                Kind::User(email) => Verdict::from(email.rsplit('@').next() == Some(&*domain)),
                _ => {
                    if is_strange {
                        Unknown
                    } else {
                        No
                    }
                }
            },
            Kind::Group(name) => self.group(&name, who, path),
            Kind::Set(container) => match who_is {
                Kind::Account(email) => self.account_is_in(&email, &container),
                Kind::Set(inner) => self.set_is_in(&inner, &container),
                _ => {
                    if is_strange {
                        Unknown
                    } else {
                        No
                    }
                }
            },
            Kind::OfProject(_) | Kind::Other(_) => Unknown,
            _ => No,
        }
    }

    /// Along every path through groups, none of which meets a group twice.
    fn group(&self, name: &str, who: &str, path: &[String]) -> Verdict {
        if path.iter().any(|met| met == name) {
            return No;
        }
        let Some(members) = self.members(name) else { return Unknown };
        let path = [path, &[name.to_owned()]].concat();
        members.iter().map(|member| self.reaches(member, who, &path)).max().unwrap_or(No)
    }

    /// The direct members of a group, where it was expanded.
    pub(super) fn members(&self, name: &str) -> Option<Vec<String>> {
        let read =
            self.world.groups.iter().find(|(group, _)| kind(group.as_str()) == Kind::Group(name.to_owned()));
        match read?.1 {
            Observed::Known(members) => Some(members.iter().map(Principal::to_string).collect()),
            Observed::Unreadable(_) => None,
        }
    }

    /// Of a project by its number, the id where that is known.
    fn project(&self, name: &str) -> String {
        let pair = self.world.projects.pairs().find(|(_, number)| &***number == name);
        pair.map_or(name, |(id, _)| &**id).to_owned()
    }

    fn has_number(&self, id: &str) -> bool {
        self.world.projects.pairs().any(|(known, _)| &**known == id)
    }

    fn project_of(&self, email: &str) -> Option<String> {
        let seen = self.world.service_accounts.iter().find(|(account, _)| &***account == email);
        if let Some((_, project)) = seen {
            return Some(self.project(project));
        }
        let (name, domain) = email.split_once('@')?;
        let told = match domain {
            "developer.gserviceaccount.com" => name.strip_suffix("-compute"),
            "appspot.gserviceaccount.com" => Some(name),
            _ => domain.strip_suffix(".iam.gserviceaccount.com"),
        };
        told.map(|project| self.project(project))
    }

    fn is_agent(email: &str) -> bool {
        email.ends_with("@gcp-sa-pubsub.iam.gserviceaccount.com")
            || email.ends_with("@cloudservices.gserviceaccount.com")
    }

    pub(super) fn account_is_in(&self, email: &str, container: &str) -> Verdict {
        if Self::is_agent(email) {
            return No;
        }
        match self.project_of(email) {
            Some(project) => self.set_is_in(&format!("projects/{project}"), container),
            None => Unknown,
        }
    }

    /// Whether all accounts of one set are in another.
    pub(super) fn set_is_in(&self, inner: &str, outer: &str) -> Verdict {
        let named = |set: &str| match set.strip_prefix("projects/") {
            Some(project) => format!("projects/{}", self.project(project)),
            None => set.to_owned(),
        };
        let (inner, outer) = (named(inner), named(outer));
        if inner == outer {
            return Yes;
        }
        if let Some(outer) = outer.strip_prefix("projects/") {
            let Some(inner) = inner.strip_prefix("projects/") else { return No };
            let is_number = |name: &str| name.chars().all(|digit| digit.is_ascii_digit());
            // A number and an id may be one project where nobody said which the number of that id is.
            let may_be_one = match (is_number(inner), is_number(outer)) {
                (true, false) => !self.has_number(outer),
                (false, true) => !self.has_number(inner),
                _ => false,
            };
            return if may_be_one { Unknown } else { No };
        }
        if inner.starts_with("organizations/") {
            return No;
        }
        let mut verdict = Unknown;
        for chain in self.world.chains.values() {
            let chain: Vec<String> = chain.iter().map(ToString::to_string).collect();
            let Some(at) = chain.iter().position(|level| *level == inner) else { continue };
            let is_whole = chain.last().is_none_or(|last| !last.starts_with("folders/"));
            if chain[at..].contains(&outer) {
                return Yes;
            }
            if is_whole {
                verdict = No;
            }
        }
        verdict
    }
}

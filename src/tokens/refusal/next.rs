//! What to do about a refusal: commands as they are typed, and whom to ask.

use super::{Brought, Declared, DeclaredEdge, GCLOUD, Kind, Refused};
use crate::{
    callers::Writer,
    model::{PrincipalKind, ServiceName},
};

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// The command, as it is typed, where it is one. Untrusted text.
    pub command: Option<String>,
    /// What it is for: a fragment. Untrusted text.
    pub says: String,
}

fn command(command: impl Into<String>, says: impl Into<String>) -> Next {
    Next { command: Some(command.into()), says: says.into() }
}

fn advice(says: impl Into<String>) -> Next {
    Next { command: None, says: says.into() }
}

impl Refused<'_> {
    /// What to do about the first of the causes.
    pub(super) fn next(&self, kind: Kind) -> Vec<Next> {
        match kind {
            Kind::NoToken => vec![command(self.again(""), "call it with a token of yours")],
            Kind::Audience => self.other_audience(),
            Kind::Time => vec![
                advice("set the clock of this machine, where it is not right"),
                command(self.again(""), "a new token is got each time"),
            ],
            Kind::BadToken => vec![command(
                self.again(" --via adc"),
                "try the credentials of programs; `--via gcloud`, `metadata`, `key` and `impersonate` are the other ways",
            )],
            Kind::NotGranted | Kind::Over => self.to_be_granted(),
            Kind::Condition => vec![self.ask_why("what the grant asks for")],
            Kind::TooNew => vec![
                command(self.again(""), "call it again in a few minutes"),
                self.ask_why("what is granted"),
            ],
            Kind::Denied => vec![command(
                format!(
                    "callmap explain {} {} --deny{}",
                    word(self.caller_word()),
                    self.name(),
                    self.options
                ),
                "which policy and which rule: whoever keeps it can except the caller",
            )],
            Kind::Ingress => vec![
                advice(format!("call it from inside its network{}", self.or_ask("to open its ingress"))),
                command(
                    format!("gcloud run services update {} --ingress all", self.gcloud()),
                    "opens it to the internet: for whoever deploys it",
                ),
            ],
            Kind::DefaultUrl => vec![advice(format!(
                "call it where it answers, at its load balancer or its own domain{}",
                self.or_ask("which address that is")
            ))],
            Kind::Proxy => self.to_the_proxy(),
            Kind::Nowhere => vec![command(
                format!("gcloud run services list{}", self.project()),
                "the functions that there are, and where they answer",
            )],
            Kind::Own => vec![command(
                format!("gcloud run services logs read {} --limit 20", self.gcloud()),
                "what the function itself has to say about it",
            )],
        }
    }

    /// The same call once more.
    fn again(&self, options: &str) -> String {
        format!("callmap call {}{options}{}", word(self.called), self.options)
    }

    /// The function as callmap knows it.
    fn name(&self) -> String {
        match (&self.declared, self.function) {
            (Some(declared), _) => word(&declared.name),
            (None, Some(function)) => word(&function.to_string()),
            (None, None) => word(self.called),
        }
    }

    /// The function as gcloud knows it.
    fn gcloud(&self) -> String {
        match self.function {
            Some(ServiceName { project, location, service }) => {
                format!("{} --region {} --project {}", word(service), word(location), word(project))
            }
            None => "SERVICE --region REGION".to_owned(),
        }
    }

    fn project(&self) -> String {
        self.function.map(|function| format!(" --project {}", word(&function.project))).unwrap_or_default()
    }

    fn or_ask(&self, what: &str) -> String {
        let owner = self.declared.as_ref().and_then(|declared| declared.owner);
        owner.map_or_else(String::new, |owner| format!(", or ask {owner} {what}"))
    }

    fn ask_why(&self, says: &str) -> Next {
        let caller = word(self.caller_word());
        command(format!("callmap explain {caller} {}{}", self.name(), self.options), says)
    }

    fn other_audience(&self) -> Vec<Next> {
        let Brought::Token { claims, .. } = self.brought else { return vec![command(self.again(""), "")] };
        if *claims.audience == *GCLOUD {
            let says = "people alone may call with a token for gcloud: this gets one for the function";
            return vec![command(self.again(" --via impersonate"), says)];
        }
        if claims.audience.ends_with(".apps.googleusercontent.com") {
            return vec![command(
                self.again(" --via gcloud"),
                "with gcloud's own login, whose tokens Cloud Run takes from people",
            )];
        }
        // Without an audience of somebody's own, a token is for the address that was called.
        if self.is_googles {
            return vec![command(
                self.again(""),
                "without `--audience`, the token is for the function itself",
            )];
        }
        vec![command(
            self.again(" --audience https://SERVICE-NUMBER.REGION.run.app"),
            "with a token for the address that Cloud Run gave the function: `gcloud run services list` shows it",
        )]
    }

    /// The line for the map, or the command that grants where there is none.
    fn to_be_granted(&self) -> Vec<Next> {
        let Some(declared) = &self.declared else { return self.without_a_map() };
        let ask = declared.owner.map_or_else(|| "its owner".to_owned(), ToOwned::to_owned);
        if declared.is_event_driven {
            return vec![advice(format!("ask {ask}: the map says that its event source alone may call it"))];
        }
        if let Some(edge) = declared.edge.as_ref().filter(|edge| edge.is_in_force(self.now)) {
            return self.declared_already(declared, edge, &ask);
        }
        let says = format!("the line for the map: put what it changes into a pull request, and ask {ask}");
        let mut next = vec![command(self.grant_line(declared), says)];
        next.extend(declared.written_by.map(elsewhere));
        next
    }

    fn grant_line(&self, declared: &Declared<'_>) -> String {
        // People get in for a while; what runs by itself stays.
        let is_person = match self.brought {
            Brought::Token { principal: Some(principal), .. } => {
                matches!(principal.kind(), PrincipalKind::User(_))
            }
            _ => true,
        };
        let how_long = if is_person { "--for 8h" } else { "--permanent" };
        let (caller, name) = (word(self.caller_word()), word(&declared.name));
        format!("callmap grant {caller} {name} {how_long} --reason \"WHY\"{}", self.options)
    }

    fn declared_already(&self, declared: &Declared<'_>, edge: &DeclaredEdge, ask: &str) -> Vec<Next> {
        let place = format!("{}:{}", edge.place.file, edge.place.line);
        let says = format!("it is declared ({place}): whoever applies the map puts it in; ask {ask}");
        let mut next = vec![command(format!("callmap plan{}", self.options), says)];
        next.extend(declared.written_by.map(elsewhere));
        next
    }

    fn without_a_map(&self) -> Vec<Next> {
        let (caller, role) = (word(self.caller_word()), word(self.role.as_str()));
        let grant = format!(
            "gcloud run services add-iam-policy-binding {} --member {caller} --role {role}",
            self.gcloud()
        );
        vec![command(grant, "what whoever administers the project runs, to grant it: send them this line")]
    }

    fn to_the_proxy(&self) -> Vec<Next> {
        let caller = word(self.caller_word());
        let grant = format!(
            "gcloud iap web add-iam-policy-binding --resource-type=cloud-run --service {} --member {caller} \
             --role roles/iap.httpsResourceAccessor",
            self.gcloud()
        );
        vec![
            command(
                self.again(" --audience CLIENT_ID.apps.googleusercontent.com"),
                "programs bring a token for the client of IAP: ask whoever set it up for its id",
            ),
            command(
                grant,
                "what whoever administers the project runs, to let you through: IAP has a policy of its own",
            ),
        ]
    }
}

fn elsewhere(writer: Writer) -> Next {
    let who = match writer {
        Writer::Terraform => "Terraform writes the policy of this function",
        Writer::Other => "another tool writes the policy of this function",
    };
    advice(format!("{who}: the grant has to be put in there"))
}

/// A word as a shell takes it.
fn word(text: &str) -> String {
    // What no shell can take is shown as it is, and does nothing.
    shlex::try_quote(text).map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned)
}

//! Why a name on the command line means nothing, and what to write instead.

/// Why a name on the command line means nothing, or too much.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// No function has this name.
    #[error("no function `{text}` was found{}", hint(near.as_deref()))]
    NoFunction {
        /// What was asked for.
        text: String,
        /// What was most likely meant.
        near: Option<String>,
    },
    /// The map declares it, and it is not there.
    #[error("`{0}` is declared and not live: deploy it first, or name another function")]
    NotLive(String),
    /// Several functions have this name.
    #[error("`{text}` may be {}: write the one that is meant", list(candidates))]
    Ambiguous {
        /// What was asked for.
        text: String,
        /// What it may mean, in full.
        candidates: Vec<String>,
    },
    /// No function answers at this address.
    #[error(
        "no function that was read answers at `{0}`: name it by its resource, \
         `projects/PROJECT/locations/REGION/services/SERVICE`"
    )]
    NoAddress(String),
    /// It is of none of the forms that name a function.
    #[error(
        "`{0}` does not name a function: write its short name, `REGION/NAME`, \
         `projects/PROJECT/locations/REGION/services/SERVICE` or its URL"
    )]
    NotAName(String),
    /// A caller without a kind.
    #[error("`{text}` does not say what kind of caller it is: write {}", list(forms))]
    NoKind {
        /// What was asked for.
        text: String,
        /// What may have been meant.
        forms: Vec<String>,
    },
    /// A caller whose kind is spelled otherwise.
    #[error("`{text}` is not how this caller is written: did you mean `{right}`?")]
    Misspelled {
        /// What was asked for.
        text: String,
        /// How it is written.
        right: String,
    },
    /// A kind with nothing behind it.
    #[error("`{0}` names nobody: write `kind:name`")]
    NoName(String),
    /// `me` without credentials.
    #[error(
        "who `me` is cannot be known without credentials: name the caller, for example `user:you@example.com`, \
         or log in with `gcloud auth application-default login`"
    )]
    NoMe,
    /// The account that a function runs as is not known.
    #[error(
        "which account `{0}` runs as is not known, as its settings or the number of its project were not read: \
         name the account, or give `runs_as` in the map"
    )]
    NoAccount(String),
}

fn hint(near: Option<&str>) -> String {
    near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default()
}

fn list(options: &[String]) -> String {
    let quoted: Vec<String> = options.iter().map(|option| format!("`{option}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// Of pairs of a name and what to suggest for it, the suggestion whose name is most like this one.
pub(super) fn nearest(name: &str, options: impl Iterator<Item = (String, String)>) -> Option<String> {
    let name = name.to_lowercase();
    let mut best: Option<(f64, String)> = None;
    for (option, suggestion) in options {
        let likeness = strsim::jaro_winkler(&name, &option.to_lowercase());
        if likeness > 0.8 && best.as_ref().is_none_or(|(most, _)| likeness > *most) {
            best = Some((likeness, suggestion));
        }
    }
    best.map(|(_, suggestion)| suggestion)
}

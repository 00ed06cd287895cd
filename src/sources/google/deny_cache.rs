//! Deny policies that were read before: there are five reads a minute, and they seldom change.
//!
//! A policy is kept with the host it came from, and is good as long as a list that was just read tells the same
//! name, uid and etag. Nothing else of the file is believed, and a file that is not as it should be is none.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    model::DenyPolicy,
    sources::{intern::Interner, wire::deny},
};

/// The form of the file.
const FORMAT: &str = "callmap-deny-policies/1";
/// The largest file that is read.
const LARGEST: u64 = 32 * 1024 * 1024;
/// So many policies are kept.
const MOST: usize = 5_000;

/// What tells one state of a policy from all others, in a list as in the policy itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(expecting = "a deny policy")]
pub(super) struct Stamp {
    name: String,
    uid: Option<String>,
    etag: Option<String>,
}

impl Stamp {
    /// The last part of its name.
    pub(super) fn id(&self) -> &str {
        self.name.rsplit_once("/denypolicies/").map_or("", |(_, id)| id)
    }

    /// Whether it has an id that is one part of a name.
    pub(super) fn is_plain(&self) -> bool {
        !self.id().is_empty() && !self.id().contains('/')
    }

    /// Without both of them two states of a policy look the same.
    fn is_telling(&self) -> bool {
        [&self.uid, &self.etag].iter().all(|word| word.as_deref().is_some_and(|word| !word.is_empty()))
    }
}

/// The file as it was found, and what of it is kept.
#[derive(Debug)]
pub(super) struct Cache {
    path: PathBuf,
    host: String,
    /// Of this host.
    old: BTreeMap<Stamp, DenyPolicy>,
    used: Vec<(Stamp, DenyPolicy)>,
    /// Of other hosts.
    others: Vec<Entry>,
    is_changed: bool,
}

#[derive(Deserialize, Serialize)]
struct Contents {
    format: String,
    policies: Vec<Entry>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Entry {
    host: String,
    policy: Box<RawValue>,
}

impl Cache {
    /// Opens what is kept at this place of the policies of one host; what cannot be read is empty.
    pub(super) fn open(path: &Path, host: &str) -> Self {
        let mut cache = Self {
            path: path.to_owned(),
            host: host.to_owned(),
            old: BTreeMap::new(),
            used: Vec::new(),
            others: Vec::new(),
            is_changed: false,
        };
        let contents = read(path).ok().and_then(|bytes| serde_json::from_slice::<Contents>(&bytes).ok());
        let Some(Contents { policies, .. }) = contents.filter(|contents| contents.format == FORMAT) else {
            return cache;
        };
        for entry in policies {
            if entry.host != host {
                cache.others.push(entry);
                continue;
            }
            let json = entry.policy.get();
            let stamp = serde_json::from_str::<Stamp>(json).ok().filter(Stamp::is_telling);
            let policy = deny::policy(json, "", &mut Interner::default()).ok();
            if let (Some(stamp), Some(policy)) = (stamp, policy) {
                cache.old.insert(stamp, policy);
            }
        }
        cache
    }

    /// The policy that a list which was just read tells of.
    pub(super) fn take(&mut self, stamp: &Stamp) -> Option<DenyPolicy> {
        let policy = self.old.get(stamp).filter(|_| stamp.is_telling())?.clone();
        self.used.push((stamp.clone(), policy.clone()));
        Some(policy)
    }

    /// Keeps a policy that was just read.
    pub(super) fn keep(&mut self, stamp: Stamp, policy: &DenyPolicy) {
        if stamp.is_telling() {
            self.used.push((stamp, policy.clone()));
            self.is_changed = true;
        }
    }

    /// Writes the file where anything is new in it. Where that cannot be done, the next run reads again.
    pub(super) fn close(self) {
        if self.is_changed {
            let _ = self.write();
        }
    }

    fn write(self) -> io::Result<()> {
        let Self { path, host, mut old, used, others, is_changed: _ } = self;
        // Another state of the same policy is no more.
        let names: Vec<&str> = used.iter().map(|(stamp, _)| stamp.name.as_str()).collect();
        old.retain(|stamp, _| !names.contains(&stamp.name.as_str()));
        let own = used.iter().map(|(_, policy)| policy).chain(old.values());
        let own = own.filter_map(|policy| RawValue::from_string(policy.text.to_string()).ok());
        let own = own.map(|policy| Entry { host: host.clone(), policy });
        let policies = own.chain(others).take(MOST).collect();
        let bytes = serde_json::to_vec(&Contents { format: FORMAT.to_owned(), policies })?;
        replace(&path, &bytes)
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

/// Puts a file there that its owner alone may read, whole or not at all.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let dir = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)?;
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    });
    if written.is_err() {
        // What went wrong first is what counts.
        let _ = fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"{"name":"policies/x/denypolicies/no","uid":"u","etag":"e","rules":[{"denyRule":{"deniedPrincipals":["principalSet://goog/public:all"]}}]}"#;

    fn stamp(etag: &str) -> Stamp {
        Stamp { name: "policies/x/denypolicies/no".into(), uid: Some("u".into()), etag: Some(etag.into()) }
    }

    fn policy() -> DenyPolicy {
        deny::policy(POLICY, "", &mut Interner::default()).unwrap()
    }

    fn kept(path: &Path, host: &str) {
        let mut cache = Cache::open(path, host);
        cache.keep(stamp("e"), &policy());
        cache.close();
    }

    #[test]
    fn a_policy_is_good_for_its_host_and_its_etag_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("callmap/deny.json");
        kept(&path, "iam.googleapis.com");
        kept(&path, "127.0.0.1:80");
        for host in ["iam.googleapis.com", "127.0.0.1:80"] {
            assert_eq!(Cache::open(&path, host).take(&stamp("e")), Some(policy()));
        }
        assert_eq!(Cache::open(&path, "127.0.0.1:81").take(&stamp("e")), None);
        assert_eq!(Cache::open(&path, "127.0.0.1:80").take(&stamp("f")), None);
        let other = Stamp { uid: None, ..stamp("e") };
        assert_eq!(Cache::open(&path, "127.0.0.1:80").take(&other), None);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_is_not_as_it_should_be_is_none_and_is_written_anew() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deny.json");
        for wrong in [
            "",
            "{",
            "[]",
            r#"{"format":"other","policies":[]}"#,
            r#"{"format":"callmap-deny-policies/1","policies":[{"host":"h","policy":[]},{"host":"h","policy":{"name":7}}]}"#,
            r#"{"format":"callmap-deny-policies/1","policies":[{"host":"h","policy":{"name":"policies/x/denypolicies/no","uid":"u","etag":"e","rules":{}}}]}"#,
        ] {
            fs::write(&path, wrong).unwrap();
            assert_eq!(Cache::open(&path, "h").take(&stamp("e")), None, "{wrong}");
            kept(&path, "h");
            assert_eq!(Cache::open(&path, "h").take(&stamp("e")), Some(policy()), "{wrong}");
        }
    }
}

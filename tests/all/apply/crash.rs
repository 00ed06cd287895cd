//! Killed at every write and every sync, one by one: what was begun can be finished or taken back, and no
//! binding of anybody is lost.
//!
//! The test starts its own program once for each operation, to be killed (SIGKILL) there; policies are files that
//! outlive it. An operation that writes to a file is killed before it and in the middle of it.
#![cfg(unix)]

use std::{
    cell::Cell,
    env, fs, io,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::Command,
    rc::Rc,
};

use callmap::{
    apply::{
        Document, End, PolicyReader, PolicyWriter, Ran, ReadFailure, WriteFailure, content,
        journal::{Directory, Disk, Journal, LocalDisk, Log, Work},
        recall,
    },
    model::{Principal, Resource, ServiceName},
    world::Settings,
};
use serde_json::{Value, json};

use super::{
    cloud::{Cloud, resource},
    story::{self, DESK, PAY, PROJECT, Stage, before, usual},
};

const DIR: &str = "CALLMAP_TEST_CRASH_DIR";
const WORK: &str = "CALLMAP_TEST_CRASH_WORK";
const AT: &str = "CALLMAP_TEST_CRASH_AT";

/// Counts what is done, and ends at what it is told to.
#[derive(Clone)]
struct Fuse {
    left: Rc<Cell<Option<usize>>>,
}

impl Fuse {
    fn at(left: Option<usize>) -> Self {
        Self { left: Rc::new(Cell::new(left)) }
    }

    fn is_over(&self) -> bool {
        match self.left.get() {
            Some(0) => true,
            Some(left) => {
                self.left.set(Some(left - 1));
                false
            }
            None => false,
        }
    }

    fn pass(&self) {
        if self.is_over() {
            Self::burn();
        }
    }

    fn burn() -> ! {
        Command::new("sh").arg("-c").arg(format!("kill -9 {}", std::process::id())).status().unwrap();
        unreachable!("nobody comes back from SIGKILL")
    }
}

/// The disk, killed at one operation.
struct Fragile(Fuse);

struct FragileLog(Fuse, Box<dyn Log>);

impl Disk for Fragile {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.0.pass();
        LocalDisk.create_dir(path)
    }
    fn create(&self, path: &Path) -> io::Result<Box<dyn Log>> {
        self.0.pass();
        Ok(Box::new(FragileLog(self.0.clone(), LocalDisk.create(path)?)))
    }
    fn reopen(&self, path: &Path, keep: u64) -> io::Result<Box<dyn Log>> {
        self.0.pass();
        Ok(Box::new(FragileLog(self.0.clone(), LocalDisk.reopen(path, keep)?)))
    }
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        LocalDisk.read(path)
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        LocalDisk.list(dir)
    }
    fn lock(&self, path: &Path, is_waiting: &mut dyn FnMut()) -> io::Result<Box<dyn Send>> {
        self.0.pass();
        LocalDisk.lock(path, is_waiting)
    }
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.0.pass();
        LocalDisk.sync_dir(dir)
    }
}

impl Log for FragileLog {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.pass();
        if self.0.is_over() {
            self.1.append(&bytes[..bytes.len() / 2])?;
            Fuse::burn();
        }
        self.1.append(bytes)
    }
    fn sync(&mut self) -> io::Result<()> {
        self.0.pass();
        self.1.sync()
    }
}

/// Policies in files; the writer is killed before and after each write.
struct Shelf(PathBuf, Fuse);

impl Shelf {
    fn file(&self, resource: &Resource) -> PathBuf {
        self.0.join(resource.to_string().replace('/', "+"))
    }
    fn raw(&self, resource: &Resource) -> Value {
        serde_json::from_slice(&fs::read(self.file(resource)).unwrap()).unwrap()
    }
    fn put(&self, resource: &Resource, mut policy: Value) {
        let count = |etag: &Value| etag.as_str().and_then(|etag| etag.parse().ok()).unwrap_or(0_u64);
        policy["etag"] = (count(&policy["etag"]) + 1).to_string().into();
        let beside = self.0.join("beside");
        fs::write(&beside, policy.to_string()).unwrap();
        fs::rename(beside, self.file(resource)).unwrap();
    }
    fn policies(&self) -> Vec<Value> {
        [PAY, DESK, PROJECT].map(|name| self.raw(&resource(name))).to_vec()
    }
}

impl PolicyReader for Shelf {
    fn policy(&self, resource: &Resource) -> Result<Document, ReadFailure> {
        Ok(Document::read(self.raw(resource)).unwrap())
    }
    fn service(&self, _: &ServiceName) -> Result<Option<Settings>, ReadFailure> {
        Ok(Some(Settings { uid: Some("u1".into()), ..Settings::plain() }))
    }
    fn identity(&self, _: &ServiceName) -> Result<Option<Principal>, ReadFailure> {
        Ok(None)
    }
}

impl PolicyWriter for Shelf {
    fn replace(&self, resource: &Resource, policy: &Value) -> Result<Document, WriteFailure> {
        self.1.pass();
        if policy["etag"] != self.raw(resource)["etag"] {
            return Err(WriteFailure::Aborted);
        }
        self.put(resource, policy.clone());
        self.1.pass();
        Ok(Document::read(self.raw(resource)).unwrap())
    }
}

/// A run that is killed, and what is left of it: policies and journals.
struct Scene {
    path: PathBuf,
    /// Nothing where the directory belongs to whoever started this process.
    _dir: Option<tempfile::TempDir>,
}

impl Scene {
    fn new() -> Self {
        let scene = Self::empty();
        fs::create_dir(scene.policies()).unwrap();
        for (name, policy) in before() {
            scene.store(&Fuse::at(None)).put(&resource(name), policy);
        }
        scene
    }

    fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { path: dir.path().to_owned(), _dir: Some(dir) }
    }

    /// The same, to go another way from here.
    fn copied(&self) -> Self {
        let copy = Self::empty();
        for part in ["policies", "journals"] {
            fs::create_dir(copy.path.join(part)).unwrap();
            let Ok(files) = fs::read_dir(self.path.join(part)) else { continue };
            for file in files {
                let file = file.unwrap();
                fs::copy(file.path(), copy.path.join(part).join(file.file_name())).unwrap();
            }
        }
        copy
    }

    fn policies(&self) -> PathBuf {
        self.path.join("policies")
    }
    fn journals(&self) -> PathBuf {
        self.path.join("journals")
    }
    fn store(&self, fuse: &Fuse) -> Shelf {
        Shelf(self.policies(), fuse.clone())
    }
    fn now(&self) -> Vec<Value> {
        self.store(&Fuse::at(None)).policies()
    }

    /// Does this in a process of its own, to be killed there. Whether it was.
    fn is_killed(&self, work: &str, at: usize) -> bool {
        let mut child = Command::new(env::current_exe().unwrap());
        child.args(["--exact", "apply::crash::the_one_that_is_killed", "--ignored", "--quiet"]);
        // Whoever is killed takes no directory of its own away.
        child.env("TMPDIR", &self.path);
        let child = child.env(DIR, &self.path).env(WORK, work).env(AT, at.to_string());
        let output = child.output().unwrap();
        let is_killed = output.status.signal() == Some(9);
        assert!(is_killed || output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        is_killed
    }

    /// Does it here: `apply`, or `resume` or `undo` of what is under way.
    fn work(&self, work: &str, fuse: &Fuse) -> Option<Ran> {
        let disk = Fragile(fuse.clone());
        let (store, stage) = (self.store(fuse), Stage::new());
        let both: story::Both<'_> = (&store, &store);
        let directory = Directory::enter(&disk, &self.journals(), &mut || {}).unwrap();
        let unfinished = directory.unfinished(&disk).unwrap();
        if work == "apply" {
            assert_eq!(unfinished, []);
            let plan = usual();
            let mut journal = directory.begin(&disk, &story::header(&plan)).unwrap();
            return Some(story::carry_out(&plan, &stage, both, &mut journal, false));
        }
        let Some(under_way) = unfinished.into_iter().next() else {
            // Nothing was begun, or all was over; what was whole can still be taken back.
            let is_whole = work == "undo" && self.journals().exists();
            let path = is_whole.then(|| latest(&self.journals())).flatten()?;
            return Some(story::undo_journal(&disk, &path, &self.journals(), &stage, both));
        };
        let (path, recorded) = (under_way.path, under_way.recorded);
        Some(match (&recorded.header.work, work) {
            (Work::Apply { .. }, "resume") => story::resume_apply(&disk, &path, &stage, both),
            (Work::Undo { tasks, .. }, "resume") => {
                let undoings = recall::read(tasks.clone()).unwrap();
                let mut journal = Journal::resume(&disk, &path, &recorded).unwrap();
                let of = &recorded.header.work.taken_back(&path).unwrap();
                let recorded = callmap::apply::journal::read(&disk, of).unwrap().unwrap();
                let taken_back = Journal::resume(&disk, of, &recorded).unwrap();
                story::take_back(&undoings, &stage, both, (&mut journal, taken_back))
            }
            (_, "undo") => story::undo_journal(&disk, &path, &self.journals(), &stage, both),
            (_, other) => panic!("{other}"),
        })
    }

    fn is_under_way(&self) -> bool {
        let directory = Directory::enter(&LocalDisk, &self.journals(), &mut || {}).unwrap();
        !directory.unfinished(&LocalDisk).unwrap().is_empty()
    }

    /// Whether the journal of an undo was begun.
    fn is_taken_back(&self) -> bool {
        let files = LocalDisk.list(&self.journals()).unwrap();
        let undo = files.iter().find(|path| path.to_string_lossy().contains("-undo-"));
        undo.is_some_and(|path| callmap::apply::journal::read(&LocalDisk, path).unwrap().is_some())
    }

    /// Somebody else gives somebody something on each policy.
    fn second_writer(&self) {
        let store = self.store(&Fuse::at(None));
        for name in [PAY, DESK, PROJECT] {
            let mut policy = store.raw(&resource(name));
            let other = json!({"role": "roles/viewer", "members": ["user:other@example.com"]});
            policy["bindings"].as_array_mut().unwrap().push(other);
            store.put(&resource(name), policy);
        }
    }
}

/// The journal of the apply, where there is a whole one.
fn latest(dir: &Path) -> Option<PathBuf> {
    let path =
        LocalDisk.list(dir).unwrap().into_iter().find(|path| path.to_string_lossy().contains("-apply-"))?;
    let recorded = callmap::apply::journal::read(&LocalDisk, &path).unwrap()?;
    recorded.undone_by.is_none().then_some(path)
}

/// What the policies are before and once the plan was carried out.
fn ends() -> (Vec<Value>, Vec<Value>) {
    let (cloud, stage) = (Cloud::with(&before()), Stage::new());
    let policies = |cloud: &Cloud<'_>| [PAY, DESK, PROJECT].map(|name| cloud.raw(&resource(name))).to_vec();
    let was = policies(&cloud);
    stage.apply(&usual(), &cloud);
    (was, policies(&cloud))
}

fn is_same(left: &[Value], right: &[Value]) -> bool {
    left.iter().zip(right).all(|(left, right)| content::is_same(left, right))
}

/// Each policy is as before or as planned, and nothing above went before what it needs.
fn check(now: &[Value], (was, done): (&[Value], &[Value])) {
    for (index, policy) in now.iter().enumerate() {
        let is_whole = content::is_same(policy, &was[index]) || content::is_same(policy, &done[index]);
        assert!(is_whole, "{policy}");
    }
    if content::is_same(&now[2], &done[2]) {
        assert!(is_same(&now[..2], &done[..2]), "what is above went first");
    }
}

#[test]
#[ignore = "started by the other tests, to be killed"]
fn the_one_that_is_killed() {
    let (Ok(dir), Ok(work), Ok(at)) = (env::var(DIR), env::var(WORK), env::var(AT)) else { return };
    let scene = Scene { path: dir.into(), _dir: None };
    let ran = scene.work(&work, &Fuse::at(Some(at.parse().unwrap())));
    assert_eq!(ran.unwrap().end(), End::Done);
}

/// Kills this work at each of its operations, one by one; gives what is left each time.
fn killed_everywhere(from: impl Fn() -> Scene, work: &str) -> Vec<Scene> {
    let mut left = Vec::new();
    loop {
        let scene = from();
        if !scene.is_killed(work, left.len()) {
            assert!(left.len() > 20, "{work} ended after {} operations", left.len());
            return left;
        }
        left.push(scene);
    }
}

/// Goes on from here, and takes back from here.
fn recovers(scene: &Scene, resumed: &[Value], undone: &[Value]) {
    for (work, expected) in [("resume", resumed), ("undo", undone)] {
        let copy = scene.copied();
        if copy.is_under_way() {
            assert_eq!(copy.work(work, &Fuse::at(None)).unwrap().end(), End::Done);
            assert!(is_same(&copy.now(), expected), "{work}: {:?}", copy.now());
            assert!(!copy.is_under_way(), "{work}");
        }
    }
}

/// What an apply leaves that nobody killed.
fn whole() -> Scene {
    let scene = Scene::new();
    assert_eq!(scene.work("apply", &Fuse::at(None)).unwrap().end(), End::Done);
    scene
}

#[test]
fn an_apply_that_was_killed_anywhere_is_finished_or_taken_back() {
    let (was, done) = ends();
    let left = killed_everywhere(Scene::new, "apply");
    for scene in &left {
        check(&scene.now(), (&was, &done));
        recovers(scene, &done, &was);
        if !scene.is_under_way() && is_same(&scene.now(), &was) {
            // Killed before anything was begun: nothing stands in the way of beginning again.
            assert_eq!(scene.work("apply", &Fuse::at(None)).unwrap().end(), End::Done);
            assert!(is_same(&scene.now(), &done));
        }
    }
    assert!(left.iter().any(|scene| is_same(&scene.now(), &done)), "some were killed after the last write");
}

#[test]
fn what_others_write_after_it_was_killed_is_never_lost() {
    let (was, done) = ends();
    let with_other = |policies: &[Value]| -> Vec<Value> {
        let other = json!({"role": "roles/viewer", "members": ["user:other@example.com"]});
        let mut policies = policies.to_vec();
        for policy in &mut policies {
            policy["bindings"].as_array_mut().unwrap().push(other.clone());
        }
        policies
    };
    for scene in killed_everywhere(Scene::new, "apply") {
        scene.second_writer();
        recovers(&scene, &with_other(&done), &with_other(&was));
    }
}

#[test]
fn an_undo_that_was_killed_anywhere_is_finished_or_taken_back() {
    let (was, done) = ends();
    for scene in killed_everywhere(whole, "undo") {
        check(&scene.now(), (&was, &done));
        recovers(&scene, &was, &done);
    }
}

#[test]
fn going_on_can_be_killed_anywhere_too() {
    let (was, done) = ends();
    // The first write is done, and nobody noted it.
    let first = killed_everywhere(Scene::new, "apply").into_iter().find(|scene| !is_same(&scene.now(), &was));
    let first = first.unwrap();
    for work in ["resume", "undo"] {
        for scene in killed_everywhere(|| first.copied(), work) {
            check(&scene.now(), (&was, &done));
            // What is under way is the apply, or an undo of it.
            let copy = scene.copied();
            while copy.is_under_way() {
                copy.work("resume", &Fuse::at(None)).unwrap();
            }
            let is_begun = work == "undo" && scene.is_taken_back();
            assert!(is_same(&copy.now(), if is_begun { &was } else { &done }), "{work}");
        }
    }
}

//! Two functions below a project: a plan for them, carried out and taken back.

use std::{cell::Cell, collections::BTreeMap, path::PathBuf, time::Duration};

use callmap::{
    access::RoleBook,
    apply::{
        Clock, Ground, Hands, Outcome, PolicyReader, PolicyWriter, Ran, Stop, Undoing,
        journal::{self, Directory, Disk, Header, Journal, LocalDisk, Work},
        recall, run,
    },
    model::{Condition, Principal, Resource, RoleName, RuleId, Time, time::moment},
    plan::{
        Change, Class, Deed, Footing, Made, MapDigest, Plan, PlanOptions, Protected, ServiceState, Step,
        StepId,
    },
    sources::plan_file,
    world::{Source, SourceKind, World},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::cloud::{Cloud, resource};

pub(crate) const PAY: &str = "projects/shop-prod/locations/europe-west1/services/pay";
pub(crate) const DESK: &str = "projects/shop-prod/locations/europe-west1/services/desk";
pub(crate) const PROJECT: &str = "projects/shop-prod";
pub(crate) const INVOKER: &str = "roles/run.invoker";
pub(crate) const WEB: &str = "serviceAccount:web@shop-prod.iam.gserviceaccount.com";
pub(crate) const OPS: &str = "group:ops@example.com";

/// A clock that only goes on when somebody sleeps.
pub(crate) struct Still(Cell<Time>);

impl Still {
    pub(crate) fn new() -> Self {
        Self::at(moment("2026-11-23T00:00:00Z").unwrap())
    }
    pub(crate) fn at(now: Time) -> Self {
        Self(Cell::new(now))
    }
    pub(crate) fn since_start(&self) -> Duration {
        (self.0.get() - moment("2026-11-23T00:00:00Z").unwrap()).to_std().unwrap()
    }
}

impl Clock for Still {
    fn now(&self) -> Time {
        self.0.get()
    }
    fn sleep(&self, time: Duration) {
        self.0.set(self.0.get() + TimeDelta::from_std(time).unwrap());
    }
}

pub(crate) fn change(deed: Deed, member: &str) -> Change {
    Change {
        deed,
        class: if deed == Deed::Add { Class::Add } else { Class::Remove },
        role: RoleName::new(INVOKER),
        principal: Principal::new(member),
        condition: None,
        rule: if deed == Deed::Add { RuleId::BorrowedCaller } else { RuleId::UndeclaredCaller },
        because: "so it is declared".to_owned(),
    }
}

pub(crate) fn until(mut change: Change, end: &str) -> Change {
    change.condition = Some(Condition {
        title: "callmap: until".into(),
        description: None,
        expression: format!("request.time < timestamp(\"{end}\")").into(),
        location: None,
    });
    change
}

pub(crate) fn protected(service: &str, member: &str) -> Protected {
    Protected { service: service.parse().unwrap(), principal: Principal::new(member), until: None }
}

pub(crate) fn step(number: u32, name: &str, changes: Vec<Change>) -> Step {
    let resource = resource(name);
    let service = matches!(resource, Resource::Service(_)).then(|| ServiceState {
        uid: Some("u1".into()),
        is_check_disabled: false,
        is_iap_enabled: false,
        sources: [].into(),
    });
    Step {
        id: StepId(number),
        resource,
        needs: Vec::new(),
        changes,
        footing: Footing { service, callers: Vec::new() },
        protects: Vec::new(),
        also_opens: Vec::new(),
        also_runs: Vec::new(),
    }
}

pub(crate) fn plan(steps: Vec<Step>) -> Plan {
    Plan {
        made: Made {
            at: moment("2026-11-23T00:00:00Z").unwrap(),
            judged_at: None,
            source: SourceKind::Emulator,
            env: None,
            scope: Vec::new(),
            tool: "0.1.0".into(),
            map: MapDigest { sha256: "0".repeat(64), files: vec!["policies/shop.yaml".into()] },
            options: PlanOptions::default(),
        },
        steps,
        held: Vec::new(),
        waiting: Vec::new(),
        is_complete: true,
    }
}

/// Two callers get their own grants, and the public and the whole group go; then the group above goes.
pub(crate) fn usual() -> Plan {
    let mut pay = step(1, PAY, vec![change(Deed::Add, WEB), change(Deed::Remove, "allUsers")]);
    pay.protects = vec![protected(PAY, WEB)];
    let mut desk = step(2, DESK, vec![change(Deed::Add, "user:ann@example.com")]);
    desk.changes.push(change(Deed::Remove, OPS));
    desk.protects = vec![protected(DESK, "user:ann@example.com")];
    let mut project = step(3, PROJECT, vec![Change { class: Class::Inherited, ..change(Deed::Remove, OPS) }]);
    project.needs = vec![StepId(1), StepId(2)];
    project.protects = vec![protected(DESK, "user:ann@example.com"), protected(PAY, WEB)];
    plan(vec![pay, desk, project])
}

/// The policies that [`usual`] is a plan for.
pub(crate) fn before() -> Vec<(&'static str, Value)> {
    vec![
        (
            PAY,
            json!({"bindings": [{"bindingId": "z", "role": INVOKER, "members": ["user:Old@example.com", "allUsers"]}],
                   "auditConfigs": [{"service": "allServices", "auditLogConfigs": [{"logType": "DATA_READ"}]}], "new": {"b": 1, "a": 2}}),
        ),
        (
            DESK,
            json!({"zero": 0, "bindings": [{"role": "roles/viewer", "members": [OPS]}, {"members": [OPS], "role": INVOKER}]}),
        ),
        (
            PROJECT,
            json!({"bindings": [{"role": "roles/owner", "members": ["user:boss@example.com"]}, {"role": INVOKER, "members": [OPS, "user:other@example.com"]}]}),
        ),
    ]
}

/// Everything that a run is made with besides its policies.
pub(crate) struct Stage {
    dir: tempfile::TempDir,
    pub(crate) clock: Still,
    pub(crate) stop: Stop,
    pub(crate) settle: Duration,
    pub(crate) stale: BTreeMap<StepId, String>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            clock: Still::new(),
            stop: Stop::default(),
            settle: Duration::ZERO,
            stale: BTreeMap::new(),
        }
    }

    /// The one journal of this kind.
    pub(crate) fn journal(&self, kind: &str) -> PathBuf {
        journal_in(self.dir.path(), kind)
    }

    pub(crate) fn apply(&self, plan: &Plan, cloud: &Cloud<'_>) -> Ran {
        let directory = Directory::enter(&LocalDisk, self.dir.path(), &mut || {}).unwrap();
        let header = header(plan);
        let mut journal = directory.begin(&LocalDisk, &header).unwrap();
        carry_out(plan, self, (cloud, cloud), &mut journal, false)
    }

    /// Takes back what the one journal of this kind tells of.
    pub(crate) fn undo(&self, kind: &str, cloud: &Cloud<'_>) -> Ran {
        undo_journal(&LocalDisk, &self.journal(kind), self.dir.path(), self, (cloud, cloud))
    }
}

pub(crate) type Both<'a> = (&'a dyn PolicyReader, &'a dyn PolicyWriter);

pub(crate) fn journal_in(dir: &std::path::Path, kind: &str) -> PathBuf {
    let files = LocalDisk.list(dir).unwrap();
    let is_kind = |path: &&PathBuf| path.to_string_lossy().contains(&format!("-{kind}-"));
    files.iter().rfind(is_kind).unwrap().clone()
}

pub(crate) fn header(plan: &Plan) -> Header {
    let world = world();
    let written = plan_file::Document::new(plan, &world.source, &world.layers, false);
    let work = Work::Apply { plan: serde_json::to_value(&written).unwrap() };
    Header::new(work, "emulator", None, &plan.made.map.sha256, plan.made.at).unwrap()
}

pub(crate) fn world() -> World {
    World::nothing(Source { kind: SourceKind::Emulator, files: Vec::new() })
}

pub(crate) fn carry_out(
    plan: &Plan,
    stage: &Stage,
    (reader, writer): Both<'_>,
    journal: &mut Journal,
    has_written: bool,
) -> Ran {
    let world = world();
    let ground = Ground { reader, roles: RoleBook::new(&world), clock: &stage.clock, stale: &stage.stale };
    let jobs: Vec<_> = plan.steps.iter().map(|step| ground.job(step)).collect();
    let mut hands = Hands {
        reader,
        writer,
        clock: &stage.clock,
        stop: &stage.stop,
        journal,
        taken_back: None,
        tell: &mut |_| {},
        has_written,
    };
    run(&jobs, &BTreeMap::new(), stage.settle, &mut hands)
}

pub(crate) fn resume_apply(disk: &dyn Disk, path: &std::path::Path, stage: &Stage, both: Both<'_>) -> Ran {
    let recorded = journal::read(disk, path).unwrap().unwrap();
    let plan = recall::plan(&recorded.header).unwrap().unwrap();
    let mut journal = Journal::resume(disk, path, &recorded).unwrap();
    carry_out(&plan, stage, both, &mut journal, recorded.has_written())
}

pub(crate) fn undo_journal(
    disk: &dyn Disk,
    path: &std::path::Path,
    dir: &std::path::Path,
    stage: &Stage,
    both: Both<'_>,
) -> Ran {
    let recorded = journal::read(disk, path).unwrap().unwrap();
    let undoings = recall::undoings(&recorded).unwrap();
    let tasks = undoings.iter().map(|undoing| undoing.task().clone()).collect();
    let work = Work::undo(&recorded.header.id, path, &dir.join("own"), tasks);
    let at = recorded.header.made_at + TimeDelta::seconds(1);
    let header = Header::new(work, "emulator", None, &recorded.header.map_digest, at).unwrap();
    let mut journal = Journal::begin(disk, &dir.join(header.file_name()), &header).unwrap();
    let taken_back = Journal::resume(disk, path, &recorded).unwrap();
    take_back(&undoings, stage, both, (&mut journal, taken_back))
}

pub(crate) fn take_back(
    undoings: &[Undoing],
    stage: &Stage,
    (reader, writer): Both<'_>,
    (journal, taken_back): (&mut Journal, Journal),
) -> Ran {
    let jobs: Vec<_> = undoings.iter().map(|undoing| undoing.job(reader)).collect();
    let mut hands = Hands {
        reader,
        writer,
        clock: &stage.clock,
        stop: &stage.stop,
        journal,
        taken_back: Some(taken_back),
        tell: &mut |_| {},
        has_written: false,
    };
    run(&jobs, &BTreeMap::new(), stage.settle, &mut hands)
}

/// What came of each step, as one word each.
pub(crate) fn words(ran: &Ran) -> Vec<&'static str> {
    ran.outcomes.iter().map(|(_, outcome)| outcome.as_str()).collect()
}

pub(crate) fn why(ran: &Ran, index: usize) -> &str {
    ran.outcomes[index].1.why().unwrap_or("it was done")
}

pub(crate) fn is_all_done(ran: &Ran) -> bool {
    ran.outcomes.iter().all(|(_, outcome)| matches!(outcome, Outcome::Done | Outcome::DoneAlready))
}

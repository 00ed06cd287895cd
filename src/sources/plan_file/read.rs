//! What was read becomes a plan.

use std::collections::BTreeSet;

use super::{
    laws,
    text::Text,
    wire::{
        CallerWire, ChangeWire, ConditionWire, DigestWire, Document, EventSourceWire, FootingWire, HeldWire,
        LocationWire, OptionsWire, ProtectedWire, ServiceWire, SourceWire, StepWire, ToolWire, WaitingWire,
    },
};
use crate::{
    callers::Location,
    model::Condition,
    plan::{
        CallerIdentity, Change, Footing, Held, Made, MapDigest, Plan, PlanOptions, Protected, ServiceState,
        Step, Waiting,
    },
};

/// The plan, or what is wrong with it and where.
pub(super) fn plan(wire: Document) -> Result<Plan, String> {
    let Document {
        format: _,
        tool: ToolWire { version, role_data: _, role_data_is_old: _ },
        source: SourceWire { kind, files: _ },
        env,
        at,
        read: _,
        made_at,
        map_digest,
        scope,
        options,
        complete,
        steps,
        held,
        waiting,
    } = wire;
    let made = Made {
        at: made_at.0,
        judged_at: Some(at.0).filter(|at| *at != made_at.0),
        source: kind.0,
        env: env.map(Into::into),
        scope: scope.into_iter().map(|Text(container)| container).collect(),
        tool: version.into(),
        map: digest(map_digest)?,
        options: self::options(options)?,
    };
    let steps = steps.into_iter().enumerate().map(|(at, step)| self::step(step, &format!("steps[{at}]")));
    let plan = Plan {
        made,
        steps: steps.collect::<Result<_, _>>()?,
        held: held.into_iter().map(self::held).collect(),
        waiting: waiting.into_iter().map(self::waiting).collect(),
        is_complete: complete,
    };
    laws::check(&plan)?;
    Ok(plan)
}

/// A list in which nothing stands twice.
fn set<T: Ord>(list: impl IntoIterator<Item = T>, path: &str) -> Result<BTreeSet<T>, String> {
    let mut set = BTreeSet::new();
    for (at, one) in list.into_iter().enumerate() {
        if !set.insert(one) {
            return Err(format!("`{path}[{at}]`: stands there twice"));
        }
    }
    Ok(set)
}

fn digest(wire: DigestWire) -> Result<MapDigest, String> {
    let DigestWire { sha256, files } = wire;
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if sha256.len() != 64 || !sha256.bytes().all(is_hex) {
        return Err(format!("`map_digest.sha256`: `{sha256}` is not a digest of 64 hex digits"));
    }
    Ok(MapDigest { sha256, files: files.into_iter().map(Into::into).collect() })
}

fn options(wire: OptionsWire) -> Result<PlanOptions, String> {
    let OptionsWire { only_adds, include, ignore_event_sources } = wire;
    Ok(PlanOptions {
        is_only_adds: only_adds,
        include: set(include.into_iter().map(|Text(include)| include), "options.include")?,
        ignored_in_sources: set(
            ignore_event_sources.into_iter().map(|Text(principal)| principal),
            "options.ignore_event_sources",
        )?,
    })
}

fn step(wire: StepWire, path: &str) -> Result<Step, String> {
    let StepWire { id, resource, needs, changes, footing, protects, also_opens, also_runs } = wire;
    Ok(Step {
        id: id.0,
        resource: resource.0,
        needs: needs.into_iter().map(|Text(id)| id).collect(),
        changes: changes.into_iter().map(change).collect(),
        footing: self::footing(footing, path)?,
        protects: protects.into_iter().map(protected).collect(),
        also_opens: also_opens.into_iter().map(|Text(service)| service).collect(),
        also_runs: also_runs.into_iter().map(Into::into).collect(),
    })
}

fn change(wire: ChangeWire) -> Change {
    let ChangeWire { change, class, role, member, condition, rule, because } = wire;
    Change {
        deed: change.0,
        class: class.0,
        role: role.0,
        principal: member.0,
        condition: condition.map(self::condition),
        rule: rule.0,
        because,
    }
}

fn condition(wire: ConditionWire) -> Condition {
    let ConditionWire { title, description, expression, location } = wire;
    Condition {
        title: title.into(),
        description: description.map(Into::into),
        expression: expression.into(),
        location: location.map(Into::into),
    }
}

fn footing(wire: FootingWire, path: &str) -> Result<Footing, String> {
    let FootingWire { service, callers } = wire;
    let caller =
        |CallerWire { function, identity }| CallerIdentity { service: function.0, identity: identity.0 };
    Ok(Footing {
        service: service.map(|service| state(service, path)).transpose()?,
        callers: callers.into_iter().map(caller).collect(),
    })
}

fn state(wire: ServiceWire, path: &str) -> Result<ServiceState, String> {
    let ServiceWire { uid, check_disabled, iap_enabled, sources } = wire;
    let source = |EventSourceWire { name, identity }: EventSourceWire| {
        (name.into(), identity.map(|Text(identity)| identity))
    };
    Ok(ServiceState {
        uid: uid.map(Into::into),
        is_check_disabled: check_disabled,
        is_iap_enabled: iap_enabled,
        sources: set(sources.into_iter().map(source), &format!("{path}.footing.service.sources"))?,
    })
}

fn protected(wire: ProtectedWire) -> Protected {
    let ProtectedWire { function, caller, until } = wire;
    Protected { service: function.0, principal: caller.0, until: until.map(|Text(until)| until) }
}

fn held(wire: HeldWire) -> Held {
    let HeldWire { resource, change, rule, caller, reason } = wire;
    let Ok(resource) = resource.parse();
    Held {
        resource,
        change: change.map(self::change),
        rule: rule.0,
        principal: caller.map(|Text(caller)| caller),
        reason,
    }
}

fn waiting(wire: WaitingWire) -> Waiting {
    let WaitingWire { function, caller, declared_at: LocationWire { file, line, column } } = wire;
    Waiting {
        service: function.0,
        caller: caller.into(),
        declared_at: Location { file: file.into(), line, column },
    }
}

//! A plan becomes the shape it is written in.

use std::collections::BTreeMap;

use super::{
    FORMAT,
    object::Entries,
    text::Text,
    wire::{
        CallerWire, ChangeWire, ConditionWire, DigestWire, Document, EventSourceWire, FileWire, FootingWire,
        HeldWire, LocationWire, OptionsWire, ProtectedWire, ServiceWire, SourceWire, StepWire, ToolWire,
        WaitingWire,
    },
};
use crate::{
    access::RoleData,
    callers::Location,
    model::Condition,
    plan::{
        CallerIdentity, Change, Footing, Held, Made, MapDigest, Plan, PlanOptions, Protected, ServiceState,
        Step, Waiting,
    },
    world::{Layer, LayerState, Source, SourceFile},
};

/// All of a plan, and of the world it was made from what a reader of reports wants to know.
pub(super) fn plan(
    plan: &Plan,
    source: &Source,
    layers: &BTreeMap<Layer, LayerState>,
    role_data_is_old: bool,
) -> Document {
    let Plan { made, steps, held, waiting, is_complete } = plan;
    let Made { at, judged_at, source: kind, env, scope, tool, map, options } = made;
    let state = |layer| layers.get(&layer).copied().unwrap_or(LayerState::NotAsked);
    let read = Layer::ALL.into_iter().map(|layer| (Text(layer), Text(state(layer))));
    Document {
        format: FORMAT.to_owned(),
        tool: ToolWire {
            version: tool.to_string(),
            role_data: RoleData::get().date.clone(),
            role_data_is_old,
        },
        source: SourceWire { kind: Text(*kind), files: source.files.iter().map(file).collect() },
        env: env.as_ref().map(ToString::to_string),
        at: Text(judged_at.unwrap_or(*at)),
        read: Entries(read.collect()),
        made_at: Text(*at),
        map_digest: digest(map),
        scope: scope.iter().cloned().map(Text).collect(),
        options: self::options(options),
        complete: *is_complete,
        steps: steps.iter().map(step).collect(),
        held: held.iter().map(self::held).collect(),
        waiting: waiting.iter().map(self::waiting).collect(),
    }
}

fn file(file: &SourceFile) -> FileWire {
    let SourceFile { name, assets, skipped, newest } = file;
    let skipped = skipped.iter().map(|(kind, count)| (kind.to_string(), *count)).collect();
    FileWire { name: name.to_string(), assets: *assets, skipped: Entries(skipped), newest: newest.map(Text) }
}

fn digest(map: &MapDigest) -> DigestWire {
    let MapDigest { sha256, files } = map;
    DigestWire { sha256: sha256.clone(), files: files.iter().map(ToString::to_string).collect() }
}

fn options(options: &PlanOptions) -> OptionsWire {
    let PlanOptions { is_only_adds, include, ignored_in_sources } = options;
    OptionsWire {
        only_adds: *is_only_adds,
        include: include.iter().copied().map(Text).collect(),
        ignore_event_sources: ignored_in_sources.iter().cloned().map(Text).collect(),
    }
}

fn step(step: &Step) -> StepWire {
    let Step { id, resource, needs, changes, footing, protects, also_opens, also_runs } = step;
    StepWire {
        id: Text(*id),
        resource: Text(resource.clone()),
        needs: needs.iter().copied().map(Text).collect(),
        changes: changes.iter().map(change).collect(),
        footing: self::footing(footing),
        protects: protects.iter().map(protected).collect(),
        also_opens: also_opens.iter().cloned().map(Text).collect(),
        also_runs: also_runs.iter().map(ToString::to_string).collect(),
    }
}

fn change(change: &Change) -> ChangeWire {
    let Change { deed, class, role, principal, condition, rule, because } = change;
    ChangeWire {
        change: Text(*deed),
        class: Text(*class),
        role: Text(role.clone()),
        member: Text(principal.clone()),
        condition: condition.as_ref().map(self::condition),
        rule: Text(*rule),
        because: because.clone(),
    }
}

fn condition(condition: &Condition) -> ConditionWire {
    let Condition { title, description, expression, location } = condition;
    ConditionWire {
        title: title.to_string(),
        description: description.as_ref().map(ToString::to_string),
        expression: expression.to_string(),
        location: location.as_ref().map(ToString::to_string),
    }
}

fn footing(footing: &Footing) -> FootingWire {
    let Footing { service, callers } = footing;
    let caller = |caller: &CallerIdentity| {
        let CallerIdentity { service, identity } = caller;
        CallerWire { function: Text(service.clone()), identity: Text(identity.clone()) }
    };
    FootingWire {
        service: service.as_ref().map(self::service),
        callers: callers.iter().map(caller).collect(),
    }
}

fn service(state: &ServiceState) -> ServiceWire {
    let ServiceState { uid, is_check_disabled, is_iap_enabled, sources } = state;
    let sources = sources.iter().map(|(name, identity)| EventSourceWire {
        name: name.to_string(),
        identity: identity.clone().map(Text),
    });
    ServiceWire {
        uid: uid.as_ref().map(ToString::to_string),
        check_disabled: *is_check_disabled,
        iap_enabled: *is_iap_enabled,
        sources: sources.collect(),
    }
}

fn protected(protected: &Protected) -> ProtectedWire {
    let Protected { service, principal, until } = protected;
    ProtectedWire { function: Text(service.clone()), caller: Text(principal.clone()), until: until.map(Text) }
}

fn held(held: &Held) -> HeldWire {
    let Held { resource, change, rule, principal, reason } = held;
    HeldWire {
        resource: resource.to_string(),
        change: change.as_ref().map(self::change),
        rule: Text(*rule),
        caller: principal.clone().map(Text),
        reason: reason.clone(),
    }
}

fn waiting(waiting: &Waiting) -> WaitingWire {
    let Waiting { service, caller, declared_at: Location { file, line, column } } = waiting;
    WaitingWire {
        function: Text(service.clone()),
        caller: caller.to_string(),
        declared_at: LocationWire { file: file.to_string(), line: *line, column: *column },
    }
}

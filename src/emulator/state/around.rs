//! All that decides who may call one service, as lines of assets: what the emulator itself knows, whatever it refuses
//! to tell.

use serde_json::{Value, json};

use super::{Kind, State, container_kind, never_set, object};
use crate::emulator::may;

/// The permission that lets through the Identity-Aware Proxy
/// (<https://cloud.google.com/iap/docs/managing-access#roles>).
const THROUGH_IAP: &str = "iap.webServiceVersions.accessViaIAP";

/// Whose judgement is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::emulator) enum View {
    /// Cloud Run's own.
    CloudRun,
    /// The Identity-Aware Proxy's, told in the words of Cloud Run: who is let through stands there as who may call.
    Proxy,
}

impl State {
    /// The lines, for one service by its relative name. A policy that was never set is an empty one; a gap is only what
    /// the state itself does not hold.
    pub(in crate::emulator) fn around(&self, service: &str, view: View) -> String {
        let service = self.names.canonical(service);
        let project = super::project(&service).map(|project| format!("projects/{project}"));
        let mut way: Vec<String> = project.into_iter().collect();
        let above: Vec<String> =
            way.iter().flat_map(|own| self.names.above(own)).map(str::to_owned).collect();
        way.extend(above);
        let mut lines = vec![self.own(&service, view)];
        lines.extend(way.iter().map(|name| self.container(name, view)));
        for (kind, prefix) in [
            (Kind::Project, "projects/"),
            (Kind::Folder, "folders/"),
            (Kind::ServiceAccount, "projects/"),
            (Kind::Role, ""),
        ] {
            let others = self.assets(kind, prefix).filter(|(name, _)| !way.iter().any(|on| on == name));
            lines.extend(others.map(|(name, asset)| {
                let data = asset.data.as_ref().map(|data| json!({ "data": data }));
                line(kind, name, [("resource", data), ("ancestors", Some(self.ancestors(kind, name)))])
            }));
        }
        lines.extend(self.groups.all());
        let denials = self.deny.lines();
        lines.extend(denials.map(|line| if view == View::Proxy { denied_by_proxy(line) } else { line }));
        lines.extend(self.gaps(&service, &way));
        let texts: Vec<String> = lines.iter().map(Value::to_string).collect();
        texts.join("\n")
    }

    /// The service itself. Nothing of its own lets through the proxy, whose policies of services are not kept here.
    fn own(&self, service: &str, view: View) -> Value {
        let has_data = self.asset(Kind::Service, service).is_some_and(|asset| asset.data.is_some());
        let is_gap = !has_data && self.is_refused("run.services.get", service);
        let data = match view {
            View::CloudRun => self.service(service).filter(|_| !is_gap),
            View::Proxy => Some(json!({ "name": service })),
        };
        // A service of which the state says nothing has the defaults.
        let data = data.map(|mut data| {
            if let Value::Object(fields) = &mut data {
                fields.entry("template").or_insert_with(|| json!({}));
            }
            data
        });
        let policy = match view {
            View::CloudRun => self.told(Kind::Service, service),
            View::Proxy => Some(never_set()),
        };
        let has_way = super::project(service).is_none_or(|project| {
            let own = format!("projects/{project}");
            !self.names.above(&own).is_empty() || !self.is_refused("resourcemanager.projects.get", &own)
        });
        let ancestors = has_way.then(|| self.ancestors(Kind::Service, service));
        let parts = [
            ("resource", data.map(|data| json!({ "data": data }))),
            ("iam_policy", policy),
            ("ancestors", ancestors),
        ];
        line(Kind::Service, service, parts)
    }

    /// Something above it, with its policy.
    fn container(&self, name: &str, view: View) -> Value {
        let kind = container_kind(name);
        let policy = self.told(kind, name).map(|policy| match view {
            View::CloudRun => policy,
            View::Proxy => self.through_proxy(&policy),
        });
        let ancestors = Some(self.ancestors(kind, name));
        line(kind, name, [("iam_policy", policy), ("ancestors", ancestors)])
    }

    /// A policy, where the state holds it, or holds that there is none.
    fn told(&self, kind: Kind, name: &str) -> Option<Value> {
        let permission = format!("{}.getIamPolicy", kind.permissions());
        match self.policy(kind, name) {
            Some(policy) => Some(policy.clone()),
            None if self.is_refused(&permission, name) => None,
            None => Some(never_set()),
        }
    }

    /// What is refused because whoever wrote the state had not seen it.
    fn gaps(&self, service: &str, way: &[String]) -> Vec<Value> {
        let is_unknown = |permission: &str, name: &str| {
            let is_on_way = way.iter().any(|on| on == name);
            match permission {
                "run.services.getIamPolicy" => name == service && self.policy(Kind::Service, name).is_none(),
                "run.services.get" => {
                    let asset = self.asset(Kind::Service, name);
                    name == service && asset.is_none_or(|asset| asset.data.is_none())
                }
                "iam.roles.get" => self.asset(Kind::Role, name).is_none(),
                _ if permission.starts_with("iam.denypolicies.") => {
                    let container = name.split("/denypolicies").next().unwrap_or(name);
                    way.iter().any(|on| on == container) && !self.deny.has(container)
                }
                _ => {
                    permission.ends_with(".getIamPolicy")
                        && is_on_way
                        && self.policy(container_kind(name), name).is_none()
                }
            }
        };
        let unknown = self.refusals.iter().filter(|(permission, name)| is_unknown(permission, name));
        let lines = unknown.map(|(permission, name)| {
            json!({
                "name": super::deny::refused_name(permission, name),
                "asset_type": "callmap/Unreadable",
                "why": "the state of the emulator does not hold it",
                "permission": permission,
            })
        });
        lines.collect()
    }

    /// The bindings that let through the proxy, each as a right to call.
    fn through_proxy(&self, policy: &Value) -> Value {
        let lets_through = |binding: &Value| {
            let role = binding.get("role").and_then(Value::as_str).unwrap_or_default();
            may::carries(self, role, THROUGH_IAP)
        };
        let bindings = policy.get("bindings").and_then(Value::as_array).into_iter().flatten();
        let told = bindings.filter(|binding| lets_through(binding)).cloned().map(|mut binding| {
            if let Value::Object(fields) = &mut binding {
                fields.insert("role".to_owned(), "roles/run.servicesInvoker".into());
            }
            binding
        });
        json!({ "version": 3, "etag": "ACAB", "bindings": told.collect::<Vec<_>>() })
    }
}

/// A deny policy as far as it is about the proxy.
fn denied_by_proxy(mut line: Value) -> Value {
    let rules = line.pointer_mut("/resource/data/rules").and_then(Value::as_array_mut);
    for rule in rules.into_iter().flatten() {
        for list in ["deniedPermissions", "exceptionPermissions"] {
            let permissions = rule.pointer_mut(&format!("/denyRule/{list}")).and_then(Value::as_array_mut);
            if let Some(permissions) = permissions {
                let is_ours = permissions
                    .iter()
                    .any(|each| each == "iap.googleapis.com/webServiceVersions.accessViaIAP");
                *permissions =
                    is_ours.then(|| "run.googleapis.com/routes.invoke".into()).into_iter().collect();
            }
        }
    }
    line
}

fn line<const N: usize>(kind: Kind, name: &str, parts: [(&'static str, Option<Value>); N]) -> Value {
    let head = [
        ("name", Some(Value::from(format!("//{}/{name}", kind.host())))),
        ("asset_type", Some(kind.asset_type().into())),
    ];
    object(head.into_iter().chain(parts))
}

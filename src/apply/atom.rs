//! One grant in or out of a policy as it stands in JSON. Everything that is not touched stays as it was, to the
//! byte: unknown fields, order, spelling.

use serde_json::{Map, Value, json};

use super::Document;
use crate::{
    model::{Binding, Condition, Policy, Principal, RoleName, RuleId},
    plan::{
        Change, Class, Deed,
        edit::{self, Edit},
    },
    sources,
};

/// One grant in or out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Atom {
    /// In or out.
    pub deed: Deed,
    /// The role.
    pub role: RoleName,
    /// Who.
    pub principal: Principal,
    /// Under which condition.
    pub condition: Option<Condition>,
}

impl From<&Change> for Atom {
    fn from(change: &Change) -> Self {
        let Change { deed, class: _, role, principal, condition, rule: _, because: _ } = change;
        Self { deed: *deed, role: role.clone(), principal: principal.clone(), condition: condition.clone() }
    }
}

impl Atom {
    /// From a binding of one member, as [`super::content::difference`] gives it.
    ///
    /// # Errors
    /// Where it is not one: a lowercase fragment.
    pub fn read(deed: Deed, binding: &Value) -> Result<Self, String> {
        let mut policy = sources::policy(&json!({ "bindings": [binding] }))?;
        match policy.bindings.pop() {
            Some(Binding { role, mut members, condition }) if members.len() == 1 => match members.pop() {
                Some(principal) => Ok(Self { deed, role, principal, condition }),
                None => Err("a binding without a member".to_owned()),
            },
            Some(_) | None => Err("a binding of more than one member".to_owned()),
        }
    }

    /// Whether nothing is left to be done of it, whoever did it.
    pub fn is_done(&self, policy: &Policy) -> bool {
        edit::is_done(&self.change(), policy)
    }

    /// The change it is. What it is for does not matter to whoever carries it out.
    fn change(&self) -> Change {
        let Self { deed, role, principal, condition } = self;
        let (class, cause) = match deed {
            Deed::Add => (Class::Add, RuleId::MissingCaller),
            Deed::Remove => (Class::Remove, RuleId::UndeclaredCaller),
        };
        Change {
            deed: *deed,
            class,
            role: role.clone(),
            principal: principal.clone(),
            condition: condition.clone(),
            rule: cause,
            because: String::new(),
        }
    }
}

/// The policy with these done, adds first, ready to be written: version 3, and the etag it was read with.
///
/// # Errors
/// Where the document is not what it was taken for: a lowercase fragment.
pub fn with(document: &Document, atoms: &[Atom]) -> Result<Value, String> {
    let changes: Vec<Change> = atoms.iter().map(Atom::change).collect();
    let mut raw = document.raw.clone();
    for edit in edit::edits(&document.policy, &changes) {
        carry_out(edit, bindings(&mut raw)?)?;
    }
    fields(&mut raw)?.insert("version".to_owned(), 3.into());
    Ok(raw)
}

fn fields(raw: &mut Value) -> Result<&mut Map<String, Value>, String> {
    raw.as_object_mut().ok_or_else(|| "the policy is not a JSON object".to_owned())
}

fn bindings(raw: &mut Value) -> Result<&mut Vec<Value>, String> {
    list(fields(raw)?.entry("bindings").or_insert(Value::Null), "bindings")
}

fn list<'v>(value: &'v mut Value, name: &str) -> Result<&'v mut Vec<Value>, String> {
    if value.is_null() {
        *value = Value::Array(Vec::new());
    }
    value.as_array_mut().ok_or_else(|| format!("`{name}` is not a list"))
}

/// One edit of the bindings, which stand where they stand in what is understood of them.
fn carry_out(edit: Edit, bindings: &mut Vec<Value>) -> Result<(), String> {
    let is_there = |at: usize, all: usize| {
        if at < all { Ok(()) } else { Err("a binding is not where it was read".to_owned()) }
    };
    match edit {
        Edit::AddMember { binding, member } => {
            members(bindings, binding)?.push(member.as_str().into());
        }
        Edit::NewBinding { role, member, condition } => {
            let mut binding = json!({ "role": role.as_str(), "members": [member.as_str()] });
            if let Some(condition) = &condition {
                binding["condition"] = written(condition);
            }
            bindings.push(binding);
        }
        Edit::RemoveMember { binding, member } => {
            let members = members(bindings, binding)?;
            is_there(member, members.len())?;
            members.remove(member);
        }
        Edit::DropBinding { binding } => {
            is_there(binding, bindings.len())?;
            bindings.remove(binding);
        }
    }
    Ok(())
}

fn members(bindings: &mut [Value], at: usize) -> Result<&mut Vec<Value>, String> {
    let binding = bindings.get_mut(at).and_then(Value::as_object_mut);
    let binding = binding.ok_or("a binding is not where it was read")?;
    list(binding.entry("members").or_insert(Value::Null), "members")
}

fn written(condition: &Condition) -> Value {
    let Condition { title, description, expression, location } = condition;
    let mut written = json!({ "title": &**title });
    for (name, text) in [("description", description), ("location", location)] {
        if let Some(text) = text {
            written[name] = Value::from(&**text);
        }
    }
    written["expression"] = Value::from(&**expression);
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atom(deed: Deed, principal: &str, expression: Option<&str>) -> Atom {
        let condition = expression.map(|expression| Condition {
            title: "t".into(),
            description: None,
            expression: expression.into(),
            location: None,
        });
        let role = RoleName::new("roles/run.invoker");
        Atom { deed, role, principal: Principal::new(principal), condition }
    }

    fn document() -> Document {
        Document::read(json!({
            "auditConfigs": [{"service": "allServices", "x": 1.5}], "zebra": {"b": 1, "a": 2},
            "bindings": [
                {"bindingId": "q", "role": "roles/run.invoker", "members": ["user:B@example.com", "user:a@example.com"]},
                {"role": "roles/viewer", "members": ["user:a@example.com"]},
                {"role": "roles/run.invoker", "members": ["user:b@example.com"], "condition": {"expression": "x", "title": "t", "new": 1}},
                {"role": "roles/run.invoker", "members": ["user:b@example.com"]},
            ], "etag": "BwY=", "version": 1,
        }))
        .unwrap()
    }

    #[test]
    fn only_what_is_meant_changes() {
        let atoms = [
            atom(Deed::Add, "user:c@example.com", Some("x")),
            atom(Deed::Remove, "user:b@example.com", None),
        ];
        let raw = with(&document(), &atoms).unwrap();
        let expected = concat!(
            r#"{"auditConfigs":[{"service":"allServices","x":1.5}],"zebra":{"b":1,"a":2},"bindings":["#,
            r#"{"bindingId":"q","role":"roles/run.invoker","members":["user:a@example.com"]},"#,
            r#"{"role":"roles/viewer","members":["user:a@example.com"]},"#,
            r#"{"role":"roles/run.invoker","members":["user:b@example.com","user:c@example.com"],"condition":{"expression":"x","title":"t","new":1}}],"#,
            r#""etag":"BwY=","version":3}"#,
        );
        assert_eq!(raw.to_string(), expected);
    }

    #[test]
    fn a_policy_that_was_never_set_gets_its_first_binding() {
        let document = Document::read(json!({"etag": "ACAB"})).unwrap();
        let raw = with(&document, &[atom(Deed::Add, "user:c@example.com", Some("x"))]).unwrap();
        let expected = concat!(
            r#"{"etag":"ACAB","bindings":[{"role":"roles/run.invoker","members":["user:c@example.com"],"#,
            r#""condition":{"title":"t","expression":"x"}}],"version":3}"#
        );
        assert_eq!(raw.to_string(), expected);
    }

    #[test]
    fn what_is_done_already_is_not_done_again() {
        let document = document();
        let done =
            [atom(Deed::Add, "user:A@example.com", None), atom(Deed::Remove, "user:z@example.com", None)];
        assert!(done.iter().all(|atom| atom.is_done(&document.policy)));
        assert_eq!(with(&document, &done).unwrap()["bindings"], document.raw["bindings"]);
    }
}

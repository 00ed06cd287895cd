//! One grant in or out of a policy as it stands in JSON. Everything that is not touched stays as it was, to the
//! byte: unknown fields, order, spelling.

use serde_json::{Map, Value, json};

use super::Document;
use crate::{
    model::{Binding, Condition, Policy, Principal, RoleName},
    plan::{Change, Deed},
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
        let is_there = policy
            .bindings
            .iter()
            .any(|binding| self.is_of(binding) && binding.members.contains(&self.principal));
        match self.deed {
            Deed::Add => is_there,
            Deed::Remove => !is_there,
        }
    }

    fn is_of(&self, binding: &Binding) -> bool {
        binding.role == self.role && binding.condition == self.condition
    }
}

/// The policy with these done, ready to be written: version 3, and the etag it was read with.
///
/// # Errors
/// Where the document is not what it was taken for: a lowercase fragment.
pub fn with(document: &Document, atoms: &[Atom]) -> Result<Value, String> {
    let mut raw = document.raw.clone();
    let mut policy = document.policy.clone();
    for atom in atoms.iter().filter(|atom| !atom.is_done(&document.policy)) {
        match atom.deed {
            Deed::Add => add(&mut raw, &policy, atom)?,
            Deed::Remove => remove(&mut raw, &policy, atom)?,
        }
        policy = sources::policy(&raw)?;
    }
    fields(&mut raw)?.insert("version".to_owned(), 3.into());
    Ok(raw)
}

fn fields(raw: &mut Value) -> Result<&mut Map<String, Value>, String> {
    raw.as_object_mut().ok_or_else(|| "the policy is not a JSON object".to_owned())
}

fn bindings(raw: &mut Value) -> Result<&mut Vec<Value>, String> {
    let entry = fields(raw)?.entry("bindings").or_insert(Value::Null);
    if entry.is_null() {
        *entry = Value::Array(Vec::new());
    }
    entry.as_array_mut().ok_or_else(|| "`bindings` is not a list".to_owned())
}

fn add(raw: &mut Value, policy: &Policy, atom: &Atom) -> Result<(), String> {
    let member = Value::from(atom.principal.as_str());
    let bindings = bindings(raw)?;
    let same = policy.bindings.iter().position(|binding| atom.is_of(binding));
    if let Some(Value::Array(members)) =
        same.and_then(|index| bindings.get_mut(index)).and_then(|binding| binding.get_mut("members"))
    {
        members.push(member);
        return Ok(());
    }
    let mut binding = json!({ "role": atom.role.as_str(), "members": [member] });
    if let Some(condition) = &atom.condition {
        binding["condition"] = written(condition);
    }
    bindings.push(binding);
    Ok(())
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

fn remove(raw: &mut Value, policy: &Policy, atom: &Atom) -> Result<(), String> {
    let all = bindings(raw)?;
    // From the last, so that what stands before keeps its place.
    for (index, binding) in
        policy.bindings.iter().enumerate().rev().filter(|(_, binding)| atom.is_of(binding))
    {
        let members = all.get_mut(index).and_then(|binding| binding.get_mut("members"));
        let Some(Value::Array(members)) = members else { continue };
        let before = members.len();
        members
            .retain(|member| member.as_str().is_none_or(|member| Principal::new(member) != atom.principal));
        debug_assert_eq!(binding.members.len(), before, "a binding and its JSON hold the same members");
        // A binding of nobody goes only where it is this that emptied it.
        if members.is_empty() && before > 0 {
            all.remove(index);
        }
    }
    Ok(())
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

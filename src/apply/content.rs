//! What a policy says, whatever its etag and however its bindings are arranged.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

use super::Document;

/// Whether two policies say the same. Google may merge and reorder bindings when it stores them; everything else
/// but etag and version must be alike.
pub fn is_same(left: &Value, right: &Value) -> bool {
    rest(left) == rest(right) && sorted(atoms(left)) == sorted(atoms(right))
}

/// Whether two policies say the same but for their grants.
pub fn is_same_but_grants(left: &Value, right: &Value) -> bool {
    rest(left) == rest(right)
}

/// What was put in and what was taken out from one policy to the next: each a binding of one member, with every
/// other field of the binding it stood in.
pub fn difference(before: &Value, after: &Value) -> (Vec<Value>, Vec<Value>) {
    let (before, after) = (atoms(before), atoms(after));
    (without(after.clone(), &before), without(before, &after))
}

fn without(mut from: Vec<Value>, what: &[Value]) -> Vec<Value> {
    for atom in what {
        if let Some(found) = from.iter().position(|other| other == atom) {
            from.remove(found);
        }
    }
    from
}

/// Every member of every binding by itself, in order.
fn atoms(policy: &Value) -> Vec<Value> {
    let bindings = policy.get("bindings").and_then(Value::as_array).into_iter().flatten();
    let mut atoms = Vec::new();
    for binding in bindings {
        for member in binding.get("members").and_then(Value::as_array).into_iter().flatten() {
            let mut atom = binding.clone();
            atom["members"] = Value::Array(vec![member.clone()]);
            atoms.push(atom);
        }
    }
    atoms
}

/// Orders of fields do not count.
fn sorted(atoms: Vec<Value>) -> Vec<String> {
    let mut texts: Vec<String> = atoms
        .into_iter()
        .map(|mut atom| {
            atom.sort_all_objects();
            atom.to_string()
        })
        .collect();
    texts.sort();
    texts
}

/// Every field that is not compared otherwise; one without content is as good as none.
fn rest(policy: &Value) -> Map<String, Value> {
    let is_compared = |name: &str| matches!(name, "bindings" | "etag" | "version");
    let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty) || value.is_null();
    let fields = policy.as_object().into_iter().flatten();
    fields
        .filter(|(name, value)| !is_compared(name) && !is_empty(value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Whether a policy that was read is the one that was written, or a newer one, rather than one from before.
/// `before` is what the write was based on.
pub(super) fn is_current(read: &Document, before: &Document, written: &Document) -> bool {
    let etag = |document: &Document| document.policy.etag.as_deref().map(bytes);
    let (read, before, written) = (etag(read), etag(before), etag(written));
    if read == written {
        return true;
    }
    match (read.as_deref().and_then(moment), written.as_deref().and_then(moment)) {
        (Some(read), Some(written)) => read > written,
        // It cannot be told by the etag alone; what was there before is known.
        (Some(_) | None, _) => read != before,
    }
}

/// Etags are compared as the bytes they stand for.
fn bytes(etag: &str) -> Vec<u8> {
    STANDARD.decode(etag).unwrap_or_else(|_| etag.as_bytes().to_vec())
}

/// When a policy was written, in microseconds: what Google's etags hold behind a first byte of 7.
fn moment(etag: &[u8]) -> Option<u64> {
    let bytes: [u8; 8] = etag.try_into().ok()?;
    (bytes[0] == 7).then(|| u64::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(etag: &str) -> Document {
        Document::read(json!({"etag": etag})).unwrap()
    }

    #[test]
    fn arrangement_etag_and_version_do_not_count_and_everything_else_does() {
        let policy = |bindings| json!({"etag": "a", "version": 3, "bindings": bindings, "auditConfigs": [1]});
        let left =
            policy(json!([{"role": "r", "members": ["user:a", "user:b"]}, {"role": "s", "members": []}]));
        let right = json!({"auditConfigs": [1], "version": 1, "etag": "b", "empty": [], "bindings": [
            {"members": ["user:b"], "role": "r"}, {"role": "r", "members": ["user:a"]}]});
        assert!(is_same(&left, &right));
        for (name, value) in [("auditConfigs", json!([2])), ("new", json!(1)), ("bindings", json!([]))] {
            let mut other = left.clone();
            other[name] = value;
            assert!(!is_same(&left, &other), "{name}");
        }
        let condition = json!({"role": "r", "members": ["user:a"], "condition": {"title": "t"}});
        assert!(!is_same(
            &policy(json!([condition])),
            &policy(json!([{"role": "r", "members": ["user:a"]}]))
        ));
    }

    #[test]
    fn the_difference_is_what_went_in_and_what_went_out() {
        let before = json!({"bindings": [{"role": "r", "members": ["user:A", "user:b"]}]});
        let after =
            json!({"bindings": [{"role": "r", "members": ["user:b"]}, {"role": "s", "members": ["user:c"]}]});
        let (added, removed) = difference(&before, &after);
        assert_eq!(added, [json!({"role": "s", "members": ["user:c"]})]);
        assert_eq!(removed, [json!({"role": "r", "members": ["user:A"]})]);
    }

    #[test]
    fn an_older_answer_is_told_from_a_newer_one() {
        let (old, before, written, newer) = (
            document("BwYCcnf5oMo="),
            document("BwYCcnf5oMs="),
            document("BwYCcnf5oMw="),
            document("BwYCcnf5oM0="),
        );
        for (read, is) in [(&old, false), (&before, false), (&written, true), (&newer, true)] {
            assert_eq!(is_current(read, &before, &written), is);
        }
        assert!(!is_current(&document("ACAB"), &document("ACAB"), &written));
        assert!(is_current(&document("x"), &document("w"), &document("y")));
    }
}

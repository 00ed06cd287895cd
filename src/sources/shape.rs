//! What a text is that is not what was asked for, and what to do about it.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// What to give instead.
const GIVE: &str = "give an export of Cloud Asset Inventory (`gcloud asset export`, or `gcloud asset list \
                    --format=json`) or what `callmap snapshot` wrote";

/// What bytes look like that do not begin as JSON.
pub(super) fn of_text(head: &[u8]) -> String {
    let looks = if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
        return "is UTF-16 text, as some shells write it when output is redirected; save it as UTF-8"
            .to_owned();
    } else if head.starts_with(b"PK\x03\x04") {
        return "is a zip archive; unpack it first (of a plan file of Terraform's, give what `terraform show -json` prints)"
            .to_owned();
    } else if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        return "is compressed with zstd; unpack it first, or compress with gzip".to_owned();
    } else {
        let text = String::from_utf8_lossy(&head[..head.len().min(4096)]).trim_start().to_owned();
        let first =
            text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or_default();
        if first.starts_with('<') {
            "looks like HTML or XML, perhaps the page of a login or an error".to_owned()
        } else if text.lines().any(|line| line.starts_with("callmap:")) {
            return "is a caller map, which is the declared side; name it with `--map`".to_owned();
        } else if first.starts_with("---") || first.contains(": ") || first.trim_end().ends_with(':') {
            "looks like YAML, and assets are read as JSON".to_owned()
        } else {
            "is not JSON".to_owned()
        }
    };
    format!("{looks}; {GIVE}")
}

/// What a JSON object is that is not an asset.
pub(super) fn of_object(json: &str) -> String {
    let keys: BTreeMap<String, &RawValue> = match serde_json::from_str(json) {
        Ok(keys) => keys,
        Err(error) => return format!("is not JSON: {}; {GIVE}", super::wire::in_words(&error)),
    };
    let has = |key: &str| keys.contains_key(key);
    let looks = if has("planned_values") || has("resource_changes") {
        "is a Terraform plan among other things, and is read from a file of its own"
    } else if has("lineage") || has("terraform_version") {
        "is Terraform state among other things, and is read from a file of its own"
    } else if has("bindings") || (has("etag") && keys.len() <= 3) {
        "is an allow policy alone: it does not say of what"
    } else if has("results") || (has("resource") && has("policy")) {
        "is the answer of a search, which holds matching bindings only"
    } else if has("asset") && has("window") {
        "is a change that a feed or a history reports, not a state"
    } else if has("services") || has("items") || (has("apiVersion") && has("kind")) {
        "is an answer of the Cloud Run API, which comes without policies"
    } else if has("error") {
        "is an error that Google answered"
    } else if has("format") && has("tool") {
        "is a report of callmap"
    } else {
        "is a JSON object without `asset_type`"
    };
    format!("{looks}; {GIVE}")
}

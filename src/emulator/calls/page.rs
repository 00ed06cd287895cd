//! Lists in pages (<https://cloud.google.com/apis/design/design_patterns#list_pagination>).

use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use serde_json::{Map, Value};

use crate::emulator::{fault::Fault, request::Request};

/// So many are on a page that no size was asked for.
const USUAL: usize = 100;
/// So many at the most.
const MOST: usize = 1_000;

/// One page of these: an empty list has no field.
pub(super) fn page(field: &str, all: Vec<Value>, request: &Request) -> Result<Map<String, Value>, Fault> {
    let size = match usize::try_from(request.number("pageSize")?) {
        Ok(0) => USUAL,
        Ok(size) => size.min(MOST),
        Err(_) => return Err(Fault::invalid("page_size must not be negative.")),
    };
    let start = match request.query("pageToken").filter(|token| !token.is_empty()) {
        Some(token) => offset(token).filter(|start| *start <= all.len()),
        None => Some(0),
    };
    let start = start.ok_or_else(|| Fault::invalid("Invalid page token."))?;
    let end = all.len().min(start.saturating_add(size));
    let is_last = end == all.len();
    let items: Vec<Value> = all.into_iter().skip(start).take(size).collect();
    let mut answer = Map::new();
    if !items.is_empty() {
        answer.insert(field.to_owned(), items.into());
    }
    if !is_last {
        answer.insert("nextPageToken".to_owned(), URL_SAFE.encode(format!("after {end}")).into());
    }
    Ok(answer)
}

fn offset(token: &str) -> Option<usize> {
    let bytes = URL_SAFE.decode(token).ok()?;
    String::from_utf8(bytes).ok()?.strip_prefix("after ")?.parse().ok()
}

//! Lists in pages (<https://cloud.google.com/apis/design/design_patterns#list_pagination>).

use std::ops::Range;

use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use serde_json::{Map, Value};

use crate::emulator::{fault::Fault, request::Request};

/// How many are on a page: where no size was asked for, and at the most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    usual: usize,
    most: usize,
}

impl Size {
    /// What most lists have.
    pub(super) const USUAL: Self = Self::new(100, 1_000);

    pub(super) const fn new(usual: usize, most: usize) -> Self {
        Self { usual, most }
    }
}

/// A page of a list of so many.
#[derive(Debug, Clone)]
pub(super) struct Page {
    /// The places that are on it.
    pub(super) places: Range<usize>,
    is_last: bool,
}

impl Page {
    /// The page that a query asks for.
    pub(super) fn of(request: &Request, total: usize, size: Size) -> Result<Self, Fault> {
        Self::asked(request.number("pageSize")?, request.query("pageToken"), total, size)
    }

    /// The page of this size behind this token.
    pub(super) fn asked(asked: i64, token: Option<&str>, total: usize, size: Size) -> Result<Self, Fault> {
        let size = match usize::try_from(asked) {
            Ok(0) => size.usual,
            Ok(asked) => asked.min(size.most),
            Err(_) => return Err(Fault::invalid("page_size must not be negative.")),
        };
        let start = match token.filter(|token| !token.is_empty()) {
            Some(token) => offset(token).filter(|start| *start <= total),
            None => Some(0),
        };
        let start = start.ok_or_else(|| Fault::invalid("Invalid page token."))?;
        let end = total.min(start.saturating_add(size));
        Ok(Self { places: start..end, is_last: end == total })
    }

    /// The answer with these in it: an empty list has no field.
    pub(super) fn answer(&self, field: &str, items: Vec<Value>) -> Map<String, Value> {
        let mut answer = Map::new();
        if !items.is_empty() {
            answer.insert(field.to_owned(), items.into());
        }
        if !self.is_last {
            let token = URL_SAFE.encode(format!("after {}", self.places.end));
            answer.insert("nextPageToken".to_owned(), token.into());
        }
        answer
    }
}

/// One page of these.
pub(super) fn page(
    field: &str,
    all: Vec<Value>,
    size: Size,
    request: &Request,
) -> Result<Map<String, Value>, Fault> {
    let page = Page::of(request, all.len(), size)?;
    let items = all.into_iter().skip(page.places.start).take(page.places.len()).collect();
    Ok(page.answer(field, items))
}

fn offset(token: &str) -> Option<usize> {
    let bytes = URL_SAFE.decode(token).ok()?;
    String::from_utf8(bytes).ok()?.strip_prefix("after ")?.parse().ok()
}

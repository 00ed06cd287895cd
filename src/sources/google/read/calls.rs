//! Calls that read, and lists page by page.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{LiveError, News, OnNews};
use crate::sources::google::{Api, CallError, Google, Refusal};

/// The most pages that a list is believed to have.
pub(super) const MOST_PAGES: usize = 10_000;

/// What every part of a reading calls with.
pub(super) struct Reader {
    pub(super) google: Google,
    on_news: OnNews,
    refused: OnceLock<CallError>,
}

/// One page of a list.
pub(super) struct Page {
    pub(super) items: Vec<Box<RawValue>>,
    pub(super) unreachable: Vec<String>,
    pub(super) next: Option<String>,
}

/// A list, as far as it could be had.
#[derive(Default)]
pub(super) struct Listed {
    pub(super) items: Vec<Box<RawValue>>,
    /// Places that the answer says it could not reach, as it names them.
    pub(super) unreachable: BTreeSet<String>,
    /// What ended the list before its end.
    pub(super) failure: Option<CallError>,
}

impl Reader {
    pub(super) fn new(google: Google, on_news: OnNews) -> Self {
        Self { google, on_news, refused: OnceLock::new() }
    }

    /// What Google said when it did not take our credentials, if it did not.
    pub(super) fn refused(&self) -> Option<CallError> {
        self.refused.get().cloned()
    }

    /// Makes one call. Once credentials were not taken, nothing more is asked.
    pub(super) async fn call(
        &self,
        call: impl Future<Output = Result<Bytes, CallError>>,
    ) -> Result<Bytes, CallError> {
        if let Some(error) = self.refused.get() {
            return Err(error.clone());
        }
        let answer = call.await;
        (self.on_news)(News::Answer);
        if let Err(error) = &answer
            && error.refusal == Refusal::Unauthenticated
        {
            return Err(self.refused.get_or_init(|| error.clone()).clone());
        }
        answer
    }

    /// Reads what may have to be waited for.
    pub(super) async fn limited(&self, api: Api, path: &str) -> Result<Bytes, CallError> {
        self.tell_wait(api);
        self.call(self.google.get(api, path, &[])).await
    }

    fn tell_wait(&self, api: Api) {
        let wait = self.google.wait(api);
        if !wait.is_zero() && self.refused.get().is_none() {
            (self.on_news)(News::Wait(wait));
        }
    }

    /// One page of a list; its items stand in `field`.
    pub(super) async fn page(
        &self,
        api: Api,
        path: &str,
        query: &[(&str, &str)],
        field: &str,
        token: Option<&str>,
    ) -> Result<Page, CallError> {
        let mut query = query.to_vec();
        query.extend(token.map(|token| ("pageToken", token)));
        self.tell_wait(api);
        page(&self.call(self.google.get(api, path, &query)).await?, field, token)
    }

    /// All pages of a list.
    pub(super) async fn list(&self, api: Api, path: &str, query: &[(&str, &str)], field: &str) -> Listed {
        let mut listed = Listed::default();
        let mut token: Option<String> = None;
        for _ in 0..MOST_PAGES {
            match self.page(api, path, query, field, token.as_deref()).await {
                Err(error) => {
                    listed.failure = Some(error);
                    return listed;
                }
                Ok(Page { items, unreachable, next }) => {
                    listed.items.extend(items);
                    listed.unreachable.extend(unreachable);
                    token = next;
                }
            }
            if token.is_none() {
                return listed;
            }
        }
        listed.failure = Some(shape("the list has no end"));
        listed
    }

    /// The locations that an API has for a project, and what ended the list before its end.
    pub(super) async fn locations(&self, api: Api, path: &str) -> (BTreeSet<Arc<str>>, Option<CallError>) {
        let Listed { items, unreachable: _, mut failure } =
            self.list(api, path, &[("pageSize", "100")], "locations").await;
        let mut locations = BTreeSet::new();
        for item in items {
            match serde_json::from_str(item.get()) {
                Ok(LocationWire { location_id }) => drop(locations.insert(location_id.into())),
                Err(error) => drop(failure.get_or_insert_with(|| shape(&error.to_string()))),
            }
        }
        (locations, failure)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a location")]
struct LocationWire {
    location_id: String,
}

/// The name of an item in a list.
pub(super) fn name_of(item: &RawValue) -> Result<String, CallError> {
    #[derive(Deserialize)]
    #[serde(expecting = "an object with a name")]
    struct NameWire {
        name: String,
    }
    let NameWire { name } = serde_json::from_str(item.get()).map_err(|error| shape(&error.to_string()))?;
    Ok(name)
}

/// The page that an answer is to this token; its items stand in `field`.
pub(super) fn page(body: &[u8], field: &str, token: Option<&str>) -> Result<Page, CallError> {
    let mut fields: BTreeMap<String, &RawValue> = answer(body)?;
    let wrong = |name: &str, error: &serde_json::Error| shape(&format!("`{name}`: {error}"));
    let items = fields.remove(field).map_or(Ok(Vec::new()), |items| {
        serde_json::from_str(items.get()).map_err(|error| wrong(field, &error))
    })?;
    let unreachable = fields.remove("unreachable").map_or(Ok(Vec::new()), |places| {
        serde_json::from_str(places.get()).map_err(|error| wrong("unreachable", &error))
    })?;
    let next: Option<String> = fields.remove("nextPageToken").map_or(Ok(None), |token| {
        serde_json::from_str(token.get()).map_err(|error| wrong("nextPageToken", &error))
    })?;
    let next = next.filter(|token| !token.is_empty());
    if next.is_some() && next.as_deref() == token {
        return Err(shape("the list does not go on"));
    }
    Ok(Page { items, unreachable, next })
}

/// The answer as a value.
pub(super) fn answer<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, CallError> {
    serde_json::from_slice(body).map_err(|error| shape(&error.to_string()))
}

/// The answer as text.
pub(super) fn text(body: &[u8]) -> Result<&str, CallError> {
    std::str::from_utf8(body).map_err(|error| shape(&error.to_string()))
}

/// An answer that is not what it should be.
pub(super) fn shape(what: &str) -> CallError {
    CallError { refusal: Refusal::Shape, message: what.into(), permission: None }
}

/// A part of a path: `/`, `?` and the like in it are no part of the path's own.
pub(super) fn segment(name: &str) -> String {
    url::form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20")
}

/// Does all of it at once; what comes of it stands in the order it was asked in.
pub(super) async fn all<T: Send + 'static>(
    reads: impl Iterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Result<Vec<T>, LiveError> {
    let reads: Vec<_> = reads.map(tokio::spawn).collect();
    let mut done = Vec::with_capacity(reads.len());
    for read in reads {
        done.push(read.await.map_err(|error| LiveError::Broken(error.to_string()))?);
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_what_it_should_be_or_an_error() {
        let whole =
            page(br#"{"jobs":[{"name":"a"}],"unreachable":["l"],"nextPageToken":"t"}"#, "jobs", Some("s"))
                .unwrap();
        assert_eq!(
            (whole.items.len(), whole.unreachable, whole.next.as_deref()),
            (1, vec!["l".to_owned()], Some("t"))
        );
        assert!(page(br#"{"nextPageToken":"t"}"#, "jobs", Some("t")).is_err());
        let empty = page(br#"{"nextPageToken":""}"#, "jobs", None).unwrap();
        assert!(empty.items.is_empty() && empty.next.is_none());
        for wrong in [
            "",
            "[]",
            "<html>",
            r#"{"jobs":{}}"#,
            r#"{"nextPageToken":7}"#,
            r#"{"unreachable":"l"}"#,
            r#"{"jobs":[{"#,
        ] {
            assert_eq!(
                page(wrong.as_bytes(), "jobs", None).map(|_| ()).unwrap_err().refusal,
                Refusal::Shape,
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_name_is_one_part_of_a_path() {
        assert_eq!(segment("shop-prod"), "shop-prod");
        assert_eq!(segment("example.com:a/b?c d"), "example.com%3Aa%2Fb%3Fc%20d");
    }
}

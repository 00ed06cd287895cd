//! Revisions of services, in the shape of the v2 API or in Knative's
//! (<https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services.revisions>).

use std::{collections::BTreeMap, sync::Arc};

use serde::Deserialize;

use super::{Interner, Resource, ShapeError, text::Text, text::filled};
use crate::{
    model::Principal,
    world::{Gap, Observed},
};

/// What reading a revision takes.
const GET: &str = "run.revisions.get";

/// The label by which Knative says whose revision it is.
const SERVICE: &str = "serving.knative.dev/service";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a revision")]
struct RevisionWire<'a> {
    // Knative.
    #[serde(borrow)]
    metadata: Option<Metadata<'a>>,
    #[serde(borrow)]
    spec: Option<Spec<'a>>,
    // v2.
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    service: Option<Text<'a>>,
    #[serde(borrow, alias = "service_account")]
    service_account: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Metadata<'a> {
    #[serde(borrow)]
    labels: Option<BTreeMap<Text<'a>, Text<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct Spec<'a> {
    #[serde(borrow)]
    service_account_name: Option<Text<'a>>,
}

/// The account a revision runs as; within, `None` is the project's default compute account.
pub(in crate::sources) type Account = Observed<Option<Principal>>;

/// What the `resource` of a revision tells.
pub(in crate::sources) struct Told {
    /// The short name of its service, where it says so.
    pub(in crate::sources) service: Option<Arc<str>>,
    /// Whom it runs as, or why that cannot be known from what stands there.
    pub(in crate::sources) account: Account,
}

/// What the `resource` of a revision tells; `None` where it holds nothing.
pub(in crate::sources) fn revision(json: &str, words: &mut Interner) -> Result<Option<Told>, ShapeError> {
    let resource: Resource<'_, RevisionWire<'_>> = super::read(json, "resource")?;
    Ok(resource.data.map(|wire| {
        let account = account(&wire, words)
            .map_or_else(|why| Observed::Unreadable(Gap::new(why, GET)), Observed::Known);
        Told { service: service(&wire, words), account }
    }))
}

/// The account that Google's answer tells, or why it cannot be known.
pub(in crate::sources) fn answer(json: &str, words: &mut Interner) -> Result<Option<Principal>, ShapeError> {
    account(&super::read(json, "")?, words).map_err(|why| ShapeError(why.to_owned()))
}

/// An account that is not named is the default one, where that part of the revision is there at all.
fn account(wire: &RevisionWire<'_>, words: &mut Interner) -> Result<Option<Principal>, &'static str> {
    let RevisionWire { metadata, spec, name, service, service_account } = wire;
    let named = match (metadata, spec) {
        (_, Some(spec)) => spec.service_account_name.as_ref(),
        (Some(_), None) => return Err("its RESOURCE content has no `spec`"),
        (None, None) if filled(service.as_ref()).or(filled(name.as_ref())).is_none() => {
            return Err("its RESOURCE content has no `service`");
        }
        (None, None) => service_account.as_ref(),
    };
    Ok(filled(named).map(|email| words.account(email)))
}

fn service(wire: &RevisionWire<'_>, words: &mut Interner) -> Option<Arc<str>> {
    let labels = wire.metadata.as_ref().and_then(|metadata| metadata.labels.as_ref());
    let labelled = labels.and_then(|labels| labels.iter().find(|(key, _)| &***key == SERVICE));
    let name = filled(labelled.map(|(_, name)| name)).or(filled(wire.service.as_ref()))?;
    name.rsplit('/').next().filter(|name| !name.is_empty()).map(|name| words.word(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "old@shop-prod.iam.gserviceaccount.com";

    fn told(data: &str) -> Told {
        revision(&format!(r#"{{"data":{data}}}"#), &mut Interner::default()).unwrap().unwrap()
    }

    /// Its service, and its account, `default` or why it is not known.
    fn shown(data: &str) -> (Option<String>, String) {
        let Told { service, account } = told(data);
        let account = match account {
            Observed::Known(Some(account)) => account.email().unwrap_or_default().to_owned(),
            Observed::Known(None) => "default".to_owned(),
            Observed::Unreadable(gap) => gap.why.to_string(),
        };
        (service.map(|service| service.to_string()), account)
    }

    #[test]
    fn every_shape_tells_whose_a_revision_is_and_whom_it_runs_as() {
        let pay = Some("pay".to_owned());
        let knative = |spec: &str| {
            format!(
                r#"{{"apiVersion":"serving.knative.dev/v1","kind":"Revision","metadata":{{"name":"pay-00001-abc","namespace":"1041",
                "labels":{{"serving.knative.dev/service":"pay","serving.knative.dev/configuration":"pay"}}}},"spec":{spec}}}"#
            )
        };
        let named = format!(r#"{{"containerConcurrency":80,"serviceAccountName":"{OLD}"}}"#);
        assert_eq!(shown(&knative(&named)), (pay.clone(), OLD.to_owned()));
        assert_eq!(shown(&knative("{}")), (pay.clone(), "default".to_owned()));
        for service in ["pay", "projects/shop-prod/locations/europe-west1/services/pay"] {
            for key in ["serviceAccount", "service_account"] {
                let v2 = format!(r#"{{"name":"projects/1041/x","service":"{service}","{key}":"{OLD}"}}"#);
                assert_eq!(shown(&v2), (pay.clone(), OLD.to_owned()), "{v2}");
            }
        }
        assert_eq!(shown(r#"{"service":"pay","serviceAccount":""}"#), (pay, "default".to_owned()));
    }

    #[test]
    fn a_part_that_is_not_there_is_no_default() {
        for (data, why) in [
            (r#"{"metadata":{"labels":{"serving.knative.dev/service":"pay"}}}"#, "has no `spec`"),
            ("{}", "has no `service`"),
            (r#"{"service":"","serviceAccount":"x@example.com"}"#, "has no `service`"),
        ] {
            assert!(shown(data).1.ends_with(why), "{data}");
            assert!(answer(data, &mut Interner::default()).is_err(), "{data}");
        }
        assert!(revision(r#"{"version":"v1"}"#, &mut Interner::default()).unwrap().is_none());
        for wrong in
            [r#"{"spec":7}"#, r#"{"spec":{"serviceAccountName":[]}}"#, r#"{"metadata":{"labels":[]}}"#]
        {
            assert!(
                revision(&format!(r#"{{"data":{wrong}}}"#), &mut Interner::default()).is_err(),
                "{wrong}"
            );
        }
    }
}

//! A made-up estate of 20,000 services: an export of it, and the caller map that declares it. Nothing is random;
//! the same bytes every time.
#![allow(dead_code, reason = "tests, the example and the benches each use a part of it")]

use std::{
    fmt::Write as _,
    io::{self, Write},
};

/// How large the estate is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Estate {
    pub(crate) services: usize,
    pub(crate) projects: usize,
}

/// Members of services that no edge declares, and edges that no member has: one of each for so many services.
pub(crate) const STRAY_EVERY: usize = 1000;

const TEAMS: [&str; 8] =
    ["checkout", "payments", "inventory", "shipping", "identity", "search", "reporting", "storefront"];
const REGIONS: [&str; 4] = ["europe-west1", "europe-north1", "us-central1", "asia-northeast1"];
const WORDS: [&str; 8] = [
    "orchestrator",
    "webhook-receiver",
    "event-normalizer",
    "rate-calculator",
    "document-renderer",
    "ledger-writer",
    "notification-sender",
    "session-verifier",
];

impl Estate {
    /// 20,000 services with 130,000 members.
    pub(crate) const LARGE: Self = Self { services: 20_000, projects: 20 };

    fn project(self, service: usize) -> usize {
        service % self.projects
    }

    /// The short name of a service, unique over the estate.
    pub(crate) fn name(service: usize) -> String {
        format!("{}-{}-service-{service:05}", TEAMS[service % 8], WORDS[service / 8 % 8])
    }

    pub(crate) fn project_id(project: usize) -> String {
        format!("shop-{}-{project:02}", TEAMS[project % 8])
    }

    fn number(project: usize) -> u64 {
        104_100_000_000 + project as u64 * 7_919
    }

    fn region(self, service: usize) -> &'static str {
        REGIONS[service / self.projects % 4]
    }

    /// Its relative name.
    pub(crate) fn resource(self, service: usize) -> String {
        let (project, region) = (Self::project_id(self.project(service)), self.region(service));
        format!("projects/{project}/locations/{region}/services/{}", Self::name(service))
    }

    /// The account a service runs as.
    fn account(self, service: usize) -> String {
        format!("run-{service:05}@{}.iam.gserviceaccount.com", Self::project_id(self.project(service)))
    }

    /// Who may call it: five to eight, 6.5 in the mean, mostly accounts of other services.
    pub(crate) fn callers(self, service: usize) -> Vec<String> {
        let mut callers: Vec<String> = (0..4 + service % 4)
            .map(|nth| {
                let caller = (service * 31 + nth * 4_099 + 17) % self.services;
                format!("serviceAccount:{}", self.account(caller))
            })
            .collect();
        callers.push(format!("group:{}-developers@example.com", TEAMS[service % 8]));
        callers
    }

    fn ancestors(project: usize) -> String {
        format!(
            r#"["projects/{}","folders/{}","organizations/9000"]"#,
            Self::number(project),
            7_000 + project % 2
        )
    }

    /// The export: lines with resources, then lines with policies, as two exports one after the other.
    pub(crate) fn write_assets(self, out: &mut dyn Write) -> io::Result<()> {
        for project in 0..self.projects {
            let (id, number, ancestors) =
                (Self::project_id(project), Self::number(project), Self::ancestors(project));
            writeln!(
                out,
                r#"{{"name":"//cloudresourcemanager.googleapis.com/projects/{number}","asset_type":"cloudresourcemanager.googleapis.com/Project","resource":{{"version":"v1","data":{{"projectId":"{id}","projectNumber":"{number}","lifecycleState":"ACTIVE"}}}},"ancestors":{ancestors},"update_time":"2026-05-01T00:00:00Z"}}"#
            )?;
        }
        for service in 0..self.services {
            self.write_resource(service, out)?;
        }
        let containers = (0..self.projects)
            .map(|project| {
                (format!("projects/{}", Self::number(project)), "Project", Self::ancestors(project))
            })
            .chain((0..2).map(|folder| {
                let name = format!("folders/{}", 7_000 + folder);
                let ancestors = format!(r#"["{name}","organizations/9000"]"#);
                (name, "Folder", ancestors)
            }))
            .chain([(
                "organizations/9000".to_owned(),
                "Organization",
                r#"["organizations/9000"]"#.to_owned(),
            )]);
        for (name, kind, ancestors) in containers {
            writeln!(
                out,
                r#"{{"name":"//cloudresourcemanager.googleapis.com/{name}","asset_type":"cloudresourcemanager.googleapis.com/{kind}","iam_policy":{{"version":1,"etag":"BwYzyXWVuTE=","bindings":[{{"role":"roles/viewer","members":["group:auditors@example.com"]}}]}},"ancestors":{ancestors},"update_time":"2026-05-01T00:00:00Z"}}"#
            )?;
        }
        for service in 0..self.services {
            self.write_policy(service, out)?;
        }
        Ok(())
    }

    fn write_resource(self, service: usize, out: &mut dyn Write) -> io::Result<()> {
        let project = self.project(service);
        let (id, number, region, name) =
            (Self::project_id(project), Self::number(project), self.region(service), Self::name(service));
        let (account, ancestors) = (self.account(service), Self::ancestors(project));
        let team = TEAMS[service % 8];
        writeln!(
            out,
            r#"{{"name":"//run.googleapis.com/projects/{id}/locations/{region}/services/{name}","asset_type":"run.googleapis.com/Service","resource":{{"version":"v1","discovery_name":"Service","parent":"//cloudresourcemanager.googleapis.com/projects/{number}","data":{{"apiVersion":"serving.knative.dev/v1","kind":"Service","metadata":{{"annotations":{{"run.googleapis.com/client-name":"gcloud","run.googleapis.com/ingress":"all","run.googleapis.com/ingress-status":"all","run.googleapis.com/urls":"[\"https://{name}-{number}.{region}.run.app\",\"https://{name}-x7a.a.run.app\"]","serving.knative.dev/creator":"deployer@example.com"}},"creationTimestamp":"2026-01-15T10:53:45.882066Z","generation":3,"labels":{{"cloud.googleapis.com/location":"{region}","team":"{team}"}},"name":"{name}","namespace":"{number}","uid":"46b28549-6c5c-4245-bc8d-{service:012}"}},"spec":{{"template":{{"metadata":{{"annotations":{{"autoscaling.knative.dev/maxScale":"5","run.googleapis.com/startup-cpu-boost":"true"}},"name":"{name}-00003-tiv"}},"spec":{{"containerConcurrency":80,"containers":[{{"env":[{{"name":"REGION","value":"{region}"}}],"image":"{region}-docker.pkg.dev/{id}/services/{name}@sha256:46b285496c5c4245bc8d9cec06d262b646b285496c5c4245bc8d9cec06d262b6","ports":[{{"containerPort":8080,"name":"http1"}}],"resources":{{"limits":{{"cpu":"1000m","memory":"512Mi"}}}}}}],"serviceAccountName":"{account}","timeoutSeconds":300}}}},"traffic":[{{"latestRevision":true,"percent":100}}]}},"status":{{"conditions":[{{"lastTransitionTime":"2026-03-31T10:54:51.198151Z","status":"True","type":"Ready"}}],"latestCreatedRevisionName":"{name}-00003-tiv","latestReadyRevisionName":"{name}-00003-tiv","observedGeneration":3,"traffic":[{{"latestRevision":true,"percent":100,"revisionName":"{name}-00003-tiv"}}],"url":"https://{name}-x7a.a.run.app"}}}},"location":"{region}"}},"ancestors":{ancestors},"update_time":"2026-03-31T10:54:51.198151Z"}}"#
        )
    }

    fn write_policy(self, service: usize, out: &mut dyn Write) -> io::Result<()> {
        let project = self.project(service);
        let mut members: Vec<String> = self.callers(service);
        match service % STRAY_EVERY {
            1 => members.push("user:stranger@example.com".to_owned()),
            2 => drop(members.remove(0)),
            _ => {}
        }
        let mut list = String::new();
        for (nth, member) in members.iter().enumerate() {
            let _ = write!(list, "{}\"{member}\"", if nth == 0 { "" } else { "," });
        }
        writeln!(
            out,
            r#"{{"name":"//run.googleapis.com/{}","asset_type":"run.googleapis.com/Service","iam_policy":{{"version":1,"etag":"BwY{service:08}=","bindings":[{{"role":"roles/run.invoker","members":[{list}]}}]}},"ancestors":{},"update_time":"2026-04-02T08:00:00Z"}}"#,
            self.resource(service),
            Self::ancestors(project)
        )
    }

    /// The caller map: every service by its resource, every caller with the services it calls.
    pub(crate) fn write_map(self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "callmap: 1\nowner: platform-team@example.com\n\nfunctions:")?;
        for service in 0..self.services {
            let (name, resource, account) =
                (Self::name(service), self.resource(service), self.account(service));
            writeln!(out, "  {name}: {{ resource: {resource}, runs_as: {account} }}")?;
        }
        let mut edges: Vec<(String, usize)> = (0..self.services)
            .flat_map(|service| self.callers(service).into_iter().map(move |caller| (caller, service)))
            .collect();
        edges.sort();
        writeln!(out, "\ncallers:")?;
        let mut last = "";
        for (caller, service) in &edges {
            if caller != last {
                writeln!(out, "  {caller}:")?;
                last = caller;
            }
            writeln!(out, "    - {}", Self::name(*service))?;
        }
        Ok(())
    }
}

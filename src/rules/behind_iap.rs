//! A function whose callers come through the Identity-Aware Proxy.

use super::{Finding, Rule, context::Context, phrase::counted, repair::quoted};
use crate::model::{RuleId, ServiceName};

pub(super) const RULE: Rule = Rule {
    id: RuleId::BehindIap,
    title: "callers come through the Identity-Aware Proxy",
    why: "With the proxy on, everybody signs in at it first, and its own policy decides who passes; the function's \
          policy then only has to let the proxy's account in. What is said here of other callers of the function \
          holds only behind the proxy.",
    fix: "Look at who holds `roles/iap.httpsResourceAccessor` in the proxy's policy, and keep it as narrow as the map; \
          or turn the proxy off where callers are services.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let behind = context.services.iter().filter(|(service, _)| context.expected.is_behind_proxy(service));
    behind.map(|(service, _)| finding(context, service)).collect()
}

fn finding(context: &Context<'_>, service: &ServiceName) -> Finding {
    let sources = match context.expected.sources(service).count() {
        0 => String::new(),
        count => format!("; so do events of {}", counted(count, "source")),
    };
    let message = format!(
        "callers of `{}` come through the Identity-Aware Proxy, whose own policy decides and was not read{sources}",
        context.label(service)
    );
    let mut finding = context.about(RULE.id, service, message);
    let command = policy_command(service).map_or_else(String::new, |command| format!(": {command}"));
    finding.fix = Some(format!("look at who holds `roles/iap.httpsResourceAccessor` there{command}"));
    finding
}

/// The command that shows the proxy's policy
/// (<https://cloud.google.com/sdk/gcloud/reference/iap/web/get-iam-policy>).
fn policy_command(service: &ServiceName) -> Option<String> {
    let ServiceName { project, location, service } = service;
    let (project, location, service) = (quoted(project)?, quoted(location)?, quoted(service)?);
    Some(format!(
        "gcloud iap web get-iam-policy --resource-type=cloud-run --service={service} --region={location} \
         --project={project}"
    ))
}

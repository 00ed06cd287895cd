//! The words of IAM as plain values: principal, role, resource, condition, policy, grant.
//!
//! The lowest floor: no input or output, no shapes of Google's JSON, no clock.

pub mod condition;
pub mod deny;
pub mod grant;
pub mod permission;
pub mod policy;
pub mod principal;
pub mod resource;
pub mod role;
pub mod rule;
pub mod text;
pub mod time;

pub use condition::Condition;
pub use deny::{DenyPolicy, DenyPolicyName, DenyRule};
pub use grant::Grant;
pub use permission::{Permission, Permissions};
pub use policy::{Binding, Policy};
pub use principal::{Principal, PrincipalKind};
pub use resource::{Container, FunctionName, ProjectName, Resource, ServiceName};
pub use role::RoleName;
pub use rule::{Level, RuleId};
pub use time::Time;

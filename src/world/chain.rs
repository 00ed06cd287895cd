//! What stands above a project, as far as it was seen.

use super::{Gap, Service, World};
use crate::model::{Container, ServiceName};

/// Why a chain of ancestors is not all of them, where it is not: a folder always stands below an organization, so one
/// that ends with a folder was cut short
/// (<https://cloud.google.com/resource-manager/docs/cloud-platform-resource-hierarchy>).
pub fn cut_short(chain: &[Container]) -> Option<Gap> {
    match chain.last() {
        Some(last @ Container::Folder(_)) => {
            Some(Gap::new(format!("what stands above `{last}` is not shown"), "resourcemanager.folders.get"))
        }
        Some(Container::Project(_) | Container::Organization(_)) | None => None,
    }
}

impl World {
    /// What was seen to stand above a service, nearest first. Where its ancestors were not all read, this is what was
    /// read of its project's.
    pub fn seen_above<'a>(&'a self, name: &ServiceName, service: &'a Service) -> &'a [Container] {
        let of_project = || self.chains.get(&name.project);
        service.ancestors.known().or_else(of_project).map_or(&[], |chain| chain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_that_ends_with_a_folder_is_not_all_of_it() {
        let cut = |chain: &[&str]| {
            let chain: Vec<Container> = chain.iter().map(|name| name.parse().unwrap()).collect();
            cut_short(&chain).map(|gap| gap.why.to_string())
        };
        assert_eq!(cut(&["projects/p", "folders/7", "organizations/9"]), None);
        // A project may stand below nothing.
        assert_eq!(cut(&["projects/p"]), None);
        assert_eq!(cut(&["projects/p", "folders/7"]).unwrap(), "what stands above `folders/7` is not shown");
    }
}

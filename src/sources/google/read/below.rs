//! The projects below folders and organizations.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{
    LiveError,
    calls::{Listed, Reader, all},
    gap::{gap, said},
};
use crate::{
    model::{
        Container, ProjectName,
        resource::{NameError, is_project_number},
    },
    sources::google::Api,
    world::{Gap, Observed},
};

/// What hangs right below each container that was read.
#[derive(Default)]
pub(super) struct Tree(BTreeMap<Container, Children>);

/// What hangs right below one container.
struct Children {
    /// Ids and numbers.
    projects: Vec<(ProjectName, ProjectName)>,
    folders: Vec<Container>,
    /// Lists that could not be had, by relative name.
    gaps: BTreeMap<String, Gap>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProjectWire {
    name: String,
    project_id: String,
}

#[derive(Deserialize)]
struct FolderWire {
    name: String,
}

/// Reads everything below these, level by level.
pub(super) async fn read(
    reader: &std::sync::Arc<Reader>,
    roots: impl Iterator<Item = Container>,
) -> Result<Tree, LiveError> {
    let mut tree = Tree::default();
    let mut level: BTreeSet<Container> = roots.collect();
    while !level.is_empty() {
        let read = all(level.into_iter().map(|container| {
            let reader = reader.clone();
            async move {
                let children = children(&reader, &container).await;
                (container, children)
            }
        }));
        let read = read.await?;
        level = BTreeSet::new();
        for (container, children) in read {
            level.extend(children.folders.iter().cloned());
            tree.0.insert(container, children);
        }
        level.retain(|container| !tree.0.contains_key(container));
    }
    Ok(tree)
}

async fn children(reader: &Reader, container: &Container) -> Children {
    let parent = container.to_string();
    let query = [("parent", parent.as_str()), ("pageSize", "300")];
    let (projects, folders) = tokio::join!(
        reader.list(Api::ResourceManager, "/v3/projects", &query, "projects"),
        reader.list(Api::ResourceManager, "/v3/folders", &query, "folders"),
    );
    let mut children = Children { projects: Vec::new(), folders: Vec::new(), gaps: BTreeMap::new() };
    children.take(
        projects,
        &format!("{parent}/projects"),
        "resourcemanager.projects.list",
        |children, json| {
            let ProjectWire { name, project_id } =
                serde_json::from_str(json).map_err(|error| error.to_string())?;
            let number = name.strip_prefix("projects/").filter(|number| is_project_number(number));
            let number = number.ok_or_else(|| format!("`{name}` is not the number of a project"))?;
            children.projects.push((project_id.into(), number.into()));
            Ok(())
        },
    );
    children.take(folders, &format!("{parent}/folders"), "resourcemanager.folders.list", |children, json| {
        let FolderWire { name } = serde_json::from_str(json).map_err(|error| error.to_string())?;
        children.folders.push(name.parse().map_err(|error: NameError| error.to_string())?);
        Ok(())
    });
    children
}

impl Children {
    /// Takes in the items of a list; what is wrong with it, or with one of them, is a gap under this name.
    fn take(
        &mut self,
        listed: Listed,
        name: &str,
        permission: &str,
        mut add: impl FnMut(&mut Self, &str) -> Result<(), String>,
    ) {
        let Listed { items, unreachable: _, failure } = listed;
        let mut wrong = failure.map(|error| gap(&error, permission));
        for item in items {
            if let Err(error) = add(self, item.get()) {
                wrong.get_or_insert(said(format!("the answer is not what it should be: {error}")));
            }
        }
        self.gaps.extend(wrong.map(|gap| (name.to_owned(), gap)));
    }
}

impl Tree {
    /// Adds what another reading found.
    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Ids and numbers of every project in it.
    pub(super) fn projects(&self) -> impl Iterator<Item = &(ProjectName, ProjectName)> {
        self.0.values().flat_map(|children| &children.projects)
    }

    /// Every list that could not be had.
    pub(super) fn gaps(&self) -> impl Iterator<Item = (&String, &Gap)> {
        self.0.values().flat_map(|children| &children.gaps)
    }

    /// The containers that were read, each with the ids of all projects below it.
    pub(super) fn below(&self) -> BTreeMap<Container, Observed<BTreeSet<ProjectName>>> {
        self.0.keys().map(|container| (container.clone(), self.below_one(container))).collect()
    }

    fn below_one(&self, container: &Container) -> Observed<BTreeSet<ProjectName>> {
        let mut found = BTreeSet::new();
        let mut left = vec![container];
        let mut met = BTreeSet::new();
        while let Some(next) = left.pop() {
            // INVARIANT: a folder that was found was read.
            let Some(Children { projects, folders, gaps }) = self.0.get(next) else { continue };
            if let Some(gap) = gaps.values().next() {
                return Observed::Unreadable(gap.clone());
            }
            found.extend(projects.iter().map(|(id, _)| id.clone()));
            left.extend(folders.iter().filter(|folder| met.insert((*folder).clone())));
        }
        Observed::Known(found)
    }
}

//! The README's own commands for gcloud.

use std::{fs, path::Path};

use super::{asked, gcloud::Gcloud, started};

#[test]
fn the_commands_of_the_readme_for_gcloud_can_be_run() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, rest) = readme.split_once("\neval \"$(callmap emulator --env --port 8085)\"\n").unwrap();
    let block = rest.split_once("```").unwrap().0.replace("\\\n", "");
    let commands: Vec<_> = block.lines().filter_map(|line| line.strip_prefix("gcloud ")).collect();
    assert!(commands.len() >= 2, "{block}");
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    for command in commands {
        gcloud.run(command).well();
    }
    assert!(asked(&emulator).iter().any(|method| method == "run.projects.locations.services.setIamPolicy"));
}

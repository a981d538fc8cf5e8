//! Every function has sample events, and its tests read each of them.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_function_has_sample_events_that_its_tests_use() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let template = infra::template().to_json();
    for (id, function) in template["Resources"].as_object().expect("resources") {
        if function["Type"] != "AWS::Lambda::Function" {
            continue;
        }
        let zip = function["Properties"]["Code"].as_str().expect("a zip to be packaged");
        let package = zip.split('/').rev().nth(1).expect("target/lambda/PACKAGE/bootstrap.zip");
        let folders = [workspace.join(package), workspace.join("crates").join(package)];
        let folder = folders.iter().find(|folder| folder.is_dir()).expect("the function's crate");
        let tests: String = files_below(&folder.join("tests")).iter().map(|file| text(file)).collect();
        let events = files(&folder.join("events"));
        assert!(!events.is_empty(), "{id} has no sample event in {}", folder.join("events").display());
        for event in events {
            let name = event.file_name().expect("a file").to_string_lossy().into_owned();
            assert!(serde_json::from_str::<serde_json::Value>(&text(&event)).is_ok(), "{name} is no JSON");
            assert!(tests.contains(&name), "no test of {package} uses {name}");
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let folders = entries.map(|entry| entry.path()).filter(|path| path.is_dir());
    let mut all = files(folder);
    all.extend(folders.flat_map(|folder| files_below(&folder)));
    all
}

fn text(file: &Path) -> String {
    fs::read_to_string(file).expect("it is readable")
}

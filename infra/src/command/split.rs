//! Writes the template as nested stacks, a file for each part.

use std::fs;
use std::path::{Component, Path, PathBuf};

use cfn::{Split, Template};
use serde_json::Value as Json;

/// Writes `template.json`, which is the one to deploy, and the parts into this folder, which is made if need be.
///
/// # Errors
/// What is wrong with the template or with a piece of it, or with the folder; then nothing is written.
pub(crate) fn write(folder: &Path, template: &Template) -> Result<Vec<PathBuf>, String> {
    let lines = |problems: Vec<cfn::Problem>| -> String {
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    template.check().map_err(lines)?;
    let split = template.split().map_err(lines)?;
    let mut files = Vec::new();
    for (name, mut json) in pieces(split) {
        for path in packaged(&mut json) {
            *path = Json::from(seen_from(folder, path.as_str().unwrap_or_default()));
        }
        let text = format!("{json:#}\n");
        let wrong = cfn::check::text(&text).map_err(|error| error.to_string())?;
        let wrong: Vec<_> = wrong.into_iter().filter(cfn::Problem::is_error).collect();
        if !wrong.is_empty() {
            return Err(format!("{name}:\n{}", lines(wrong)));
        }
        files.push((folder.join(name), text));
    }
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (path, text) in &files {
        fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

fn pieces(split: Split) -> impl Iterator<Item = (String, Json)> {
    let parts = split.parts.into_iter().map(|piece| (piece.file(), piece.template));
    std::iter::once(("template.json".to_owned(), split.root)).chain(parts)
}

/// The paths that `aws cloudformation package` looks for beside the template: the functions' zips.
fn packaged(template: &mut Json) -> impl Iterator<Item = &mut Json> {
    let resources = template["Resources"].as_object_mut().into_iter().flatten();
    resources
        .filter(|(_, resource)| resource["Type"] == "AWS::Lambda::Function")
        .map(|(_, function)| &mut function["Properties"]["Code"])
        .filter(|code| code.is_string())
}

/// A path that starts here, as one that starts in the folder.
fn seen_from(folder: &Path, path: &str) -> String {
    let mut steps: Vec<Component<'_>> = Vec::new();
    for step in folder.components().filter(|step| *step != Component::CurDir) {
        if step == Component::ParentDir && steps.last().is_some_and(|last| *last != Component::ParentDir) {
            steps.pop();
        } else {
            steps.push(step);
        }
    }
    let is_below = steps.iter().all(|step| matches!(step, Component::Normal(_)));
    let here = std::env::current_dir().unwrap_or_default();
    let way_back = if is_below { steps.iter().map(|_| "..").collect() } else { here };
    way_back.join(path).display().to_string()
}

//! The template that a verb is about: Parlor's own, or one from a file.

use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::{env, fs};

use infra::Build;
use serde_json::Value as Json;

use super::failure::Failure;

/// Which template.
#[derive(clap::Args)]
pub(crate) struct Choice {
    /// This template (JSON) instead of Parlor's own; `-` reads stdin
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
}

/// A template with what is known of its making.
pub(crate) struct Source {
    pub(crate) json: Json,
    /// Where paths in the template start.
    pub(crate) folder: PathBuf,
    /// The source line that added each resource; empty for a file.
    pub(crate) lines: BTreeMap<String, &'static Location<'static>>,
    /// The part of the whole that each resource belongs to; empty for a file.
    pub(crate) parts: BTreeMap<String, String>,
    pub(crate) is_ours: bool,
}

impl Choice {
    /// Whether it is Parlor's own, which follows what the functions are built to.
    pub(crate) fn is_ours(&self) -> bool {
        self.template.is_none()
    }

    /// Reads the file, or builds Parlor's own template, in which nothing may be wrong.
    pub(crate) fn load(&self) -> Result<Source, Failure> {
        match &self.template {
            Some(file) => {
                let folder = file.parent().map(Path::to_path_buf).unwrap_or_default();
                Ok(Source {
                    json: read(file)?,
                    folder,
                    lines: BTreeMap::new(),
                    parts: BTreeMap::new(),
                    is_ours: false,
                })
            }
            None => ours(),
        }
    }
}

fn ours() -> Result<Source, Failure> {
    let template = infra::template_of(&build()?);
    template.check().map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Failure::refused(format!("something is wrong with the template:\n{}", lines.join("\n")))
    })?;
    let lines = template.lines().map(|(id, at)| (id.to_owned(), at)).collect();
    let mut parts = BTreeMap::new();
    for part in template.parts() {
        let name = part.name.unwrap_or_default();
        parts.extend(part.resources.iter().map(|id| ((*id).to_owned(), name.to_owned())));
    }
    Ok(Source { json: template.to_json(), folder: built(), lines, parts, is_ours: true })
}

/// What the functions are built to just now.
pub(crate) fn build() -> Result<Build, Failure> {
    Build::read(&built())
        .map_err(|error| format!("a function's zip in target/lambda cannot be read: {error}").into())
}

/// Where the template's paths start: here, if functions are built here, else in the workspace.
fn built() -> PathBuf {
    let here = PathBuf::new();
    if here.join("target/lambda").is_dir() { here } else { workspace() }
}

/// The folder in which `cargo lambda build` leaves its zips: that of the workspace.
pub(crate) fn workspace() -> PathBuf {
    let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).parent().filter(|folder| folder.is_dir());
    built_in.map(Path::to_path_buf).or_else(|| env::current_dir().ok()).unwrap_or_default()
}

/// A template from a file.
pub(crate) fn read(file: &Path) -> Result<Json, Failure> {
    let mut text = String::new();
    let read = match file.to_str() {
        Some("-") => io::stdin().read_to_string(&mut text),
        _ => fs::File::open(file).and_then(|mut file| file.read_to_string(&mut text)),
    };
    read.map_err(|error| format!("{}: it cannot be read: {error}", file.display()))?;
    let json: Json = serde_json::from_str(&text)
        .map_err(|error| format!("{}: it is no template in JSON: {error}", file.display()))?;
    if !json["Resources"].is_object() {
        return Err(format!("{}: it is no template: it has no `Resources`", file.display()).into());
    }
    Ok(json)
}

/// Writes a file whole, or leaves what is there as it is.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let written = match file.parent() {
        Some(folder) if folder != Path::new("") => tempfile::NamedTempFile::new_in(folder),
        _ => tempfile::NamedTempFile::new_in("."),
    }
    .and_then(|made| {
        fs::write(made.path(), text)?;
        readable_as_others(made.path())?;
        made.persist(file).map_err(|error| error.error)
    });
    written.map(|_| ()).map_err(|error| format!("{}: it cannot be written: {error}", file.display()).into())
}

/// A temporary file is its owner's alone; what is written on request is as any other file.
fn readable_as_others(file: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(file, fs::Permissions::from_mode(0o644))?;
    }
    let _ = file;
    Ok(())
}

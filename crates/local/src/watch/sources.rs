//! The workspace's sources: which of them was changed, looked at by the clock.
//!
//! Times and sizes of a thousand files are read in milliseconds, on every file system and in every container.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// What the program is made of, within the workspace.
const PARTS: [&str; 6] = ["Cargo.toml", "Cargo.lock", "schema.graphql", "crates", "infra", "resolvers"];

/// Folders without sources of the program.
const SKIPPED: [&str; 5] = ["target", "node_modules", "tests", "benches", "examples"];

/// The clock. Whoever saves several files does so within one beat, or begins again with the next.
const BEAT: Duration = Duration::from_millis(250);

type Seen = BTreeMap<PathBuf, (SystemTime, u64)>;

/// The sources as they were seen last.
pub(super) struct Sources {
    workspace: PathBuf,
    seen: Seen,
}

impl Sources {
    /// As they are now.
    pub(super) fn look(workspace: PathBuf) -> Sources {
        let seen = look(&workspace);
        Sources { workspace, seen }
    }

    pub(super) fn workspace(&self) -> &Path {
        &self.workspace
    }

    /// Waits for a change, and until nothing changes any more; answers one of the files, from the workspace on.
    pub(super) async fn changed(&mut self) -> String {
        loop {
            tokio::time::sleep(BEAT).await;
            let mut now = look(&self.workspace);
            let Some(changed) = difference(&self.seen, &now) else { continue };
            let changed = changed.strip_prefix(&self.workspace).unwrap_or(changed).display().to_string();
            loop {
                tokio::time::sleep(BEAT).await;
                let later = look(&self.workspace);
                if later == now {
                    self.seen = now;
                    return changed;
                }
                now = later;
            }
        }
    }

    /// Whether they are different from what [`Sources::changed`] saw last.
    pub(super) fn have_changed(&self) -> bool {
        look(&self.workspace) != self.seen
    }
}

fn difference<'a>(before: &'a Seen, now: &'a Seen) -> Option<&'a Path> {
    let is_other =
        |(path, seen): &(&PathBuf, &(SystemTime, u64)), other: &Seen| other.get(*path) != Some(seen);
    let changed = now.iter().find(|entry| is_other(entry, before));
    let changed = changed.or_else(|| before.iter().find(|entry| is_other(entry, now)));
    changed.map(|(path, _)| path.as_path())
}

fn look(workspace: &Path) -> Seen {
    let mut seen = Seen::new();
    let mut paths: Vec<PathBuf> = PARTS.iter().map(|part| workspace.join(part)).collect();
    while let Some(path) = paths.pop() {
        // What is gone while it is looked at is seen as gone, now or at the next beat.
        let Ok(found) = std::fs::metadata(&path) else { continue };
        if found.is_file() {
            seen.insert(path, (found.modified().unwrap_or(SystemTime::UNIX_EPOCH), found.len()));
        } else {
            let entries = std::fs::read_dir(&path).into_iter().flatten().flatten();
            paths.extend(
                entries.filter(|entry| is_source(&entry.file_name().to_string_lossy())).map(|it| it.path()),
            );
        }
    }
    seen
}

/// Editors' own files are none.
fn is_source(name: &str) -> bool {
    !name.starts_with('.') && !name.ends_with('~') && !SKIPPED.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_seen_and_what_editors_and_builds_leave_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        };
        write("crates/chat/src/lib.rs", "1");
        write("schema.graphql", "1");
        let sources = Sources::look(folder.path().to_owned());
        assert_eq!(sources.seen.len(), 2);
        for name in
            ["crates/chat/src/.lib.rs.swp", "crates/chat/src/lib.rs~", "crates/chat/target/a", "web/a.ts"]
        {
            write(name, "1");
        }
        assert!(!sources.have_changed());
        write("crates/chat/src/lib.rs", "12");
        let changed = look(folder.path());
        let path = folder.path().join("crates/chat/src/lib.rs");
        assert_eq!(difference(&sources.seen, &changed), Some(path.as_path()));
        std::fs::remove_file(folder.path().join("schema.graphql")).expect("it was there");
        assert!(
            difference(&changed, &look(folder.path())).is_some_and(|path| path.ends_with("schema.graphql"))
        );
    }
}

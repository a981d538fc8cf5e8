//! Watching: what is edited is built, tried, and served in place of what was served before, on the same port.
//!
//! The process that watches holds the port and serves nothing; another one serves, and ends when the first does. Who
//! connects while one server gives way to the next waits with the operating system, and is not refused.

mod build;
mod handover;
mod sources;

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::time::Instant;

use build::{Program, build};
pub use handover::Handover;
use handover::Served;
use sources::Sources;

use crate::StartError;
use crate::port::listen;
use crate::terminal::say;

/// What to watch, and how to serve it.
#[derive(Debug, Clone)]
pub struct Watch {
    /// The folder of the workspace whose sources are watched and built.
    pub workspace: PathBuf,
    /// The port on localhost; 0 takes a free one.
    pub port: u16,
    /// What the program is started with to serve; it finds a [`Handover`] at its stdin.
    pub serve: Vec<OsString>,
    /// The same for the first time.
    pub serve_first: Vec<OsString>,
    /// What the program is started with to see whether it would serve, on a folder of its own.
    pub check: Vec<OsString>,
}

/// Why nothing is watched, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// There are no sources.
    #[error("{} is not Parlor's workspace: name its folder with --watch=DIR", .0.display())]
    NoWorkspace(PathBuf),
    /// The port is not to be had.
    #[error(transparent)]
    Port(#[from] StartError),
    /// The server did not start, and has said why.
    #[error("the server did not start")]
    NotStarted,
    /// The operating system refused something.
    #[error("cannot watch: {0}")]
    System(#[from] io::Error),
}

impl Watch {
    /// Serves and watches until the future is done; then nothing that was started is left.
    pub async fn run_until(self, done: impl Future<Output = ()>) -> Result<(), WatchError> {
        let is_workspace = ["Cargo.toml", "crates/local", "schema.graphql"];
        let workspace = self.workspace.canonicalize().ok();
        let workspace = workspace.filter(|folder| is_workspace.iter().all(|it| folder.join(it).exists()));
        let Some(workspace) = workspace else {
            return Err(WatchError::NoWorkspace(self.workspace));
        };
        let listeners = listen(self.port).await?;
        let listeners: Vec<_> = listeners.into_iter().map(|it| it.into_std()).collect::<Result<_, _>>()?;
        let mut sources = Sources::look(workspace.clone());
        let program = Program::this()?;
        let mut done = std::pin::pin!(done);
        let started = tokio::select! {
            started = Served::start(&program.path, &self.serve_first, &listeners) => started?,
            () = &mut done => return Ok(()),
        };
        let (served, greeting) = started.ok_or(WatchError::NotStarted)?;
        say(format_args!(
            "{greeting}\nWatching {}: what is saved there is built and served.",
            workspace.display()
        ));

        let mut now = Now { served: Some(served), program, greeting };
        tokio::select! {
            () = async {
                loop {
                    tokio::select! {
                        changed = sources.changed() => {
                            say(format_args!("{changed} changed"));
                            self.renew(&mut now, &mut sources, &listeners).await;
                        }
                        () = now.ended() => {
                            now.served = None;
                            say("The server ended by itself; the next change starts it again.");
                        }
                    }
                }
            } => {}
            () = &mut done => {}
        }
        if let Some(served) = now.served {
            served.stop().await;
        }
        Ok(())
    }

    /// Builds what has changed and serves it; whatever goes wrong is told, and what was served is served on.
    async fn renew(&self, now: &mut Now, sources: &mut Sources, listeners: &[std::net::TcpListener]) {
        let begun = Instant::now();
        let built = build(sources.workspace(), &now.program.path).await;
        if sources.have_changed() {
            // Somebody is still writing: the next build is the one that counts.
            return;
        }
        let program = match built {
            Ok(program) if program == now.program && now.served.is_some() => {
                return say("Nothing of what is served is different.");
            }
            Ok(program) => program,
            Err(unbuilt) => return say(format_args!("{unbuilt}: {}", now.stays())),
        };
        let built_in = begun.elapsed();
        match handover::check(&program.path, &self.check).await {
            Ok(true) => {}
            Ok(false) => return say(format_args!("It would not start: {}", now.stays())),
            Err(error) => return say(format_args!("It cannot be tried ({error}): {}", now.stays())),
        }
        if let Some(served) = now.served.take() {
            served.stop().await;
        }
        match Served::start(&program.path, &self.serve, listeners).await {
            Ok(Some((served, greeting))) => {
                if greeting != now.greeting {
                    say(greeting.as_str());
                }
                *now = Now { served: Some(served), program, greeting };
                let (built_s, all_s) = (built_in.as_secs_f32(), begun.elapsed().as_secs_f32());
                say(format_args!("Served anew after {all_s:.1} s, {built_s:.1} s of them for the build."));
            }
            Ok(None) => say("It did not start; requests wait for the next change."),
            Err(error) => say(format_args!("It did not start ({error}); requests wait for the next change.")),
        }
    }
}

/// What is served.
struct Now {
    served: Option<Served>,
    program: Program,
    greeting: String,
}

impl Now {
    /// When the server ends without having been asked to; never, if there is none.
    async fn ended(&mut self) {
        match &mut self.served {
            Some(served) => served.ended().await,
            None => std::future::pending().await,
        }
    }

    fn stays(&self) -> &'static str {
        match self.served {
            Some(_) => "what was served before is served on.",
            None => "requests wait for the next change.",
        }
    }
}

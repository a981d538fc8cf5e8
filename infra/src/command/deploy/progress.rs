//! Follows what AWS does to a stack, to the end: on a terminal in lines that are redrawn, else a line an event.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, IsTerminal as _, Write as _};
use std::panic::Location;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::super::aws::Account;
use super::super::failure::Failure;
use super::super::terminal::{self, safe_line};
use super::events::{self, Event};

const BETWEEN_LOOKS: Duration = Duration::from_secs(2);
const BETWEEN_FRAMES: Duration = Duration::from_millis(500);
/// How often in a row AWS may be out of reach.
const PATIENCE: u32 = 30;
/// The most lines that are redrawn; a terminal has 24.
const LIVE_LINES: usize = 12;

/// A stack that is being watched.
pub(crate) struct Watch {
    account: Account,
    stack_id: String,
    seen: HashSet<String>,
    events: Vec<Event>,
    begun: Instant,
    /// What is being done to each resource, and since when.
    running: BTreeMap<String, (Event, Instant)>,
    done: usize,
    expected: usize,
    drawn: usize,
    is_live: bool,
}

/// How it ended.
pub(crate) struct End {
    pub(crate) status: String,
    watch: Watch,
}

impl End {
    pub(crate) fn is_success(&self) -> bool {
        let wanted = ["CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE", "IMPORT_COMPLETE"];
        wanted.contains(&self.status.as_str())
    }

    /// Why it failed.
    pub(crate) fn cause(&self, lines: &BTreeMap<String, &'static Location<'static>>) -> String {
        let Watch { account, stack_id, events, .. } = &self.watch;
        format!(
            "{}\nThe stack is in the state {}.",
            events::cause(account, stack_id, events, lines),
            self.status
        )
    }
}

impl Watch {
    /// From now on: what happened before is not told. `expected`: how many resources will change.
    pub(crate) fn begin(account: &Account, stack_id: &str, expected: usize) -> Result<Self, Failure> {
        let mut seen = HashSet::new();
        events::new(account, stack_id, &mut seen)?;
        Ok(Self {
            account: account.clone(),
            stack_id: stack_id.to_owned(),
            seen,
            events: Vec::new(),
            begun: Instant::now(),
            running: BTreeMap::new(),
            done: 0,
            expected,
            drawn: 0,
            is_live: io::stdout().is_terminal(),
        })
    }

    /// Shows all that happens until the stack is at rest.
    pub(crate) fn follow(mut self) -> Result<End, Failure> {
        let mut failed = 0;
        loop {
            match events::new(&self.account, &self.stack_id, &mut self.seen) {
                Ok(events) => {
                    failed = 0;
                    self.events.extend(events.iter().cloned());
                    let ended = self.show(&events);
                    if let Some(status) = ended {
                        return Ok(End { status, watch: self });
                    }
                }
                Err(refusal) if refusal.may_pass() && failed < PATIENCE => failed += 1,
                Err(refusal) => {
                    let text = format!("it goes on at AWS, but is no longer seen: {}", refusal.text);
                    return Err(text.into());
                }
            }
            let next = Instant::now() + BETWEEN_LOOKS;
            while Instant::now() < next {
                sleep(BETWEEN_FRAMES);
                self.draw(&[]);
            }
        }
    }

    /// Shows what happened; the stack's state, if it is at rest.
    fn show(&mut self, events: &[Event]) -> Option<String> {
        let mut ended = None;
        let mut lines = Vec::new();
        for event in events {
            let is_running = event.status.ends_with("_IN_PROGRESS");
            if event.is_of(&self.stack_id) {
                if !is_running {
                    ended = Some(event.status.clone());
                }
                if !self.is_live || event.reason.is_some() {
                    lines.push(self.line(event, None));
                }
                continue;
            }
            if is_running {
                // Its second event of a kind says that the physical id is known: the time runs on.
                let is_same =
                    self.running.get(&event.resource).is_some_and(|(old, _)| old.status == event.status);
                if !is_same {
                    self.running.insert(event.resource.clone(), (event.clone(), Instant::now()));
                    if !self.is_live {
                        lines.push(self.line(event, None));
                    }
                }
                continue;
            }
            let took = self.running.remove(&event.resource).map(|(started, _)| event.time - started.time);
            self.done += 1;
            lines.push(self.line(event, took));
        }
        self.draw(&lines);
        if ended.is_some() {
            self.running.clear();
            self.draw(&[]);
        }
        ended
    }

    fn line(&self, event: &Event, took: Option<f64>) -> String {
        let paint = terminal::out();
        let status = format!("{:<20}", event.status);
        let status = match () {
            () if event.is_failure() => paint.red(&status),
            () if event.status.contains("ROLLBACK") => paint.yellow(&status),
            () if event.status.ends_with("_COMPLETE") => paint.green(&status),
            () => status,
        };
        let took = took.map_or(String::new(), |seconds| format!(", {seconds:.1} s"));
        let reason = event
            .reason
            .as_deref()
            .filter(|_| !event.status.ends_with("_IN_PROGRESS") || event.is_of(&self.stack_id));
        let reason = reason.map_or(String::new(), |reason| format!(": {}", safe_line(reason)));
        let since = self.events.first().map_or(event.time, |first| first.time);
        let clock = clock(Duration::from_secs_f64((event.time - since).max(0.0)));
        let (name, kind) = (safe_line(&event.resource), safe_line(&event.kind));
        format!("{clock}  {status} {name} ({kind}{took}){reason}")
    }

    /// Writes finished lines, and on a terminal what is running below them, over what stood there.
    fn draw(&mut self, finished: &[String]) {
        let mut text = String::new();
        if self.is_live && self.drawn > 0 {
            text.push_str(&format!("\x1b[{}A\x1b[J", self.drawn));
        }
        finished.iter().for_each(|line| text.push_str(&format!("{line}\n")));
        if self.is_live {
            let paint = terminal::out();
            let mut live: Vec<String> = self
                .running
                .values()
                .take(LIVE_LINES)
                .map(|(event, since)| {
                    let (name, kind) = (safe_line(&event.resource), safe_line(&event.kind));
                    format!("       {:<20} {name} ({kind}) {} s", event.status, since.elapsed().as_secs())
                })
                .collect();
            if !self.running.is_empty() {
                let more = self.running.len().saturating_sub(LIVE_LINES);
                let more = if more > 0 { format!(", {more} more running") } else { String::new() };
                let (done, expected) = (self.done, self.expected);
                let state = format!("{}  {done} of {expected} done{more}", clock(self.begun.elapsed()));
                live.push(paint.dim(&state));
            }
            self.drawn = live.len();
            // A line that wrapped would be two to go up: lines are cut at the edge meanwhile.
            if !live.is_empty() {
                text.push_str(&format!("\x1b[?7l{}\n\x1b[?7h", live.join("\n")));
            }
        }
        // Whoever reads may have gone; the deployment is followed all the same, for its outcome.
        let _ = io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush());
    }
}

fn clock(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

/// Says this, and ends, when Ctrl-C is pressed.
pub(crate) fn on_interrupt(text: String) -> Result<(), Failure> {
    ctrlc::set_handler(move || {
        eprintln!("\n{text}");
        std::process::exit(130);
    })
    .map_err(|error| format!("Ctrl-C cannot be listened for: {error}").into())
}

//! Filling a stack: what the seed names and the stack lacks comes in, in the order of the file.

mod messages;
mod people;
mod rooms;

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use local_cognito::MfaConfiguration;

use super::client::FrontEnd;
use super::{Seed, SeedError, Who};
use crate::terminal::note;
use people::SignedIn;

/// What was not there before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filled {
    /// Accounts made.
    pub people: usize,
    /// Rooms made.
    pub rooms: usize,
    /// Messages sent.
    pub messages: usize,
}

/// Whoever waits at the terminal hears of progress so often.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// Brings in what the stack lacks. Twice is once, also after a run that was interrupted: accounts are known by their
/// e-mail addresses, rooms and messages by client ids that are made of what the file says of them.
pub(crate) async fn fill(seed: &Seed, front_end: &FrontEnd) -> Result<Filled, SeedError> {
    let password_client = check(seed, front_end.cognito.user_pool())?;
    let total = seed.rooms.iter().map(|room| room.messages.len()).sum();
    let mut filling = Filling {
        seed,
        front_end,
        password_client,
        people: Vec::new(),
        rooms: HashMap::new(),
        filled: Filled::default(),
        messages_seen: 0,
        messages_total: total,
        told_at: Instant::now(),
    };
    for person in &seed.people {
        filling.person(person).await?;
    }
    for room in &seed.rooms {
        filling.room(room).await?;
    }
    Ok(filling.filled)
}

/// What only the pool can say, before anybody signs up. Answers the client that takes a password as it is.
fn check(seed: &Seed, pool: &local_cognito::UserPoolConfig) -> Result<String, SeedError> {
    let mut faults = Vec::new();
    let groups: Vec<_> = pool.groups.iter().map(|group| group.name.as_str()).collect();
    for person in &seed.people {
        let mut fault = |what: String| {
            faults.push(format!("{}:{}: {}: {what}", seed.path.display(), person.line, person.email));
        };
        if let Err(error) = pool.password_policy.check(&person.password) {
            fault(error.to_string());
        }
        for required in &pool.required_attributes {
            if !person.attributes.iter().any(|(name, value)| name == required && !value.is_empty()) {
                fault(format!("the user pool wants everybody's {required}: add it"));
            }
        }
        for group in person.groups.iter().filter(|group| !groups.contains(&group.as_str())) {
            fault(format!("there is no group {group}: the user pool has {}", groups.join(", ")));
        }
    }
    if pool.mfa_configuration == MfaConfiguration::On {
        faults.push(format!(
            "{}: this pool asks everybody for a second factor, which a seed's people have not: start without --seed, or \
             with Mfa=OPTIONAL",
            seed.path.display()
        ));
    }
    let takes_passwords = |client: &&local_cognito::ClientConfig| {
        client.explicit_auth_flows.iter().any(|flow| flow == "ALLOW_USER_PASSWORD_AUTH")
    };
    let client = pool.clients.iter().find(takes_passwords);
    if client.is_none() {
        faults.push(format!(
            "{}: this stage has no client that takes a password as it is, so nobody can be signed in: start without \
             --seed, or in a stage other than production",
            seed.path.display()
        ));
    }
    match client {
        Some(client) if faults.is_empty() => Ok(client.client_id.clone()),
        _ => Err(SeedError::Faulty(faults.join("\n"))),
    }
}

struct Filling<'a> {
    seed: &'a Seed,
    front_end: &'a FrontEnd,
    password_client: String,
    /// Those of the seed's people who have come in so far.
    people: Vec<SignedIn>,
    /// The rooms that an owner had before.
    rooms: HashMap<Who, HashSet<String>>,
    filled: Filled,
    messages_seen: usize,
    messages_total: usize,
    told_at: Instant,
}

impl Filling<'_> {
    fn token(&self, who: Who) -> &str {
        &self.people[who].token
    }

    fn tell(&mut self) {
        self.messages_seen += 1;
        if self.told_at.elapsed() >= TELL_EVERY {
            self.told_at = Instant::now();
            note(format_args!("seed: {} of {} messages", self.messages_seen, self.messages_total));
        }
    }
}

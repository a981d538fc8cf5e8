//! The seed file: TOML, and what in it must fit together.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use chat::rooms::{RoomName, Visibility};
use chat::uploads::NewFile;
use chat::{Content, Text};
use indexmap::IndexMap;
use serde::Deserialize;
use toml::Spanned;
use uuid::Uuid;

use super::{File, Membership, Message, Person, Room, Seed, SeedError, Who};

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// Of everybody who has none of their own.
    password: Option<String>,
    #[serde(default)]
    users: IndexMap<String, Spanned<WrittenUser>>,
    #[serde(default)]
    rooms: Vec<Spanned<WrittenRoom>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenUser {
    email: String,
    given_name: Option<String>,
    family_name: Option<String>,
    password: Option<String>,
    #[serde(default)]
    groups: Vec<String>,
    /// Any other attributes.
    #[serde(default)]
    attributes: IndexMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRoom {
    name: String,
    visibility: Option<Visibility>,
    owner: Spanned<String>,
    #[serde(default)]
    admins: Vec<Spanned<String>>,
    #[serde(default)]
    members: Vec<Spanned<String>>,
    #[serde(default)]
    messages: Vec<Spanned<WrittenMessage>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenMessage {
    from: String,
    text: Option<String>,
    /// Paths from the seed's folder.
    #[serde(default)]
    files: Vec<PathBuf>,
    edited: Option<String>,
    #[serde(default)]
    deleted: bool,
}

/// Reads the text; all faults that are found, come together.
pub(super) fn parse(path: &Path, text: &str) -> Result<Seed, SeedError> {
    let mut reader = Reader { path, text, names: HashMap::new(), faults: Vec::new() };
    let written: Written = match toml::from_str(text) {
        Ok(written) => written,
        Err(error) => {
            let line = reader.line(error.span().map_or(0, |span| span.start));
            reader.fault(line, error.message());
            return Err(SeedError::Faulty(reader.faults.join("\n")));
        }
    };
    let people = reader.people(written.users, written.password.as_deref());
    let rooms = reader.rooms(written.rooms, &people);
    if reader.faults.is_empty() {
        Ok(Seed { path: path.to_owned(), people, rooms })
    } else {
        Err(SeedError::Faulty(reader.faults.join("\n")))
    }
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    names: HashMap<String, Who>,
    faults: Vec<String>,
}

impl Reader<'_> {
    fn line(&self, offset: usize) -> usize {
        self.text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
    }

    fn fault(&mut self, line: usize, what: impl std::fmt::Display) {
        self.faults.push(format!("{}:{line}: {what}", self.path.display()));
    }

    fn people(
        &mut self,
        users: IndexMap<String, Spanned<WrittenUser>>,
        everybodys_password: Option<&str>,
    ) -> Vec<Person> {
        let mut people = Vec::new();
        let mut emails = HashSet::new();
        for (name, user) in users {
            let line = self.line(user.span().start);
            let user = user.into_inner();
            let email = user.email.trim().to_lowercase();
            if !emails.insert(email.clone()) {
                self.fault(line, format!("{email} is another user's e-mail address already"));
            }
            let password = user.password.as_deref().or(everybodys_password);
            if password.is_none() {
                self.fault(
                    line,
                    format!("{name} has no password: write one here, or everybody's above the users"),
                );
            }
            let named = [("given_name", user.given_name), ("family_name", user.family_name)];
            let named = named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
            let mut attributes = vec![("email".to_owned(), email.clone())];
            attributes.extend(named.chain(user.attributes));
            let password = password.unwrap_or_default().to_owned();
            self.names.insert(name, people.len());
            people.push(Person { line, email, password, attributes, groups: user.groups });
        }
        people
    }

    /// The user of that name, if there is one.
    fn who(&mut self, line: usize, name: &str) -> Option<Who> {
        let found = self.names.get(name).copied();
        if found.is_none() {
            self.fault(line, format!("there is no user {name}: add [users.{name}], or correct the name"));
        }
        found
    }

    fn rooms(&mut self, rooms: Vec<Spanned<WrittenRoom>>, people: &[Person]) -> Vec<Room> {
        let mut known = HashSet::new();
        let mut all = Vec::new();
        for room in rooms {
            let line = self.line(room.span().start);
            let room = room.into_inner();
            let name = room.name.trim().to_owned();
            if let Err(error) = RoomName::new(&name) {
                self.fault(line, error);
            }
            let owner_line = self.line(room.owner.span().start);
            let Some(owner) = self.who(owner_line, room.owner.get_ref()) else { continue };
            let identity = format!("{}/{name}", people[owner].email);
            if !known.insert(identity.clone()) {
                let owner = room.owner.get_ref();
                self.fault(
                    line,
                    format!("{owner} has another room {name:?} in this file: give one another name"),
                );
            }
            let members = self.members(owner, room.admins, room.members);
            let messages = self.messages(&identity, owner, &members, room.messages, people);
            let visibility = room.visibility.unwrap_or(Visibility::Public);
            let client_id = client_id("room", &identity);
            all.push(Room { line, client_id, name, visibility, owner, members, messages });
        }
        all
    }

    fn members(
        &mut self,
        owner: Who,
        admins: Vec<Spanned<String>>,
        members: Vec<Spanned<String>>,
    ) -> Vec<Membership> {
        let mut all: Vec<Membership> = Vec::new();
        let admins = admins.into_iter().map(|name| (name, true));
        for (name, is_admin) in admins.chain(members.into_iter().map(|name| (name, false))) {
            let line = self.line(name.span().start);
            let Some(person) = self.who(line, name.get_ref()) else { continue };
            if person == owner || all.iter().any(|other| other.person == person) {
                let name = name.get_ref();
                self.fault(line, format!("{name} is in the room already: as owner, admin or member, once"));
            } else {
                all.push(Membership { line, person, is_admin });
            }
        }
        all
    }

    fn messages(
        &mut self,
        room: &str,
        owner: Who,
        members: &[Membership],
        messages: Vec<Spanned<WrittenMessage>>,
        people: &[Person],
    ) -> Vec<Message> {
        let mut repeats: BTreeMap<String, usize> = BTreeMap::new();
        let mut all = Vec::new();
        for message in messages {
            let line = self.line(message.span().start);
            let WrittenMessage { from: name, text, files, edited, deleted } = message.into_inner();
            let Some(from) = self.who(line, &name) else { continue };
            if from != owner && !members.iter().any(|member| member.person == from) {
                self.fault(line, format!("{name} is not in the room: add {name} to its members"));
            }
            for text in text.iter().chain(&edited) {
                if let Err(error) = Text::new(text.clone()) {
                    self.fault(line, error);
                }
            }
            if text.is_none() && files.is_empty() {
                self.fault(line, "the message is empty: give it a text, files, or both");
            }
            if files.len() > Content::MAX_ATTACHMENTS {
                let limit = Content::MAX_ATTACHMENTS;
                self.fault(line, format!("a message has at most {limit} files: write several messages"));
            }
            if edited.is_some() && deleted {
                self.fault(line, "a message that is deleted cannot be edited: take one of the two away");
            }
            let names = files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join("\n");
            let content = format!("{}\0{}\0{names}", people[from].email, text.as_deref().unwrap_or_default());
            let repeat = repeats.entry(content.clone()).and_modify(|count| *count += 1).or_insert(0);
            let client_id = client_id("message", &format!("{room}\0{content}\0{repeat}"));
            let files = files.iter().filter_map(|file| self.file(line, file)).collect();
            all.push(Message { line, client_id, from, text, files, edited, is_deleted: deleted });
        }
        all
    }

    fn file(&mut self, line: usize, path: &Path) -> Option<File> {
        let path = self.path.parent().unwrap_or(Path::new("")).join(path);
        let size_bytes = match std::fs::metadata(&path) {
            Ok(found) if found.is_file() => found.len(),
            Ok(_) => {
                self.fault(line, format!("{} is no file", path.display()));
                return None;
            }
            Err(error) => {
                self.fault(line, format!("{}: {error}; paths begin at the seed's folder", path.display()));
                return None;
            }
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let content_type = content_type(&path);
        let size = i64::try_from(size_bytes).unwrap_or(i64::MAX);
        if let Err(error) = NewFile::new(name.clone(), content_type.to_owned(), size) {
            self.fault(line, format!("{}: {error}", path.display()));
        }
        Some(File { path, name, content_type })
    }
}

/// An id that is the same at every run, and of nothing else.
fn client_id(kind: &str, identity: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("parlor-seed/{kind}/{identity}").as_bytes()).to_string()
}

/// By the name's ending: what a browser shows, and bytes of whatever kind otherwise.
fn content_type(path: &Path) -> &'static str {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    match ending.as_str() {
        "avif" => "image/avif",
        "gif" => "image/gif",
        "jpg" | "jpeg" => "image/jpeg",
        "mp3" => "audio/mpeg",
        "mp4" => "video/mp4",
        "pdf" => "application/pdf",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain",
        "webm" => "video/webm",
        "webp" => "image/webp",
        _ => "application/octet-stream",
    }
}

//! The groups of the pool and who is in them.

use rusqlite::{Connection, OptionalExtension, Row};
use serde_json::{Value, json};

use crate::error::Error;

/// A group as stored.
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// Lower comes first.
    pub(crate) precedence: Option<i64>,
    pub(crate) created_at_s: i64,
    pub(crate) modified_at_s: i64,
}

impl Group {
    /// AWS's `GroupType`; what is not set is absent.
    pub(crate) fn to_json(&self, pool_id: &str) -> Value {
        let mut group = json!({
            "GroupName": self.name,
            "UserPoolId": pool_id,
            "CreationDate": self.created_at_s,
            "LastModifiedDate": self.modified_at_s,
        });
        if let Some(description) = &self.description {
            group["Description"] = description.as_str().into();
        }
        if let Some(precedence) = self.precedence {
            group["Precedence"] = precedence.into();
        }
        group
    }
}

const COLUMNS: &str = "name, description, precedence, created_at_s, modified_at_s";

/// Makes the configured groups; those already there keep their members.
pub(crate) fn ensure(db: &Connection, names: &[String], now_s: i64) -> Result<(), Error> {
    for name in names {
        db.execute(
            "INSERT OR IGNORE INTO groups (name, created_at_s, modified_at_s) VALUES (?1, ?2, ?2)",
            (name, now_s),
        )?;
    }
    Ok(())
}

/// Stores a new group; `false` if the name is taken.
pub(crate) fn insert(db: &Connection, group: &Group) -> Result<bool, Error> {
    let inserted = db.execute(
        "INSERT OR IGNORE INTO groups (name, description, precedence, created_at_s, modified_at_s)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        (&group.name, &group.description, group.precedence, group.created_at_s, group.modified_at_s),
    )?;
    Ok(inserted == 1)
}

/// Stores what changed.
pub(crate) fn update(db: &Connection, group: &Group) -> Result<(), Error> {
    db.execute(
        "UPDATE groups SET description = ?2, precedence = ?3, modified_at_s = ?4 WHERE name = ?1",
        (&group.name, &group.description, group.precedence, group.modified_at_s),
    )?;
    Ok(())
}

pub(crate) fn find(db: &Connection, name: &str) -> Result<Group, Error> {
    let sql = format!("SELECT {COLUMNS} FROM groups WHERE name = ?1");
    let group = db.query_row(&sql, [name], parse).optional()?;
    group.ok_or_else(|| Error::ResourceNotFound("Group not found.".to_owned()))
}

/// Removes a group; its members stay users.
pub(crate) fn delete(db: &Connection, name: &str) -> Result<(), Error> {
    db.execute("DELETE FROM groups WHERE name = ?1", [name])?;
    Ok(())
}

/// At most `limit` groups by name, from after `after` on; only those of a user, if one is given.
pub(crate) fn list(
    db: &Connection,
    sub: Option<&str>,
    after: &str,
    limit: usize,
) -> Result<Vec<Group>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM groups
         WHERE name > ?2 AND (?1 IS NULL OR name IN (SELECT group_name FROM group_members WHERE sub = ?1))
         ORDER BY name LIMIT ?3"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let groups = statement.query_map((sub, after, limit), parse)?;
    Ok(groups.collect::<Result<_, _>>()?)
}

/// Puts a user into a group; again is no error.
pub(crate) fn add(db: &Connection, sub: &str, group: &str) -> Result<(), Error> {
    find(db, group)?;
    db.execute("INSERT OR IGNORE INTO group_members (sub, group_name) VALUES (?1, ?2)", (sub, group))?;
    Ok(())
}

/// Takes a user out of a group; who is not in it is no error.
pub(crate) fn remove(db: &Connection, sub: &str, group: &str) -> Result<(), Error> {
    find(db, group)?;
    db.execute("DELETE FROM group_members WHERE sub = ?1 AND group_name = ?2", (sub, group))?;
    Ok(())
}

/// The `sub`s of a group's members, in order, from after `after` on.
pub(crate) fn members(db: &Connection, group: &str, after: &str, limit: usize) -> Result<Vec<String>, Error> {
    let mut statement = db.prepare_cached(
        "SELECT sub FROM group_members WHERE group_name = ?1 AND sub > ?2 ORDER BY sub LIMIT ?3",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let members = statement.query_map((group, after, limit), |row| row.get(0))?;
    Ok(members.collect::<Result<_, _>>()?)
}

/// The claim `cognito:groups`.
pub(crate) fn of_user(db: &Connection, sub: &str) -> Result<Vec<String>, Error> {
    let mut statement =
        db.prepare_cached("SELECT group_name FROM group_members WHERE sub = ?1 ORDER BY group_name")?;
    let groups = statement.query_map([sub], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(groups)
}

fn parse(row: &Row<'_>) -> rusqlite::Result<Group> {
    Ok(Group {
        name: row.get("name")?,
        description: row.get("description")?,
        precedence: row.get("precedence")?,
        created_at_s: row.get("created_at_s")?,
        modified_at_s: row.get("modified_at_s")?,
    })
}

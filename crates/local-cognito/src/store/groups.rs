//! The groups of the pool and who is in them.

use rusqlite::{Connection, OptionalExtension, Row};
use serde_json::{Value, json};

use crate::config::GroupConfig;
use crate::error::Error;

/// A group as stored.
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// Lower comes first.
    pub(crate) precedence: Option<i64>,
    pub(crate) role_arn: Option<String>,
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
        if let Some(role_arn) = &self.role_arn {
            group["RoleArn"] = role_arn.as_str().into();
        }
        group
    }
}

const COLUMNS: &str = "name, description, precedence, role_arn, created_at_s, modified_at_s";

/// Makes the configured groups, or makes them as they are configured now; they keep their members.
pub(crate) fn ensure(db: &Connection, groups: &[GroupConfig], now_s: i64) -> Result<(), Error> {
    for GroupConfig { name, description, precedence, role_arn } in groups {
        db.execute(
            "INSERT INTO groups (name, description, precedence, role_arn, created_at_s, modified_at_s)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5)
             ON CONFLICT (name) DO UPDATE SET description = ?2, precedence = ?3, role_arn = ?4, modified_at_s = ?5
             WHERE (description, precedence, role_arn) IS NOT (?2, ?3, ?4)",
            (name, description, precedence, role_arn, now_s),
        )?;
    }
    Ok(())
}

/// Stores a new group; `false` if the name is taken.
pub(crate) fn insert(db: &Connection, group: &Group) -> Result<bool, Error> {
    let inserted = db.execute(
        "INSERT OR IGNORE INTO groups (name, description, precedence, role_arn, created_at_s, modified_at_s)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (
            &group.name,
            &group.description,
            group.precedence,
            &group.role_arn,
            group.created_at_s,
            group.modified_at_s,
        ),
    )?;
    Ok(inserted == 1)
}

/// Stores what changed.
pub(crate) fn update(db: &Connection, group: &Group) -> Result<(), Error> {
    db.execute(
        "UPDATE groups SET description = ?2, precedence = ?3, role_arn = ?4, modified_at_s = ?5
         WHERE name = ?1",
        (&group.name, &group.description, group.precedence, &group.role_arn, group.modified_at_s),
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

/// The roles of the groups that a user is in, with the groups' precedence, the first first.
pub(crate) fn roles_of_user(db: &Connection, sub: &str) -> Result<Vec<(Option<i64>, String)>, Error> {
    let mut statement = db.prepare_cached(
        "SELECT precedence, role_arn FROM groups JOIN group_members ON name = group_name
         WHERE sub = ?1 AND role_arn IS NOT NULL ORDER BY precedence NULLS LAST, name",
    )?;
    let roles = statement.query_map([sub], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(roles.collect::<Result<_, _>>()?)
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
        role_arn: row.get("role_arn")?,
        created_at_s: row.get("created_at_s")?,
        modified_at_s: row.get("modified_at_s")?,
    })
}

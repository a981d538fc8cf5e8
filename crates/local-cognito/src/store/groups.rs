//! The groups of the pool and who is in them.

use rusqlite::Connection;

use crate::error::Error;

/// Makes the configured groups; those already there keep their members.
pub(crate) fn ensure(db: &Connection, names: &[String]) -> Result<(), Error> {
    for name in names {
        db.execute("INSERT OR IGNORE INTO groups (name) VALUES (?1)", [name])?;
    }
    Ok(())
}

/// Puts a user into a group; again is no error.
pub(crate) fn add(db: &Connection, sub: &str, group: &str) -> Result<(), Error> {
    let exists: bool = db.query_row(
        "SELECT EXISTS (SELECT 1 FROM groups WHERE name = ?1)",
        [group],
        |row| row.get(0),
    )?;
    if !exists {
        return Err(Error::ResourceNotFound("Group not found.".to_owned()));
    }
    db.execute(
        "INSERT OR IGNORE INTO group_members (sub, group_name) VALUES (?1, ?2)",
        (sub, group),
    )?;
    Ok(())
}

/// The claim `cognito:groups`.
pub(crate) fn of_user(db: &Connection, sub: &str) -> Result<Vec<String>, Error> {
    let mut statement =
        db.prepare_cached("SELECT group_name FROM group_members WHERE sub = ?1 ORDER BY group_name")?;
    let groups = statement
        .query_map([sub], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(groups)
}

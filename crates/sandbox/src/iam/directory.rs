//! Who and what there is: users, projects and domains as the store knows them.

use rusqlite::{Connection, OptionalExtension as _, Row};
use serde::Serialize;
use serde_json::{Value, json};

use super::accounts::{password_hash, password_matches};
use crate::store::StoreError;

/// An id with its name: a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    pub id: String,
    pub name: String,
}

/// A user and the domain it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct User {
    pub id: String,
    pub name: String,
    pub domain: Named,
    /// Whether it administers the account.
    #[serde(skip)]
    pub admin: bool,
}

/// A project and the domain it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// 32 hex digits.
    pub id: String,
    pub name: String,
    pub description: String,
    pub region: String,
    pub domain: Named,
}

/// By what a request names a user, project or domain.
#[derive(Clone, Copy, Debug)]
pub enum Key<'a> {
    Id(&'a str),
    Name(&'a str),
}

const USER: &str = "SELECT u.id, u.name, d.id, d.name, u.password_salt, u.password_hash, u.admin
    FROM users u JOIN domains d ON d.id = u.domain_id";

const PROJECT: &str = "SELECT p.id, p.name, p.description, p.region, d.id, d.name
    FROM projects p JOIN domains d ON d.id = p.domain_id
    JOIN grants g ON g.project_id = p.id";

fn user_of(row: &Row<'_>) -> rusqlite::Result<User> {
    let domain = Named {
        id: row.get(2)?,
        name: row.get(3)?,
    };
    Ok(User {
        id: row.get(0)?,
        name: row.get(1)?,
        domain,
        admin: row.get(6)?,
    })
}

fn project_of(row: &Row<'_>) -> rusqlite::Result<Project> {
    Ok(Project {
        id: row.get(0)?,
        name: row.get(1)?,
        description: row.get(2)?,
        region: row.get(3)?,
        domain: Named {
            id: row.get(4)?,
            name: row.get(5)?,
        },
    })
}

impl User {
    /// The user with this id.
    pub fn by_id(db: &Connection, id: &str) -> Result<Option<Self>, StoreError> {
        let mut query = db.prepare_cached(&format!("{USER} WHERE u.id = ?1"))?;
        Ok(query.query_row([id], user_of).optional()?)
    }

    /// The user with this password. Takes the same work whether the user exists or not.
    pub fn with_password(
        db: &Connection,
        user: Key<'_>,
        domain: Option<Key<'_>>,
        password: &str,
    ) -> Result<Option<Self>, StoreError> {
        let (user_id, user_name) = split(Some(user));
        let (domain_id, domain_name) = split(domain);
        let mut query = db.prepare_cached(&format!(
            "{USER} WHERE (u.id = ?1 OR u.name = ?2)
             AND (?3 IS NULL OR d.id = ?3) AND (?4 IS NULL OR d.name = ?4)"
        ))?;
        let found = query
            .query_row((user_id, user_name, domain_id, domain_name), |row| {
                Ok((
                    user_of(row)?,
                    row.get::<_, Vec<u8>>(4)?,
                    row.get::<_, Vec<u8>>(5)?,
                ))
            })
            .optional()?;
        Ok(match found {
            Some((user, salt, stored)) => {
                password_matches(&salt, &stored, password).then_some(user)
            }
            None => {
                password_hash(&[0; 16], password);
                None
            }
        })
    }

    /// The project the user may enter under this id or name; of another domain only when it says so.
    pub fn project(
        &self,
        db: &Connection,
        project: Key<'_>,
        domain: Option<Key<'_>>,
    ) -> Result<Option<Project>, StoreError> {
        let (id, name) = split(Some(project));
        let home = Key::Id(&self.domain.id);
        let (domain_id, domain_name) = split(match project {
            Key::Id(_) => domain,
            // The OpenStack SDK's cloud extension names a project without its domain.
            Key::Name(_) => Some(domain.unwrap_or(home)),
        });
        let mut query = db.prepare_cached(&format!(
            "{PROJECT} WHERE g.user_id = ?1 AND (p.id = ?2 OR p.name = ?3)
             AND (?4 IS NULL OR d.id = ?4) AND (?5 IS NULL OR d.name = ?5)"
        ))?;
        let found = query
            .query_row((&self.id, id, name, domain_id, domain_name), project_of)
            .optional()?;
        Ok(found)
    }

    /// Every project the user may enter, by name.
    pub fn projects(&self, db: &Connection) -> Result<Vec<Project>, StoreError> {
        let mut query = db.prepare_cached(&format!(
            "{PROJECT} WHERE g.user_id = ?1 ORDER BY p.name, p.id"
        ))?;
        let projects = query
            .query_map([&self.id], project_of)?
            .collect::<Result<_, _>>()?;
        Ok(projects)
    }

    /// As a token shows it.
    pub fn json(&self) -> Value {
        json!({"id": self.id, "name": self.name, "domain": self.domain, "password_expires_at": null})
    }
}

impl Project {
    /// As a token shows it.
    pub fn in_token(&self) -> Value {
        json!({"id": self.id, "name": self.name, "domain": self.domain})
    }

    /// As the project lists show it.
    pub fn json(&self, base: &str) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "enabled": true,
            "is_domain": false,
            "domain_id": self.domain.id,
            "parent_id": self.domain.id,
            "links": {"self": format!("{base}/v3/projects/{}", self.id)},
        })
    }
}

fn split(key: Option<Key<'_>>) -> (Option<&str>, Option<&str>) {
    match key {
        Some(Key::Id(id)) => (Some(id), None),
        Some(Key::Name(name)) => (None, Some(name)),
        None => (None, None),
    }
}

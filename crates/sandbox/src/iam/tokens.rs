//! Tokens: made, found again by their hash, ended.
//!
//! A token lives 24 hours on the session clock ([`crate::clock`]); the times shown for it are those
//! of the virtual clock, so a jump of the clock moves what is shown along with it.

use contract::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::directory::{Key, Named, Project, User};
use crate::clock::{Clock, Micros};
use crate::store::StoreError;

/// How long a token of a password sign-in lives.
pub const LIFETIME: Micros = 24 * 3600 * 1_000_000;

/// What a token, or a signature, lets its bearer work in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    Project(Project),
    Domain(Named),
}

/// A token as the store knows it: everything but the token itself.
#[derive(Clone, Debug)]
pub struct Token {
    pub user: User,
    pub scope: Scope,
    pub methods: String,
    /// On the session clock.
    pub issued_at: Micros,
    /// On the session clock.
    pub expires_at: Micros,
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

impl Token {
    /// Stores a new token and gives the text its bearer shows: 64 random hex digits.
    pub fn issue(&self, db: &Transaction<'_>) -> Result<String, StoreError> {
        let token = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let (project, domain) = match &self.scope {
            Scope::Project(project) => (Some(&project.id), None),
            Scope::Domain(domain) => (None, Some(&domain.id)),
        };
        // Nobody asks for the expired ones again; this keeps the table at a day's worth.
        db.execute(
            "DELETE FROM tokens WHERE expires_at <= ?1",
            [self.issued_at],
        )?;
        db.execute(
            "INSERT INTO tokens (hash, user_id, project_id, domain_id, methods, issued_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (
                hash(&token),
                &self.user.id,
                project,
                domain,
                &self.methods,
                self.issued_at,
                self.expires_at,
            ),
        )?;
        Ok(token)
    }

    /// The token with this text, unless it is unknown, ended or expired at `now` (session clock).
    pub fn find(db: &Connection, token: &str, now: Micros) -> Result<Option<Self>, StoreError> {
        let mut query = db.prepare_cached(
            "SELECT t.user_id, t.project_id, t.methods, t.issued_at, t.expires_at, d.id, d.name
             FROM tokens t LEFT JOIN domains d ON d.id = t.domain_id
             WHERE t.hash = ?1 AND t.expires_at > ?2",
        )?;
        let row = query
            .query_row((hash(token), now), |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, Option<String>>(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                    row.get::<_, Option<String>>(5)?,
                    row.get::<_, Option<String>>(6)?,
                ))
            })
            .optional()?;
        let Some((user, project, methods, issued_at, expires_at, domain_id, domain_name)) = row
        else {
            return Ok(None);
        };
        let Some(user) = User::by_id(db, &user)? else {
            return Ok(None);
        };
        let scope = match (project, domain_id, domain_name) {
            (Some(id), ..) => user.project(db, Key::Id(&id), None)?.map(Scope::Project),
            (None, Some(id), Some(name)) => Some(Scope::Domain(Named { id, name })),
            _ => None,
        };
        Ok(scope.map(|scope| Self {
            user,
            scope,
            methods,
            issued_at,
            expires_at,
        }))
    }

    /// Ends a token; an unknown one is none.
    pub fn revoke(db: &Transaction<'_>, token: &str) -> Result<(), StoreError> {
        db.execute("DELETE FROM tokens WHERE hash = ?1", [hash(token)])?;
        Ok(())
    }

    /// The member `token` of the answers, without its catalog.
    pub fn json(&self, clock: &Clock) -> Value {
        let shown = |at: Micros| Timestamp::from_micros(clock.shown(at)).to_zulu_text();
        let mut token = json!({
            "methods": self.methods.split(',').collect::<Vec<_>>(),
            "issued_at": shown(self.issued_at),
            "expires_at": shown(self.expires_at),
            "user": self.user.json(),
            "roles": roles(&self.user),
        });
        match &self.scope {
            Scope::Project(project) => token["project"] = project.in_token(),
            Scope::Domain(domain) => token["domain"] = json!(domain),
        }
        token
    }
}

/// What the user may do: everything in its projects, and, as an administrator, look at all of them.
fn roles(user: &User) -> Value {
    let named = |name: &str| json!({"id": "0", "name": name});
    match user.admin {
        true => json!([named("te_admin"), named("secu_admin")]),
        false => json!([named("te_admin")]),
    }
}

//! Who changed what, when and why. Rows are added before a change is sent and when its answer is known; none is ever
//! changed or removed, and the database itself refuses it.

pub mod routes;

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use contract::{session::AuditRow, time::Timestamp};
use rusqlite::{Connection, params};
use rusqlite_migration::{M, Migrations};
use serde_json::Value;

/// Longest JSON that is kept of a request or an answer.
const KEPT: usize = 64 * 1024;

const STEPS: &[M<'static>] = &[M::up(
    "CREATE TABLE calls (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        cloud TEXT NOT NULL,
        project TEXT NOT NULL,
        user TEXT NOT NULL,
        user_id TEXT NOT NULL,
        operation TEXT NOT NULL,
        path TEXT NOT NULL,
        request_id TEXT NOT NULL,
        reason TEXT NOT NULL,
        request TEXT
    ) STRICT;
    CREATE INDEX calls_of_project ON calls (cloud, project, id);
    CREATE TABLE outcomes (
        call INTEGER PRIMARY KEY REFERENCES calls (id),
        status INTEGER NOT NULL,
        response TEXT
    ) STRICT;
    CREATE TRIGGER calls_stay BEFORE UPDATE ON calls BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;
    CREATE TRIGGER calls_remain BEFORE DELETE ON calls BEGIN SELECT RAISE(ABORT, 'audit rows are never removed'); END;
    CREATE TRIGGER outcomes_stay BEFORE UPDATE ON outcomes BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;
    CREATE TRIGGER outcomes_remain BEFORE DELETE ON outcomes BEGIN SELECT RAISE(ABORT, 'audit rows are never removed'); END;",
)];

/// The log.
#[derive(Debug, Clone)]
pub struct Audit {
    db: Arc<Mutex<Connection>>,
}

/// A change about to be made.
#[derive(Debug, Clone)]
pub struct Change {
    pub at: Timestamp,
    pub cloud: String,
    pub project: String,
    pub user: String,
    pub user_id: String,
    pub operation: &'static str,
    pub path: String,
    pub request_id: String,
    pub reason: String,
    pub request: bytes::Bytes,
}

/// Which rows are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub cloud: String,
    pub project: String,
    /// Operation id; one that ends in `.` stands for all that begin so.
    pub operation: String,
    /// Only rows with a smaller id.
    pub before: Option<i64>,
    pub limit: u32,
}

impl Audit {
    /// In a file of this folder, or in memory.
    pub fn open(folder: Option<&Path>) -> Result<Self, String> {
        let open = || -> Result<Connection, Box<dyn std::error::Error>> {
            let mut db = match folder {
                Some(folder) => Connection::open(folder.join("audit.sqlite"))?,
                None => Connection::open_in_memory()?,
            };
            db.busy_timeout(std::time::Duration::from_secs(5))?;
            db.pragma_update(None, "journal_mode", "WAL")?;
            db.pragma_update(None, "synchronous", "FULL")?;
            db.pragma_update(None, "foreign_keys", true)?;
            Migrations::from_slice(STEPS).to_latest(&mut db)?;
            Ok(db)
        };
        let db = open().map_err(|error| format!("cannot open the audit log: {error}"))?;
        Ok(Self {
            db: Arc::new(Mutex::new(db)),
        })
    }

    /// Notes a change before it is sent; returns the row's id.
    pub async fn begin(&self, change: Change) -> rusqlite::Result<i64> {
        self.run(move |db| {
            let mut insert = db.prepare_cached(
                "INSERT INTO calls (at, cloud, project, user, user_id, operation, path, request_id, reason, request)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?;
            insert.insert(params![
                change.at.seconds(),
                change.cloud,
                change.project,
                change.user,
                change.user_id,
                change.operation,
                change.path,
                change.request_id,
                change.reason,
                kept(&change.request),
            ])
        })
        .await
    }

    /// Notes how it went.
    pub async fn finish(
        &self,
        call: i64,
        status: u16,
        response: bytes::Bytes,
    ) -> rusqlite::Result<()> {
        self.run(move |db| {
            db.prepare_cached("INSERT INTO outcomes (call, status, response) VALUES (?1, ?2, ?3)")?
                .execute(params![call, status, kept(&response)])?;
            Ok(())
        })
        .await
    }

    /// Rows, newest first.
    pub async fn list(&self, filter: Filter) -> rusqlite::Result<Vec<AuditRow>> {
        self.run(move |db| {
            let exact = filter.operation.is_empty() || !filter.operation.ends_with('.');
            let mut select = db.prepare_cached(
                "SELECT c.id, c.at, c.user, c.operation, c.path, coalesce(o.status, 0), c.request_id, c.reason,
                        c.request, o.response
                 FROM calls c LEFT JOIN outcomes o ON o.call = c.id
                 WHERE c.cloud = ?1 AND c.project = ?2 AND c.id < ?3
                   AND (?4 = '' OR (?5 AND c.operation = ?4) OR (NOT ?5 AND substr(c.operation, 1, length(?4)) = ?4))
                 ORDER BY c.id DESC LIMIT ?6",
            )?;
            let before = filter.before.unwrap_or(i64::MAX);
            let values = params![filter.cloud, filter.project, before, filter.operation, exact, filter.limit];
            select
                .query_map(values, |row| {
                    Ok(AuditRow {
                        id: row.get(0)?,
                        at: row.get(1)?,
                        user: row.get(2)?,
                        operation: row.get(3)?,
                        path: row.get(4)?,
                        status: row.get(5)?,
                        request_id: row.get(6)?,
                        reason: row.get(7)?,
                        request: json(row.get(8)?),
                        response: json(row.get(9)?),
                    })
                })?
                .collect()
        })
        .await
    }

    /// Whether it can be written to.
    pub async fn check(&self) -> rusqlite::Result<()> {
        self.run(|db| db.execute_batch("BEGIN IMMEDIATE; ROLLBACK;"))
            .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> rusqlite::Result<T> {
        let db = self.db.clone();
        let work = tokio::task::spawn_blocking(move || {
            work(&db.lock().unwrap_or_else(PoisonError::into_inner))
        });
        match work.await {
            Ok(result) => result,
            Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
        }
    }
}

fn kept(bytes: &[u8]) -> Option<&str> {
    if bytes.is_empty() || bytes.len() > KEPT {
        return None;
    }
    std::str::from_utf8(bytes).ok()
}

fn json(text: Option<String>) -> Value {
    let parsed = text.map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text)));
    parsed.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(operation: &'static str) -> Change {
        Change {
            at: Timestamp::from_seconds(1_773_480_413),
            cloud: "sandbox".to_owned(),
            project: "p1".to_owned(),
            user: "demo".to_owned(),
            user_id: "u1".to_owned(),
            operation,
            path: "/policies".to_owned(),
            request_id: "r-1".to_owned(),
            reason: "Quarterly test".to_owned(),
            request: "{\"policy\":{}}".into(),
        }
    }

    fn of(project: &str) -> Filter {
        Filter {
            cloud: "sandbox".to_owned(),
            project: project.to_owned(),
            limit: 10,
            ..Filter::default()
        }
    }

    #[tokio::test]
    async fn a_change_is_there_before_its_answer_and_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let audit = Audit::open(Some(folder.path())).unwrap();
        let id = audit.begin(change("csbs.policies.create")).await.unwrap();
        assert_eq!(audit.list(of("p1")).await.unwrap()[0].status, 0);
        audit.finish(id, 200, "{\"ok\":true}".into()).await.unwrap();
        drop(audit);

        let audit = Audit::open(Some(folder.path())).unwrap();
        audit.begin(change("csbs.restores.create")).await.unwrap();
        let rows = audit.list(of("p1")).await.unwrap();
        assert_eq!(
            rows.iter().map(|row| row.status).collect::<Vec<_>>(),
            [0, 200]
        );
        assert_eq!(rows[1].response["ok"], true);
        assert_eq!(audit.list(of("p2")).await.unwrap(), []);
        let filter = Filter {
            operation: "csbs.policies.".to_owned(),
            ..of("p1")
        };
        assert_eq!(audit.list(filter).await.unwrap().len(), 1);
        let filter = Filter {
            before: Some(rows[0].id),
            ..of("p1")
        };
        assert_eq!(audit.list(filter).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn rows_cannot_be_changed_or_removed() {
        let audit = Audit::open(None).unwrap();
        let id = audit.begin(change("csbs.policies.create")).await.unwrap();
        audit.finish(id, 200, "{}".into()).await.unwrap();
        for statement in [
            "UPDATE calls SET user = 'x'",
            "DELETE FROM calls",
            "UPDATE outcomes SET status = 1",
            "DELETE FROM outcomes",
        ] {
            let result = audit.run(move |db| db.execute_batch(statement)).await;
            assert!(
                result.unwrap_err().to_string().contains("never"),
                "{statement}"
            );
        }
    }
}

//! The one SQLite database behind a sandbox: opening it, and the two ways in.
//!
//! `read` gives a consistent snapshot, `write` a transaction that commits when its closure says
//! `Ok` and leaves nothing behind when it says `Err`. There is one writer; on disk readers do not
//! wait for it (WAL), in memory there is a single connection and everyone takes turns.
//! A commit is on the disk when `write` returns (`synchronous=FULL`).

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use rusqlite_migration::{M, Migrations};

use crate::Data;

/// Every schema change there ever was, oldest first. Never edit one that was released: add the next.
const STEPS: &[M<'_>] = &[
    M::up(include_str!("schema/001_accounts_and_servers.sql")),
    M::up(include_str!("schema/002_backups.sql")),
    M::up(include_str!("schema/003_images.sql")),
    M::up(include_str!("schema/004_names.sql")),
    M::up(include_str!("schema/005_wider_orders.sql")),
    M::up(include_str!("schema/006_vaults.sql")),
    M::up(include_str!("schema/007_counts.sql")),
    M::up(include_str!("schema/008_administrators.sql")),
    M::up(include_str!("schema/009_images_of_servers.sql")),
    M::up(include_str!("schema/010_orders.sql")),
    M::up(include_str!("schema/011_windows_of_time.sql")),
    M::up(include_str!("schema/012_orders_of_names.sql")),
];
const MIGRATIONS: Migrations<'_> = Migrations::from_slice(STEPS);

/// Readers kept open between requests on disk.
const IDLE_READERS: usize = 4;

/// The database of one sandbox; cheap to clone.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    writer: Mutex<Connection>,
    /// `None` in memory: the writer's connection is the only one.
    readers: Option<Readers>,
    /// Held for the life of the store, so that two processes never share a directory.
    /// The last member: it is dropped when the connections are closed.
    _lock: Option<Lock>,
}

struct Lock(File);

impl Drop for Lock {
    /// Closing the file is not enough: a process that is being started has it too, for a moment.
    fn drop(&mut self) {
        // Closing it, which comes next, is the other way to let go.
        let _ = self.0.unlock();
    }
}

struct Readers {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

/// Why the database could not be opened, read or written.
#[derive(Debug)]
pub enum StoreError {
    /// The directory or file could not be made or opened.
    Io(PathBuf, std::io::Error),
    /// Another process works in this directory.
    InUse(PathBuf),
    /// The file is damaged, not a database, or from a newer version.
    Unusable(PathBuf, String),
    /// SQLite refused a statement.
    Sql(rusqlite::Error),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => write!(f, "cannot open {}: {error}", path.display()),
            Self::InUse(path) => {
                write!(
                    f,
                    "{} is in use by another sandbox; stop it or choose another directory",
                    path.display()
                )
            }
            Self::Unusable(path, why) => {
                write!(
                    f,
                    "{} cannot be used: {why}; move it away to start afresh",
                    path.display()
                )
            }
            Self::Sql(error) => write!(f, "database: {error}"),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(_, error) => Some(error),
            Self::Sql(error) => Some(error),
            Self::InUse(_) | Self::Unusable(..) => None,
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl Store {
    /// Opens the database of `data`, makes it when it is not there, and brings its schema up to date.
    pub fn open(data: &Data) -> Result<Self, StoreError> {
        let shared = match data {
            Data::Memory => {
                let mut writer = Connection::open_in_memory()?;
                prepare(&mut writer, Path::new(":memory:"))?;
                Shared {
                    writer: Mutex::new(writer),
                    readers: None,
                    _lock: None,
                }
            }
            Data::Dir(dir) => {
                let lock = take_directory(dir)?;
                let file = dir.join("sandbox.sqlite3");
                make_private(&file)?;
                refuse_fragment(&file)?;
                let mut writer = Connection::open(&file)?;
                prepare(&mut writer, &file)?;
                Shared {
                    writer: Mutex::new(writer),
                    readers: Some(Readers {
                        file,
                        idle: Mutex::default(),
                    }),
                    _lock: Some(lock),
                }
            }
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Runs `work` on a consistent snapshot, off the async threads.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let store = self.clone();
        off_thread(move || store.read_blocking(work)).await
    }

    /// Runs `work` in a transaction, off the async threads; committed on `Ok`, undone on `Err`.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let store = self.clone();
        off_thread(move || store.write_blocking(work)).await
    }

    /// [`Store::read`] for a thread that may wait.
    pub fn read_blocking<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let Some(readers) = &self.shared.readers else {
            return work(&held(&self.shared.writer));
        };
        let idle = held(&readers.idle).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => open_reader(&readers.file)?,
        };
        let answer = {
            let snapshot = reader.transaction().map_err(StoreError::from)?;
            work(&snapshot)
        };
        let mut idle = held(&readers.idle);
        if idle.len() < IDLE_READERS {
            idle.push(reader);
        }
        answer
    }

    /// [`Store::write`] for a thread that may wait.
    pub fn write_blocking<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut writer = held(&self.shared.writer);
        let transaction = writer
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::from)?;
        let answer = work(&transaction)?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(answer)
    }
}

/// A closure that panicked left no half transaction behind (it is rolled back when dropped), so the
/// connection stays usable.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `work` on a thread that may wait.
pub(crate) async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is going away; whoever waited for this is going with it.
            Err(_) => std::future::pending().await,
        },
    }
}

fn prepare(connection: &mut Connection, file: &Path) -> Result<(), StoreError> {
    let unusable = |why: &dyn fmt::Display| StoreError::Unusable(file.to_owned(), why.to_string());
    tune(connection).map_err(|error| unusable(&error))?;
    connection
        .pragma_update(None, "synchronous", "FULL")
        .map_err(|error| unusable(&error))?;
    connection
        .pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))
        .map_err(|error| unusable(&error))?;
    MIGRATIONS
        .to_latest(connection)
        .map_err(|error| unusable(&error))
}

fn tune(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.busy_timeout(Duration::from_secs(30))?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")
}

fn open_reader(file: &Path) -> Result<Connection, StoreError> {
    let reader = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    tune(&reader)?;
    Ok(reader)
}

fn take_directory(dir: &Path) -> Result<Lock, StoreError> {
    let io = |error| StoreError::Io(dir.to_owned(), error);
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(io)?;
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(dir.join("sandbox.lock"))
        .map_err(io)?;
    match lock.try_lock() {
        Ok(()) => Ok(Lock(lock)),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::InUse(dir.to_owned())),
        Err(std::fs::TryLockError::Error(error)) => Err(io(error)),
    }
}

/// Secret keys are in the file: only its owner may read it.
fn make_private(file: &Path) -> Result<(), StoreError> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(file)
        .map(drop)
        .map_err(|error| StoreError::Io(file.to_owned(), error))
}

/// SQLite takes a file shorter than its own header for a new database and would write over it.
fn refuse_fragment(file: &Path) -> Result<(), StoreError> {
    let length = std::fs::metadata(file)
        .map_err(|error| StoreError::Io(file.to_owned(), error))?
        .len();
    if (1..512).contains(&length) {
        let why = format!("it is cut off after {length} bytes");
        return Err(StoreError::Unusable(file.to_owned(), why));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(store: &Store) -> Vec<String> {
        store
            .read_blocking(|db| {
                let mut query = db.prepare("SELECT name FROM domains ORDER BY name")?;
                let names = query
                    .query_map([], |row| row.get(0))?
                    .collect::<Result<_, _>>()?;
                Ok::<_, StoreError>(names)
            })
            .unwrap()
    }

    fn add(store: &Store, name: &str, fail: bool) -> Result<(), StoreError> {
        store.write_blocking(|db| {
            db.execute("INSERT INTO domains VALUES (?1, ?1)", [name])?;
            if fail {
                Err(StoreError::Sql(rusqlite::Error::QueryReturnedNoRows))
            } else {
                Ok(())
            }
        })
    }

    #[test]
    fn the_migrations_are_valid() {
        MIGRATIONS.validate().unwrap();
    }

    #[test]
    fn what_was_committed_is_there_after_reopening_and_what_failed_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let data = Data::Dir(dir.path().join("new"));
        let store = Store::open(&data).unwrap();
        add(&store, "kept", false).unwrap();
        add(&store, "undone", true).unwrap_err();
        assert_eq!(names(&store), ["kept"]);
        drop(store);
        assert_eq!(names(&Store::open(&data).unwrap()), ["kept"]);
    }

    #[test]
    fn memory_behaves_like_a_file() {
        let store = Store::open(&Data::Memory).unwrap();
        add(&store, "kept", false).unwrap();
        add(&store, "undone", true).unwrap_err();
        assert_eq!(names(&store), ["kept"]);
    }

    #[test]
    fn a_second_sandbox_on_the_same_directory_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let data = Data::Dir(dir.path().to_owned());
        let first = Store::open(&data).unwrap();
        let error = Store::open(&data).err().unwrap();
        assert!(matches!(error, StoreError::InUse(_)), "{error}");
        drop(first);
        Store::open(&data).unwrap();
    }

    #[test]
    fn a_file_that_is_no_database_is_refused_and_left_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("sandbox.sqlite3");
        let before =
            b"this is somebody's diary, and long enough to have a header of its own: ".repeat(8);
        std::fs::write(&file, &before).unwrap();
        let error = Store::open(&Data::Dir(dir.path().to_owned()))
            .err()
            .unwrap();
        assert!(error.to_string().contains("move it away"), "{error}");
        assert_eq!(std::fs::read(&file).unwrap(), before);
    }

    #[test]
    fn a_database_of_a_newer_version_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let data = Data::Dir(dir.path().to_owned());
        drop(Store::open(&data).unwrap());
        let file = dir.path().join("sandbox.sqlite3");
        Connection::open(&file)
            .unwrap()
            .pragma_update(None, "user_version", 9999)
            .unwrap();
        assert!(matches!(Store::open(&data), Err(StoreError::Unusable(..))));
    }

    /// A store with some hundred rows, closed again, and the path of its file.
    fn filled(dir: &Path) -> PathBuf {
        let store = Store::open(&Data::Dir(dir.to_owned())).unwrap();
        for number in 0..300 {
            add(&store, &format!("{number} {}", "x".repeat(200)), false).unwrap();
        }
        dir.join("sandbox.sqlite3")
    }

    /// What opening and reading everything says; damage may be met at either.
    fn read_all(dir: &Path) -> Result<i64, StoreError> {
        let store = Store::open(&Data::Dir(dir.to_owned()))?;
        store.read_blocking(|db| {
            let total = "SELECT sum(length(name)) FROM domains";
            Ok(db.query_row(total, [], |row| row.get(0))?)
        })
    }

    #[test]
    fn a_truncated_file_is_refused_and_left_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let file = filled(dir.path());
        let whole = std::fs::read(&file).unwrap();
        for part in [1, 50, 100, whole.len() / 2] {
            std::fs::write(&file, &whole[..part]).unwrap();
            let error = read_all(dir.path()).err().unwrap();
            assert!(matches!(error, StoreError::Unusable(..)), "{part}: {error}");
            assert_eq!(std::fs::read(&file).unwrap(), whole[..part], "{part}");
        }
    }

    #[test]
    fn flipped_bytes_never_panic_and_never_lose_the_rest_silently() {
        let dir = tempfile::tempdir().unwrap();
        let file = filled(dir.path());
        let whole = std::fs::read(&file).unwrap();
        for page in 0..whole.len() / 4096 {
            let mut damaged = whole.clone();
            // The head of a page: its kind, its cells, where they begin.
            let start = if page == 0 { 100 } else { page * 4096 };
            for byte in &mut damaged[start..start + 8] {
                *byte ^= 0xff;
            }
            std::fs::write(&file, &damaged).unwrap();
            // Either the damage is named, or it is in a page that these rows do not need.
            if let Ok(total) = read_all(dir.path()) {
                assert_eq!(
                    total,
                    (0..300)
                        .map(|n: i64| n.to_string().len() as i64 + 201)
                        .sum::<i64>()
                );
            }
        }
    }

    #[test]
    fn many_writers_and_readers_meet_no_busy_database() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&Data::Dir(dir.path().to_owned())).unwrap();
        std::thread::scope(|scope| {
            for writer in 0..32 {
                let store = &store;
                scope.spawn(move || {
                    for number in 0..20 {
                        let name = format!("{writer:02}-{number:02}");
                        add(store, &name, false).unwrap();
                        // Its own write is there at once, and the earlier ones still are.
                        let own = names(store);
                        let own = own
                            .iter()
                            .filter(|n| n.starts_with(&format!("{writer:02}-")));
                        assert_eq!(own.count(), number + 1);
                    }
                });
            }
        });
        assert_eq!(names(&store).len(), 32 * 20);
    }

    #[test]
    fn a_power_cut_anywhere_in_the_log_leaves_whole_commits_in_their_order() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&Data::Dir(dir.path().to_owned())).unwrap();
        for number in 0..40 {
            // Two rows in one transaction: a half one would show.
            store
                .write_blocking(|db| {
                    for half in ["a", "b"] {
                        let name = format!("{number:02}{half}");
                        db.execute("INSERT INTO domains VALUES (?1, ?1)", [name])?;
                    }
                    Ok::<_, StoreError>(())
                })
                .unwrap();
        }
        // What the disk holds while the sandbox runs: the file, and the log that is not yet in it.
        let file = std::fs::read(dir.path().join("sandbox.sqlite3")).unwrap();
        let log = std::fs::read(dir.path().join("sandbox.sqlite3-wal")).unwrap();
        let mut commits = Vec::new();
        for cut in (0..=16).map(|part| log.len() * part / 16 + part % 3) {
            let after = tempfile::tempdir().unwrap();
            let kept = &log[..cut.min(log.len())];
            std::fs::write(after.path().join("sandbox.sqlite3"), &file).unwrap();
            std::fs::write(after.path().join("sandbox.sqlite3-wal"), kept).unwrap();
            let store = Store::open(&Data::Dir(after.path().to_owned())).unwrap();
            let found = names(&store);
            let expected: Vec<String> = (0..found.len() / 2)
                .flat_map(|number| ["a", "b"].map(|half| format!("{number:02}{half}")))
                .collect();
            assert_eq!(found, expected, "cut after {cut} of {} bytes", log.len());
            commits.push(found.len() / 2);
        }
        assert!(commits.is_sorted(), "{commits:?}");
        assert_eq!(commits.last(), Some(&40));
    }
}

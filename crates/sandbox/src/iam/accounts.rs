//! The sandbox's accounts: made once per store, kept by every reset, public by design.
//!
//! Domain, project and user ids are the same on every machine, so that saved links and examples
//! work anywhere. The key pairs are made at random for each store: a key that signs for one sandbox
//! opens no other.
//!
//! Passwords are kept as a salted SHA-256 and not with a slow derivation: they are printed in the
//! documentation, at start and by `GET /sandbox/accounts`, and the secret keys beside them must be
//! readable anyway because signatures are computed with them. A slow derivation would protect
//! nothing and cost every test its sign-in.

use rusqlite::{Connection, Transaction};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::store::StoreError;

/// The account (domain) all users belong to.
pub const DOMAIN: &str = "sandbox";

/// The region of every project and catalog entry.
pub const REGION: &str = "eu-de";

/// The availability zones of that region.
pub const ZONES: [&str; 3] = ["eu-de-01", "eu-de-02", "eu-de-03"];

/// User, password and project of each founding account.
const FOUNDING: [(&str, &str, &str); 3] = [
    ("demo", "demo", "demo-project"),
    ("demo2", "demo2", "demo-project-2"),
    (ADMIN, "admin", "demo-project"),
];

/// The one of them that administers the account: it may enter every project, and see all of them in one list.
const ADMIN: &str = "admin";

/// One way into the sandbox: an entry of `GET /sandbox/accounts` and the content of the start line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    pub domain: String,
    pub domain_id: String,
    pub user: String,
    pub user_id: String,
    pub password: String,
    pub project: String,
    pub project_id: String,
    pub region: String,
    pub access_key: String,
    pub secret_key: String,
}

/// The id that belongs to a kind and a name: 32 hex digits, the same in every sandbox.
pub(super) fn fixed_id(kind: &str, name: &str) -> String {
    hex::encode(&Sha256::digest(format!("anchorage sandbox/{kind}/{name}"))[..16])
}

/// The hash a password is stored as.
pub fn password_hash(salt: &[u8], password: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(salt)
        .chain_update(password.as_bytes())
        .finalize()
        .into()
}

/// Whether `password` is the one that was stored, in constant time.
pub fn password_matches(salt: &[u8], stored: &[u8], password: &str) -> bool {
    password_hash(salt, password).ct_eq(stored).into()
}

/// 32 random hex digits (122 random bits).
fn random_hex() -> String {
    Uuid::new_v4().simple().to_string()
}

/// An access key as the clouds make them: 20 upper-case letters and digits.
pub(super) fn new_access_key() -> String {
    random_hex().to_ascii_uppercase()[..20].to_owned()
}

/// A secret key as the clouds make them: 40 letters and digits.
pub(super) fn new_secret_key() -> String {
    format!("{}{}", random_hex(), &random_hex()[..8])
}

/// Makes the founding accounts that are not there: all of them in a fresh store.
pub fn found(db: &Transaction<'_>) -> Result<(), StoreError> {
    let domain_id = fixed_id("domain", DOMAIN);
    db.execute(
        "INSERT OR IGNORE INTO domains (id, name) VALUES (?1, ?2)",
        (&domain_id, DOMAIN),
    )?;
    for (user, password, project) in FOUNDING {
        let (user_id, project_id) = (fixed_id("user", user), fixed_id("project", project));
        let salt = Uuid::new_v4().into_bytes();
        let hash = password_hash(&salt, password);
        db.execute(
            "INSERT OR IGNORE INTO projects (id, domain_id, name, region) VALUES (?1, ?2, ?3, ?4)",
            (&project_id, &domain_id, project, REGION),
        )?;
        let made = db.execute(
            "INSERT OR IGNORE INTO users (id, domain_id, name, password_salt, password_hash, admin)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (&user_id, &domain_id, user, salt, hash, user == ADMIN),
        )?;
        if made == 0 {
            continue;
        }
        db.execute(
            "INSERT INTO grants (user_id, project_id) SELECT ?1, id FROM projects WHERE id = ?2 OR ?3",
            (&user_id, &project_id, user == ADMIN),
        )?;
        db.execute(
            "INSERT INTO access_keys (access, secret, user_id) VALUES (?1, ?2, ?3)",
            (new_access_key(), new_secret_key(), &user_id),
        )?;
    }
    Ok(())
}

/// Whether an account is missing: the store is older than the account.
pub fn incomplete(db: &Connection) -> Result<bool, StoreError> {
    let there: i64 = db.query_row("SELECT count(*) FROM users", [], |row| row.get(0))?;
    Ok(usize::try_from(there).is_ok_and(|there| there < FOUNDING.len()))
}

/// Every founding account, the demo one first.
pub fn all(db: &Connection) -> Result<Vec<Account>, StoreError> {
    FOUNDING.iter().map(|founding| read(db, founding)).collect()
}

/// The account of the start line.
pub fn first(db: &Connection) -> Result<Account, StoreError> {
    read(db, &FOUNDING[0])
}

fn read(
    db: &Connection,
    &(user, password, project): &(&str, &str, &str),
) -> Result<Account, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT d.name, d.id, u.name, u.id, p.name, p.id, p.region, k.access, k.secret
         FROM users u
         JOIN domains d ON d.id = u.domain_id
         JOIN grants g ON g.user_id = u.id
         JOIN projects p ON p.id = g.project_id
         JOIN access_keys k ON k.user_id = u.id AND k.security_token IS NULL
         WHERE u.id = ?1 AND p.id = ?2",
    )?;
    let account = query.query_row(
        [fixed_id("user", user), fixed_id("project", project)],
        |row| {
            Ok(Account {
                domain: row.get(0)?,
                domain_id: row.get(1)?,
                user: row.get(2)?,
                user_id: row.get(3)?,
                password: password.to_owned(),
                project: row.get(4)?,
                project_id: row.get(5)?,
                region: row.get(6)?,
                access_key: row.get(7)?,
                secret_key: row.get(8)?,
            })
        },
    )?;
    Ok(account)
}

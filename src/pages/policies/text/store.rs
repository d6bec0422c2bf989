//! Where the last import is kept. It holds names and settings of policies, nothing secret.

use std::cell::RefCell;

use super::run::Run;
use crate::session;

/// The last import, if it was not put away.
pub type Kept = session::Kept<Option<Run>>;

thread_local! {
    static OPEN: RefCell<Option<Kept>> = const { RefCell::new(None) };
}

/// That of this user in this project.
pub fn last_import() -> Kept {
    Kept::open("import-run", &OPEN, |run| run.and_then(Run::reopened))
}

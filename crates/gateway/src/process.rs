//! What the process asks of the operating system before it holds a secret.

/// Nothing of this process's memory, where tokens and keys lie, is ever written to disk as a core dump, and no other process of the
/// same user may read it.
#[cfg(unix)]
pub fn harden() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let nothing = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let no_core = setrlimit(Resource::Core, nothing);
    // A core dump that goes to a program instead of a file does not ask for the limit.
    #[cfg(target_os = "linux")]
    let no_core = no_core.and(rustix::process::set_dumpable_behavior(
        rustix::process::DumpableBehavior::NotDumpable,
    ));
    if let Err(error) = no_core {
        tracing::warn!(%error, "core dumps cannot be switched off; they would hold tokens");
    }
    raise_file_limit();
}

/// As many files may be open as the system allows: each connection is one.
#[cfg(unix)]
pub fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let files = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: files.maximum,
        ..files
    };
    if let Err(error) = setrlimit(Resource::Nofile, most) {
        tracing::info!(%error, "the limit of open files stays as it is");
    }
}

#[cfg(not(unix))]
pub fn harden() {}

#[cfg(not(unix))]
pub fn raise_file_limit() {}

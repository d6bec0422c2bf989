//! Where things lie in the working copy, so that no task spells a path twice.

use std::path::{Path, PathBuf};

/// The name cargo, trunk and bindgen give the console's files.
pub const CONSOLE: &str = "anchorage-console";

/// The target that the console is compiled for.
pub const WASM: &str = "wasm32-unknown-unknown";

/// The root of the working copy.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the manifest lies two folders below the root")
        .to_owned()
}

/// Everything built; not in version control.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// What the gateway serves: the finished console. The gateway embeds this folder by the same name.
pub fn site() -> PathBuf {
    root().join("target/site")
}

/// Tools that are installed for this working copy alone.
pub fn tools() -> PathBuf {
    target().join("tools")
}

/// A folder with this very program under the name `wasm-bindgen`.
pub fn stand_ins() -> PathBuf {
    tools().join("stand-ins")
}

/// Where the bindgen stand-in leaves the lazy routes' chunks for the hook.
pub fn chunks() -> PathBuf {
    target().join("chunks")
}

/// The whole output of each step's commands.
pub fn logs() -> PathBuf {
    target().join("logs")
}

//! Stands in for `wasm-bindgen` on trunk's PATH: splits the lazy routes off the linked module, then runs the real bindgen.
//!
//! Trunk looks for a program of that name whose version is the one in Cargo.lock; this one links the same version as a library,
//! so that nothing is downloaded, and `--version` answers as the real one does.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

use crate::tree;

/// The module that loads the chunks; the linked module imports from it by this name.
pub const LOADER: &str = "__wasm_split.js";

/// Which chunks each split function needs, for preloading: JSON, `{"policy_page_view_1234": ["chunk_0", …]}`.
pub const CHUNK_MAP: &str = "chunks.json";

/// Takes `wasm-bindgen`'s own arguments, without the program's name.
pub fn stand_in(args: Vec<OsString>) -> Result<()> {
    let input = args
        .iter()
        .position(|arg| Path::new(arg).extension() == Some("wasm".as_ref()));
    let mut args = args;
    if let Some(at) = input {
        let main = split(Path::new(&args[at])).context("splitting the lazy routes off")?;
        args[at] = main.into();
        // The chunks find the main module's functions, table and memory by the linker's names.
        args.push("--keep-lld-exports".into());
        args.push("--no-demangle".into());
    }
    let all = std::iter::once("wasm-bindgen".into()).chain(args);
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(all)
}

/// Leaves the chunks, their loader and their map in [`tree::chunks`]; answers where the main part is.
fn split(linked: &Path) -> Result<PathBuf> {
    let bytes = fs::read(linked).with_context(|| linked.display().to_string())?;
    let chunks = tree::chunks();
    if chunks.exists() {
        fs::remove_dir_all(&chunks)?;
    }
    fs::create_dir_all(&chunks)?;
    // Outside the chunks' folder: it becomes the main module, under the name that bindgen gives it.
    let main = tree::target().join("split").join(
        linked
            .file_name()
            .ok_or_else(|| anyhow!("no file name in {}", linked.display()))?,
    );
    if let Some(folder) = main.parent() {
        fs::create_dir_all(folder)?;
    }
    let main_module = format!("./{}.js", tree::CONSOLE);
    let link_name = format!("./{LOADER}");
    let mut options = wasm_split_cli_support::Options::new(&bytes);
    options.output_dir = &chunks;
    options.main_out_path = &main;
    options.main_module = &main_module;
    options.link_name = &link_name;
    let split = wasm_split_cli_support::transform(options).map_err(|error| anyhow!("{error:?}"))?;
    let map = serde_json::to_vec_pretty(&split.prefetch_map)?;
    fs::write(chunks.join(CHUNK_MAP), map)?;
    Ok(main)
}

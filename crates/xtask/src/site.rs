//! Trunk's post-build hook: makes of trunk's output the files that the gateway serves.
//!
//! Everything a browser may keep for ever lies in one folder named by the hash of its final bytes, `assets/{hash}/`, so that files
//! that name each other (the glue, the loader, the chunks) need no renaming and versions cannot mix. Trunk's own hashes are taken
//! before wasm-opt and would name two different files alike. No inline script is left, so that the content security policy stays strict.

mod compress;
mod imports;
mod page;
mod preload;
mod sizes;
mod stylesheet;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::process::run_well;
use crate::{bindgen, bundle, tools, tree};

use sizes::FIRST_SCREEN_LIMIT;
pub use sizes::Sizes;

/// Beside the page: where the assets are, and for each lazy route what the gateway announces by `Link: <…>; rel=preload`.
pub const MANIFEST: &str = "site.json";

/// The features that rustc switches on for the target. `--all-features` would let wasm-opt write what Chromium refuses,
/// and naming none stops at the first bulk memory instruction.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// What makes the fewest bytes after brotli. `-Oz` writes fewer before it and brotli makes more of them; so it is with
/// inlining and with locals for what is computed twice, which take away what repeats. Nothing of ours lies below address 1024: the
/// stack ends there.
const WASM_PASSES: [&str; 9] = [
    "-Os",
    "--low-memory-unused",
    "--always-inline-max-function-size",
    "0",
    "--flexible-inline-max-function-size",
    "0",
    "--one-caller-inline-max-function-size",
    "0",
    "--skip-pass=local-cse",
];

/// The oldest browsers that the scripts are written for: those with what the wasm needs.
const BROWSERS: &str = "--target=chrome110,firefox115,safari16.4";

/// The files of `assets/{hash}/` by name, before they have a folder.
type Assets = BTreeMap<String, Vec<u8>>;

/// Called by trunk with its staging folder in the environment.
pub fn hook() -> Result<()> {
    let staging = PathBuf::from(
        std::env::var_os("TRUNK_STAGING_DIR")
            .context("this task is called by trunk after a build")?,
    );
    match std::env::var(bundle::STAGE).as_deref() {
        Ok("serve") => for_trunk_serve(&staging),
        Ok("release") => finish(&staging, true),
        _ => finish(&staging, false),
    }
}

/// The inner loop: trunk's own page and names stay; only what trunk does not know is added.
fn for_trunk_serve(staging: &Path) -> Result<()> {
    for (name, bytes) in read_folder(&tree::chunks())? {
        fs::write(staging.join(name), bytes)?;
    }
    // Trunk's page knows one sheet only.
    let both: Result<String> = page::STYLES.into_iter().map(style).collect();
    fs::write(staging.join(page::STYLE), both?)?;
    Ok(())
}

fn finish(staging: &Path, release: bool) -> Result<()> {
    let mut assets = read_folder(staging)?;
    assets.remove("index.html");
    assets.extend(read_folder(&tree::chunks())?);
    let chunk_map = assets.remove(bindgen::CHUNK_MAP);
    for own in ["early.js", "boot.js"] {
        assets.insert(
            own.to_owned(),
            fs::read(tree::root().join("public").join(own))?,
        );
    }
    for name in page::STYLES {
        assets.insert(name.to_owned(), style(name)?.into_bytes());
    }
    if release {
        optimise(&mut assets)?;
    }

    let folder = format!("assets/{}", hash(&assets));
    let index = page::write(
        &fs::read_to_string(tree::root().join("index.html"))?,
        &folder,
        &assets,
    )?;
    let manifest = serde_json::json!({
        "assets": format!("/{folder}/"),
        "release": release,
        "preload": preload::routes(
            chunk_map.as_deref().unwrap_or(b"{}"),
            &fs::read_to_string(tree::root().join("src/routes/place.rs"))?,
            &folder,
            &assets,
        )?,
    });

    clear(staging)?;
    fs::create_dir_all(staging.join(&folder))?;
    for (name, bytes) in &assets {
        let path = staging.join(&folder).join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, bytes)?;
        if release {
            compress::beside(&path, bytes)?;
        }
    }
    fs::write(staging.join("index.html"), index)?;
    fs::write(
        staging.join(MANIFEST),
        serde_json::to_vec_pretty(&manifest)?,
    )?;
    Ok(())
}

/// A style sheet with all that it imports.
fn style(name: &str) -> Result<String> {
    stylesheet::bundle(&tree::root().join("style").join(name))
}

/// Prints what the finished site weighs.
pub fn print_sizes() -> Result<()> {
    println!("{}", Sizes::read(&tree::site())?);
    Ok(())
}

/// wasm-opt over every module, esbuild over every script. Both also drop the names that only we read.
fn optimise(assets: &mut Assets) -> Result<()> {
    let folder = tree::target().join("wasm-opt");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    shorten_imports(assets)?;
    for (name, bytes) in assets.iter_mut() {
        let before = folder.join(name);
        let after = folder.join(format!("{name}.smaller"));
        if is_wasm(name) {
            fs::write(&before, &*bytes)?;
            run_well(
                crate::process::command(tools::wasm_opt())
                    .args(WASM_PASSES)
                    .args(WASM_FEATURES)
                    .arg(&before)
                    .arg("-o")
                    .arg(&after),
                "wasm-opt",
            )?;
        } else if name.ends_with(".js") {
            fs::write(&before, &*bytes)?;
            run_well(
                crate::process::command(tools::esbuild())
                    .args(["--minify", "--log-level=warning", BROWSERS])
                    .arg(&before)
                    .arg(format!("--outfile={}", after.display())),
                "esbuild",
            )?;
        } else {
            continue;
        }
        *bytes = fs::read(&after)?;
    }
    Ok(())
}

/// What the main module and its glue call each other by.
fn shorten_imports(assets: &mut Assets) -> Result<()> {
    let (module, glue) = (
        format!("{}_bg.wasm", tree::CONSOLE),
        format!("{}.js", tree::CONSOLE),
    );
    let bytes_of = |name: &str| {
        let bytes = assets
            .get(name)
            .with_context(|| format!("trunk left no {name}"))?;
        Ok::<_, anyhow::Error>(bytes.as_slice())
    };
    let script = std::str::from_utf8(bytes_of(&glue)?)?;
    let from = format!("./{}_bg.js", tree::CONSOLE);
    let (wasm, script) = imports::shorten(bytes_of(&module)?, &from, script)?;
    assets.insert(module, wasm);
    assets.insert(glue, script.into_bytes());
    Ok(())
}

/// One name for the whole build: any changed byte in any file changes it.
fn hash(assets: &Assets) -> String {
    let mut hash = Sha256::new();
    for (name, bytes) in assets {
        for part in [name.as_bytes(), bytes.as_slice()] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    hash.finalize()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Every file below a folder, by its path from there with forward slashes.
fn read_folder(folder: &Path) -> Result<Assets> {
    let mut files = Assets::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(&at).with_context(|| at.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(folder)?;
            let parts: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
            files.insert(parts.join("/"), fs::read(&path)?);
        }
    }
    Ok(files)
}

fn clear(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            fs::remove_dir_all(path)?;
        } else {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn is_wasm(name: &str) -> bool {
    Path::new(name).extension() == Some("wasm".as_ref())
}

/// Fails when the first screen is heavier than the limit; a size, so the answer is the same on every machine.
pub fn check_size() -> Result<Sizes> {
    let sizes = Sizes::read(&tree::site())?;
    if sizes.first_screen() > FIRST_SCREEN_LIMIT {
        bail!(
            "the first screen weighs {} bytes, the limit is {FIRST_SCREEN_LIMIT}\n{sizes}",
            sizes.first_screen()
        );
    }
    Ok(sizes)
}

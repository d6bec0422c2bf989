//! What travels: the brotli sizes of the first screen's files and of everything loaded later.

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result};

use super::{compress, is_wasm, page, read_folder};
use crate::tree;

/// The goal for JS, CSS and wasm of the first screen, in bytes of brotli.
pub const FIRST_SCREEN_GOAL: usize = 266 * 1024;

/// What the first screen must never weigh more than, in bytes of brotli.
pub const FIRST_SCREEN_LIMIT: usize = 300 * 1024;

/// One file of the site.
struct Weight {
    name: String,
    raw: usize,
    brotli: usize,
    first_screen: bool,
}

/// The finished site, weighed.
pub struct Sizes {
    files: Vec<Weight>,
}

impl Sizes {
    /// Compressed forms that the build left are weighed as they are; a file without one is compressed here.
    pub fn read(site: &Path) -> Result<Self> {
        let all = read_folder(site).context("the console is not built: cargo xtask build")?;
        let mut files = Vec::new();
        for (path, bytes) in &all {
            let Some((_, name)) = path
                .strip_prefix("assets/")
                .and_then(|rest| rest.split_once('/'))
            else {
                continue;
            };
            if name.ends_with(".br") || name.ends_with(".gz") {
                continue;
            }
            let brotli = match all.get(&format!("{path}.br")) {
                Some(packed) => packed.len(),
                None => bytes.len().min(compress::brotli(bytes)?.len()),
            };
            files.push(Weight {
                name: name.to_owned(),
                raw: bytes.len(),
                brotli,
                first_screen: is_first_screen(name),
            });
        }
        files.sort_by_key(|file| (!file.first_screen, std::cmp::Reverse(file.brotli)));
        Ok(Self { files })
    }

    /// Bytes of brotli before the overview is painted and can be used, data apart: its JS, CSS and wasm.
    pub fn first_screen(&self) -> usize {
        self.sum(true)
    }

    fn sum(&self, first_screen: bool) -> usize {
        self.files
            .iter()
            .filter(|file| file.first_screen == first_screen)
            .map(|file| file.brotli)
            .sum()
    }
}

/// Chunks are what the splitter made; every other script, style and module is needed at once.
fn is_first_screen(name: &str) -> bool {
    if is_wasm(name) {
        return name == format!("{}_bg.wasm", tree::CONSOLE);
    }
    name.ends_with(".js") || name == page::STYLE
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kib = |bytes: usize| bytes as f64 / 1024.0;
        writeln!(f, "{:<52} {:>10} {:>10}", "file", "raw KiB", "brotli KiB")?;
        for file in self.files.iter().filter(|file| file.first_screen) {
            writeln!(
                f,
                "{:<52} {:>10.1} {:>10.1}",
                file.name,
                kib(file.raw),
                kib(file.brotli)
            )?;
        }
        let first = self.first_screen();
        writeln!(
            f,
            "{:<52} {:>10} {:>10.1}   goal {}, limit {}",
            "first screen",
            "",
            kib(first),
            FIRST_SCREEN_GOAL / 1024,
            FIRST_SCREEN_LIMIT / 1024
        )?;
        for file in self.files.iter().filter(|file| !file.first_screen) {
            writeln!(
                f,
                "{:<52} {:>10.1} {:>10.1}",
                file.name,
                kib(file.raw),
                kib(file.brotli)
            )?;
        }
        write!(
            f,
            "{:<52} {:>10} {:>10.1}",
            "loaded when needed",
            "",
            kib(self.sum(false))
        )
    }
}

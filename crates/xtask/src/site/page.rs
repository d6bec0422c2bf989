//! The served index.html: the source's trunk lines become links into the hashed folder, with integrity and preloads.

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha384};

use super::{Assets, is_wasm};
use crate::{bindgen, tree};

/// The style sheet of the first screen.
pub const STYLE: &str = "main.css";
/// Every bundled style sheet; boot.js asks for the other one.
pub const STYLES: [&str; 2] = [STYLE, "pages.css"];

/// `folder` is relative to the site's root, without slashes around it.
///
/// Scripts and styles carry their integrity. The wasm does not: a browser that checks it must read the whole file first, which
/// gives streaming compilation away; it comes from the same origin under a name that is its hash.
pub fn write(source: &str, folder: &str, assets: &Assets) -> Result<String> {
    let url = |name: &str| format!("/{folder}/{name}");
    let integrity = |name: &str| -> Result<String> {
        let bytes = assets
            .get(name)
            .with_context(|| format!("{name} was not built"))?;
        Ok(format!("sha384-{}", base64(&Sha384::digest(bytes))))
    };
    let mut page = String::with_capacity(source.len() * 2);
    for line in source.lines() {
        if !line.contains("data-trunk") {
            page.push_str(line);
            page.push('\n');
            continue;
        }
        let links = if line.contains("early.js") {
            format!(
                "<script src=\"{}\" integrity=\"{}\"></script>\n",
                url("early.js"),
                integrity("early.js")?
            )
        } else if line.contains("rel=\"css\"") {
            format!(
                "<link rel=\"stylesheet\" href=\"{}\" integrity=\"{}\">\n",
                url(STYLE),
                integrity(STYLE)?
            )
        } else if line.contains("icon.svg") {
            format!(
                "<link rel=\"icon\" type=\"image/svg+xml\" href=\"{}\">\n",
                url("icon.svg")
            )
        } else if line.contains("rel=\"rust\"") {
            start(assets, &url, &integrity)?
        } else {
            bail!("index.html has a trunk line that the site hook does not know: {line}");
        };
        page.push_str(&links);
    }
    Ok(page)
}

/// The wasm travels at once, not after the script that asks for it.
fn start(
    assets: &Assets,
    url: &dyn Fn(&str) -> String,
    integrity: &dyn Fn(&str) -> Result<String>,
) -> Result<String> {
    let glue = format!("{}.js", tree::CONSOLE);
    let wasm = format!("{}_bg.wasm", tree::CONSOLE);
    let mut links = format!(
        "<link rel=\"preload\" href=\"{}\" as=\"fetch\" type=\"application/wasm\" crossorigin>\n",
        url(&wasm)
    );
    for module in [glue.as_str(), bindgen::LOADER] {
        // A console without lazy parts has no loader.
        if assets.contains_key(module) {
            links.push_str(&format!(
                "<link rel=\"modulepreload\" href=\"{}\" integrity=\"{}\">\n",
                url(module),
                integrity(module)?
            ));
        }
    }
    links.push_str(&format!(
        "<script type=\"module\" src=\"{}\" integrity=\"{}\"></script>\n",
        url("boot.js"),
        integrity("boot.js")?
    ));
    // The other pages, when the browser has nothing better to do: going there then asks nobody.
    for part in assets.keys().filter(|name| is_wasm(name) && **name != wasm) {
        links.push_str(&format!(
            "<link rel=\"prefetch\" href=\"{}\" as=\"fetch\" crossorigin>\n",
            url(part)
        ));
    }
    Ok(links)
}

/// Base64 with padding, for the 48 bytes of a SHA-384 (a multiple of three, so no padding is ever written).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len() / 3 * 4);
    for three in bytes.chunks_exact(3) {
        let bits = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
        for shift in [18, 12, 6, 0] {
            text.push(ALPHABET[(bits >> shift) as usize & 63] as char);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assets() -> Assets {
        [
            "early.js",
            "boot.js",
            "main.css",
            "icon.svg",
            "anchorage-console.js",
            "anchorage-console_bg.wasm",
            "split_objects.wasm",
        ]
        .map(|name| (name.to_owned(), name.as_bytes().to_vec()))
        .into()
    }

    #[test]
    fn the_projects_page_becomes_one_without_trunk_lines_and_inline_scripts() {
        let source = include_str!("../../../../index.html");
        let page = write(source, "assets/0123", &assets()).expect("every trunk line is known");
        assert!(!page.contains("data-trunk"), "{page}");
        for name in assets().keys() {
            assert!(
                page.contains(&format!("\"/assets/0123/{name}\"")),
                "{name}:\n{page}"
            );
        }
        for line in page.lines().filter(|line| line.contains("<script")) {
            assert!(
                line.contains(" src=\"") && line.contains("integrity=\"sha384-"),
                "{line}"
            );
        }
    }

    #[test]
    fn base64_is_the_one_of_rfc_4648() {
        // RFC 4648 section 10, the vectors whose length is a multiple of three.
        assert_eq!(base64(b"foo"), "Zm9v");
        assert_eq!(base64(b"foobar"), "Zm9vYmFy");
    }
}

//! The built console, embedded in the binary: compressed at build time, names that never change their content.

mod preload;

use std::collections::HashMap;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use self::preload::Preload;
use crate::error::Refusal;

/// What `cargo xtask` leaves in `target/site`; in debug builds read from there when the program starts.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../target/site"]
#[allow_missing = true]
struct Console;

/// Every file that is served as it is, by its path without the leading slash.
#[derive(Debug, Default)]
pub struct Site {
    files: HashMap<String, File>,
    preload: Preload,
}

#[derive(Debug)]
struct File {
    plain: Bytes,
    br: Option<Bytes>,
    gzip: Option<Bytes>,
    kind: &'static str,
    tag: String,
    immutable: bool,
}

impl Site {
    /// The console as it was built, if it was.
    pub fn embedded() -> Self {
        let names: Vec<String> = Console::iter().map(|name| name.into_owned()).collect();
        Self::new(names.into_iter().filter_map(|name| {
            let bytes = match Console::get(&name)?.data {
                std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
            };
            Some((name, bytes))
        }))
    }

    /// From names and contents; `x.br` and `x.gz` are forms of `x`.
    pub fn new(contents: impl IntoIterator<Item = (String, Bytes)>) -> Self {
        let mut contents: HashMap<String, Bytes> = contents.into_iter().collect();
        // What the build tells us is not for browsers.
        let preload = contents
            .remove("site.json")
            .map(|json| Preload::read(&json));
        let names: Vec<String> = contents
            .keys()
            .filter(|name| !name.ends_with(".br") && !name.ends_with(".gz"))
            .cloned()
            .collect();
        let files = names.into_iter().filter_map(|name| {
            let file = File {
                br: contents.remove(&format!("{name}.br")),
                gzip: contents.remove(&format!("{name}.gz")),
                kind: kind(&name),
                immutable: name.starts_with("assets/"),
                plain: contents.remove(&name)?,
                tag: String::new(),
            };
            let tag = hex::encode(&Sha256::digest(&file.plain)[..12]);
            Some((name, File { tag, ..file }))
        });
        Self {
            files: files.collect(),
            preload: preload.unwrap_or_default(),
        }
    }

    /// Adds a file that is not the console's, under an immutable name made from its content; returns its path.
    pub fn add_asset(&mut self, stem: &str, extension: &str, content: &'static str) -> String {
        let hash = hex::encode(&Sha256::digest(content)[..8]);
        let name = format!("assets/{stem}-{hash}.{extension}");
        let path = format!("/{name}");
        let added = Self::new([(name, Bytes::from_static(content.as_bytes()))]);
        self.files.extend(added.files);
        path
    }

    /// Whether there is a console to show.
    pub fn has_console(&self) -> bool {
        self.files.contains_key("index.html")
    }

    /// The icon and the `<link rel="preload">`s of the console's page, for the page before it.
    pub fn preload_links(&self) -> String {
        let Some(index) = self.files.get("index.html") else {
            return String::new();
        };
        let page = String::from_utf8_lossy(&index.plain);
        page.split('<')
            .filter_map(|part| {
                part.split_once('>')
                    .map(|(tag, _)| tag.trim_end_matches('/'))
            })
            .filter(|tag| {
                tag.starts_with("link ") && (tag.contains("preload\"") || tag.contains("\"icon\""))
            })
            .fold(String::new(), |links, tag| links + "<" + tag + ">\n")
    }

    /// The console's page, which routes `path` on its own.
    pub fn page(&self, path: &str, method: &Method, headers: &HeaderMap) -> Response {
        let mut response = self.answer("index.html", method, headers);
        if let Some(link) = self.preload.link(path) {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }

    /// The file of this path.
    pub fn answer(&self, path: &str, method: &Method, headers: &HeaderMap) -> Response {
        match self.files.get(path.trim_start_matches('/')) {
            Some(file) => file.answer(method, headers),
            None => Refusal::NoSuchPage.into_response(),
        }
    }

    pub fn has(&self, path: &str) -> bool {
        self.files.contains_key(path.trim_start_matches('/'))
    }
}

impl File {
    fn answer(&self, method: &Method, request: &HeaderMap) -> Response {
        let ranged = request.get(header::RANGE).and_then(|v| v.to_str().ok());
        let (bytes, coding) = match ranged {
            None => self.encoded(request),
            Some(_) => (&self.plain, None),
        };
        let tag = match coding {
            Some(coding) => format!("\"{}-{coding}\"", self.tag),
            None => format!("\"{}\"", self.tag),
        };
        let mut response = if unchanged(request, &tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            match ranged.map(|text| range(text, bytes.len())) {
                Some(Some(Err(()))) => {
                    let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
                    let whole = format!("bytes */{}", bytes.len());
                    insert(&mut response, header::CONTENT_RANGE, &whole);
                    response
                }
                Some(Some(Ok((from, to)))) => {
                    let part = bytes.slice(from..=to);
                    let mut response = body(method, part);
                    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                    let which = format!("bytes {from}-{to}/{}", bytes.len());
                    insert(&mut response, header::CONTENT_RANGE, &which);
                    response
                }
                // A range we do not understand is ignored (RFC 9110 section 14.2).
                Some(None) | None => body(method, bytes.clone()),
            }
        };
        insert(&mut response, header::CONTENT_TYPE, self.kind);
        insert(&mut response, header::ETAG, &tag);
        insert(&mut response, header::VARY, "Accept-Encoding");
        insert(&mut response, header::ACCEPT_RANGES, "bytes");
        let cache = match self.immutable {
            true => "public, max-age=31536000, immutable",
            false => "no-cache",
        };
        insert(&mut response, header::CACHE_CONTROL, cache);
        if let Some(coding) = coding {
            insert(&mut response, header::CONTENT_ENCODING, coding);
        }
        response
    }

    fn encoded(&self, request: &HeaderMap) -> (&Bytes, Option<&'static str>) {
        if let Some(bytes) = self.br.as_ref().filter(|_| accepts(request, "br")) {
            return (bytes, Some("br"));
        }
        if let Some(bytes) = self.gzip.as_ref().filter(|_| accepts(request, "gzip")) {
            return (bytes, Some("gzip"));
        }
        (&self.plain, None)
    }
}

fn body(method: &Method, bytes: Bytes) -> Response {
    let length = HeaderValue::from(bytes.len());
    let body = match method {
        &Method::HEAD => Body::empty(),
        _ => Body::from(bytes),
    };
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, length);
    response
}

fn insert(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn accepts(request: &HeaderMap, coding: &str) -> bool {
    let mut values = request.get_all(header::ACCEPT_ENCODING).iter();
    values.any(|value| {
        value.to_str().unwrap_or_default().split(',').any(|item| {
            let (name, weight) = item.split_once(';').unwrap_or((item, ""));
            let none = weight
                .trim()
                .strip_prefix("q=")
                .and_then(|q| q.parse::<f32>().ok())
                .is_some_and(|q| q == 0.0);
            name.trim().eq_ignore_ascii_case(coding) && !none
        })
    })
}

fn unchanged(request: &HeaderMap, tag: &str) -> bool {
    let mut values = request.get_all(header::IF_NONE_MATCH).iter();
    values.any(|value| {
        value.to_str().unwrap_or_default().split(',').any(|item| {
            let item = item.trim();
            item == "*" || item.strip_prefix("W/").unwrap_or(item) == tag
        })
    })
}

/// The first and last byte of a single range; an error when it lies outside, nothing when it is not understood.
fn range(text: &str, length: usize) -> Option<Result<(usize, usize), ()>> {
    let (from, to) = text.strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| text.parse::<usize>().ok();
    let last = length.checked_sub(1);
    Some(match (from, to, last) {
        (_, _, None) => Err(()),
        ("", to, Some(last)) => match number(to)? {
            0 => Err(()),
            count => Ok((length.saturating_sub(count), last)),
        },
        (from, "", Some(last)) => in_bounds(number(from)?, last, last),
        (from, to, Some(last)) => {
            let (from, to) = (number(from)?, number(to)?);
            if to < from {
                return None;
            }
            in_bounds(from, to, last)
        }
    })
}

fn in_bounds(from: usize, to: usize, last: usize) -> Result<(usize, usize), ()> {
    if from > last {
        Err(())
    } else {
        Ok((from, to.min(last)))
    }
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "json" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_follow_rfc_9110() {
        for (text, expected) in [
            ("bytes=0-0", Some(Ok((0, 0)))),
            ("bytes=2-", Some(Ok((2, 9)))),
            ("bytes=-3", Some(Ok((7, 9)))),
            ("bytes=-30", Some(Ok((0, 9)))),
            ("bytes=8-20", Some(Ok((8, 9)))),
            ("bytes=10-", Some(Err(()))),
            ("bytes=-0", Some(Err(()))),
            ("bytes=5-2", None),
            ("bytes=a-b", None),
            ("lines=1-2", None),
            ("bytes=0-1,3-4", None),
        ] {
            assert_eq!(range(text, 10), expected, "{text}");
        }
        assert_eq!(range("bytes=0-", 0), Some(Err(())));
    }

    #[test]
    fn the_page_before_the_console_preloads_what_its_page_does() {
        let page = "<!doctype html><link rel=\"stylesheet\" href=\"/a.css\"><link rel=\"modulepreload\" href=\"/a.js\"/>";
        let site = Site::new([("index.html".to_owned(), Bytes::from(page))]);
        assert_eq!(
            site.preload_links(),
            "<link rel=\"modulepreload\" href=\"/a.js\">\n"
        );
    }
}

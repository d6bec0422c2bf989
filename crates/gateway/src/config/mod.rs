//! The operator's file `anchorage.toml`: clouds, the public address, limits.

mod check;

use std::{collections::BTreeMap, ops::Range, path::Path, path::PathBuf, time::Duration};

use contract::operations::Service;
use serde::Deserialize;
use toml::Spanned;

pub use self::check::{Problem, Problems};
use crate::{endpoint::Endpoint, limits::Limits};

/// A file that passed every check.
#[derive(Debug, Default)]
pub struct Config {
    /// Host (and port, unless 443) under which browsers reach the console over TLS.
    pub public_host: Option<String>,
    pub limits: Limits,
    pub clouds: Vec<CloudConfig>,
}

/// One cloud of the file.
#[derive(Debug, Clone)]
pub struct CloudConfig {
    pub id: String,
    pub label: String,
    pub auth_url: Endpoint,
    pub region: String,
    pub ca_file: Option<PathBuf>,
    /// The ways of signing in that are offered.
    pub ways: Ways,
    /// Addresses that replace the catalog's, with `{project_id}` where the project's id goes.
    pub endpoints: BTreeMap<&'static str, String>,
}

/// Ways of signing in; at least one is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ways {
    pub password: bool,
    pub access_key: bool,
}

impl Default for Ways {
    fn default() -> Self {
        Self {
            password: true,
            access_key: true,
        }
    }
}

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    public_url: Option<Spanned<String>>,
    #[serde(default)]
    session: SessionPart,
    #[serde(default)]
    limits: LimitsPart,
    #[serde(default)]
    cloud: Vec<Spanned<CloudPart>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionPart {
    idle_minutes: Option<Spanned<u64>>,
    hours: Option<Spanned<u64>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsPart {
    connections: Option<Spanned<usize>>,
    answer_mib: Option<Spanned<u64>>,
    sessions: Option<Spanned<usize>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CloudPart {
    id: Spanned<String>,
    name: Option<String>,
    auth_url: Spanned<String>,
    region: Option<String>,
    ca_file: Option<Spanned<PathBuf>>,
    sign_in: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    endpoints: BTreeMap<Spanned<String>, Spanned<String>>,
}

impl Config {
    /// Reads and checks a file, and the files it names.
    pub fn read(path: &Path) -> Result<Self, Problems> {
        check::permissions(path)?;
        let text = std::fs::read_to_string(path)
            .map_err(|error| Problems::whole(format!("cannot read {}: {error}", path.display())))?;
        let config = Self::parse(&text)?;
        for cloud in &config.clouds {
            if let Some(file) = &cloud.ca_file {
                crate::upstream::read_roots(file).map_err(Problems::whole)?;
            }
        }
        Ok(config)
    }

    /// Checks a file's text.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        let file: File = toml::from_str(text).map_err(|error| check::explain(text, &error))?;
        let mut found = Problems::default();
        let mut config = Self::default();
        if let Some(url) = &file.public_url {
            match public_host(url.get_ref()) {
                Ok(host) => config.public_host = Some(host),
                Err(why) => found.add(text, url.span(), why),
            }
        }
        config.limits = file.limits(text, &mut found);
        for part in &file.cloud {
            if let Some(cloud) = part.get_ref().check(text, &mut found) {
                if config.clouds.iter().any(|known| known.id == cloud.id) {
                    let why = format!("the id `{}` is used twice", cloud.id);
                    found.add(text, part.get_ref().id.span(), why);
                }
                config.clouds.push(cloud);
            }
        }
        if file.cloud.is_empty() && found.is_empty() {
            found.add(
                text,
                0..0,
                "names no cloud; add a [[cloud]] with id and auth_url",
            );
        }
        if found.is_empty() {
            Ok(config)
        } else {
            Err(found)
        }
    }
}

impl File {
    fn limits(&self, text: &str, found: &mut Problems) -> Limits {
        let mut limits = Limits::default();
        let mut number = |value: Option<(u64, Range<usize>)>, key, from, to| {
            let (value, span) = value?;
            if (from..=to).contains(&value) {
                return Some(value);
            }
            found.add(text, span, format!("`{key}` must be from {from} to {to}"));
            None
        };
        let span = |value: &Option<Spanned<u64>>| value.as_ref().map(|v| (*v.get_ref(), v.span()));
        let size = |value: &Option<Spanned<usize>>| {
            value.as_ref().map(|v| (*v.get_ref() as u64, v.span()))
        };
        if let Some(minutes) = number(span(&self.session.idle_minutes), "idle_minutes", 1, 24 * 60)
        {
            limits.session_idle = Duration::from_secs(minutes * 60);
        }
        if let Some(hours) = number(span(&self.session.hours), "hours", 1, 24) {
            limits.session_age = Duration::from_secs(hours * 3600);
        }
        if let Some(mib) = number(span(&self.limits.answer_mib), "answer_mib", 1, 1024) {
            limits.answer = mib * 1024 * 1024;
        }
        let as_size = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
        if let Some(count) = number(size(&self.limits.connections), "connections", 1, 65_536) {
            limits.connections = as_size(count);
        }
        if let Some(count) = number(size(&self.limits.sessions), "sessions", 1, 1_000_000) {
            limits.sessions = as_size(count);
        }
        limits
    }
}

impl CloudPart {
    fn check(&self, text: &str, found: &mut Problems) -> Option<CloudConfig> {
        let id = self.id.get_ref();
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if id.is_empty() || id.len() > 32 || !id.bytes().all(plain) {
            let why = "`id` must be 1 to 32 lower-case letters, digits and `-`";
            found.add(text, self.id.span(), why);
        } else if id == "sandbox" {
            let why = "`sandbox` is the embedded sandbox's own id; choose another";
            found.add(text, self.id.span(), why);
        }
        let mut endpoints = BTreeMap::new();
        for (word, url) in &self.endpoints {
            let service = Service::from_word(word.get_ref()).filter(|s| s.catalog_type().is_some());
            let Some(service) = service else {
                let why = format!("`{}` is no service; known are {}", word.get_ref(), words());
                found.add(text, word.span(), why);
                continue;
            };
            let sample = url.get_ref().replace("{project_id}", "project");
            match Endpoint::parse(&sample) {
                Ok(_) => {
                    endpoints.insert(service.word(), url.get_ref().clone());
                }
                Err(why) => found.add(text, url.span(), format!("`{}` {why}", url.get_ref())),
            }
        }
        let ways = match self.sign_in.as_ref().map(|given| ways(given.get_ref())) {
            None => Ways::default(),
            Some(Some(ways)) => ways,
            Some(None) => {
                let why = "`sign_in` must list one or both of \"password\" and \"access-key\"";
                let span = self.sign_in.as_ref().map_or(0..0, Spanned::span);
                found.add(text, span, why);
                Ways::default()
            }
        };
        let auth_url = Endpoint::parse(self.auth_url.get_ref())
            .map_err(|why| {
                let shown = check::without_userinfo(self.auth_url.get_ref());
                found.add(text, self.auth_url.span(), format!("`{shown}` {why}"));
            })
            .ok()?;
        if !auth_url.base().ends_with("/v3") {
            let why = "`auth_url` must end in /v3, the identity service's version";
            found.add(text, self.auth_url.span(), why);
        }
        Some(CloudConfig {
            label: self.name.clone().unwrap_or_else(|| id.clone()),
            id: id.clone(),
            auth_url,
            region: self.region.clone().unwrap_or_default(),
            ways,
            ca_file: self.ca_file.as_ref().map(|file| file.get_ref().clone()),
            endpoints,
        })
    }
}

fn ways(given: &[String]) -> Option<Ways> {
    let known = |word: &str| given.iter().any(|given| given == word);
    let ways = Ways {
        password: known("password"),
        access_key: known("access-key"),
    };
    let named = usize::from(ways.password) + usize::from(ways.access_key);
    (named > 0 && named == given.len()).then_some(ways)
}

fn words() -> String {
    let words = Service::ALL
        .into_iter()
        .filter(|s| s.catalog_type().is_some());
    words.map(Service::word).collect::<Vec<_>>().join(", ")
}

fn public_host(url: &str) -> Result<String, String> {
    let endpoint = Endpoint::parse(url).map_err(|why| format!("`public_url` {why}"))?;
    let host = endpoint
        .base()
        .strip_prefix("https://")
        .ok_or("`public_url` must begin with https://; on loopback it is not needed")?;
    if host.contains('/') {
        return Err(
            "`public_url` must not have a path: the console is served at the root".to_owned(),
        );
    }
    Ok(host.to_owned())
}

#[cfg(test)]
mod tests;

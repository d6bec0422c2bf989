//! A cloud people can sign in to: its identity service, its endpoints, its client, its clock.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::http::{HeaderMap, header};
use contract::{iam::Token, operations::Service, session, time::Timestamp};

use crate::{
    breaker::Breakers,
    config::{CloudConfig, Ways},
    endpoint::Endpoint,
    limits::Limits,
    metrics::Metrics,
    upstream::Upstream,
};

#[derive(Debug)]
pub struct Cloud {
    pub id: String,
    pub label: String,
    /// The identity service, ending in `/v3`.
    pub auth: Endpoint,
    region: String,
    /// The ways of signing in that are offered.
    pub ways: Ways,
    /// Where the sandbox's own controls are, when this is the sandbox.
    pub controls: Option<Endpoint>,
    endpoints: BTreeMap<&'static str, String>,
    pub upstream: Upstream,
    pub breakers: Breakers,
    /// Service's clock minus ours, in seconds.
    ahead: AtomicI64,
}

impl Cloud {
    /// A cloud of the operator's file.
    pub fn configured(
        config: CloudConfig,
        limits: &Limits,
        metrics: Arc<Metrics>,
    ) -> Result<Self, String> {
        Ok(Self {
            upstream: Upstream::new(config.ca_file.as_deref(), limits, metrics.clone())?,
            breakers: Breakers::new(limits, metrics),
            id: config.id,
            label: config.label,
            auth: config.auth_url,
            region: config.region,
            ways: config.ways,
            controls: None,
            endpoints: config.endpoints,
            ahead: AtomicI64::new(0),
        })
    }

    /// The embedded sandbox, reached over HTTP like any cloud.
    pub fn sandbox(url: &str, limits: &Limits, metrics: Arc<Metrics>) -> Result<Self, String> {
        let endpoint = |path| Endpoint::parse(&format!("{url}{path}")).map_err(|e| e.to_string());
        Ok(Self {
            upstream: Upstream::new(None, limits, metrics.clone())?,
            breakers: Breakers::new(limits, metrics),
            id: "sandbox".to_owned(),
            label: "Sandbox".to_owned(),
            auth: endpoint("/v3")?,
            region: String::new(),
            ways: Ways::default(),
            controls: Some(endpoint("/sandbox")?),
            endpoints: BTreeMap::new(),
            ahead: AtomicI64::new(0),
        })
    }

    /// What the console is told of it.
    pub fn info(&self) -> session::Cloud {
        session::Cloud {
            id: self.id.clone(),
            label: self.label.clone(),
            sandbox: self.controls.is_some(),
        }
    }

    /// The region whose endpoints a project uses: the configured one, or the one its name begins with (`eu-de_shop`
    /// is in `eu-de`), or the first of the catalog.
    pub fn region(&self, token: &Token) -> String {
        if !self.region.is_empty() {
            return self.region.clone();
        }
        let entries = token.catalog.iter().flat_map(|entry| &entry.endpoints);
        let mut regions = entries
            .map(|e| e.region.as_str())
            .filter(|r| !matches!(*r, "" | "*"));
        let by_name = token.project.name.split('_').next().unwrap_or_default();
        let first = regions.next().unwrap_or_default();
        let named = first == by_name || regions.any(|region| region == by_name);
        if named {
            by_name.to_owned()
        } else {
            first.to_owned()
        }
    }

    /// The endpoints of a project's token: the operator's where given, else the catalog's.
    pub fn endpoints(&self, token: &Token) -> BTreeMap<&'static str, Endpoint> {
        let region = self.region(token);
        let known = Service::ALL.into_iter().filter_map(|service| {
            let word = service.word();
            // What belongs to an account is beside what belongs to its projects.
            let beside = (service == Service::CbrAccount)
                .then(|| self.endpoints.get(Service::Cbr.word()))
                .flatten();
            let own = self.endpoints.get(word).or(beside);
            let endpoint = match (own, service.catalog_type()) {
                (Some(own), _) => {
                    let url = own.replace("{project_id}", &token.project.id);
                    Endpoint::parse(&match service {
                        Service::CbrAccount => complete(service, &url, &token.project.id),
                        _ => url,
                    })
                }
                (None, Some(kind)) => {
                    let listed = token
                        .endpoint(kind, &region)
                        .or_else(|| token.endpoint(kind, ""))?;
                    let url = filled(&listed.url, &token.project.id);
                    let url = complete(service, &url, &token.project.id);
                    Endpoint::from_catalog(&url, &self.auth)
                }
                (None, None) => return self.controls.clone().map(|url| (word, url)),
            };
            endpoint
                .inspect_err(|why| {
                    tracing::warn!(cloud = self.id, service = word, "endpoint {why}")
                })
                .ok()
                .map(|endpoint| (word, endpoint))
        });
        known.collect()
    }

    /// Learns the service's clock from an answer's `Date`.
    pub fn note_date(&self, headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
        let date = service_date(headers)?;
        self.ahead
            .store(date.seconds() - now.seconds(), Ordering::Relaxed);
        Some(date)
    }

    /// The service's time, as far as its answers have told it.
    pub fn time(&self, now: Timestamp) -> Timestamp {
        now.plus_seconds(self.ahead.load(Ordering::Relaxed))
    }
}

/// A catalog that is asked with a signature may leave the project's id to its reader.
fn filled(url: &str, project_id: &str) -> String {
    [
        "$(tenant_id)s",
        "%(tenant_id)s",
        "$(project_id)s",
        "%(project_id)s",
        "{project_id}",
    ]
    .into_iter()
    .fold(url.to_owned(), |url, blank| url.replace(blank, project_id))
}

/// Operations of the backup services are below their project; some catalogs leave it, or the version too, to the reader.
fn complete(service: Service, url: &str, project_id: &str) -> String {
    if service == Service::CbrAccount {
        let url = complete(Service::Cbr, url, project_id);
        return match url.strip_suffix(&format!("/{project_id}")) {
            Some(above) if !project_id.is_empty() => above.to_owned(),
            _ => url,
        };
    }
    let version = match service {
        Service::Csbs => "/v1",
        Service::Cbr => "/v3",
        _ => return url.to_owned(),
    };
    let url = url.trim_end_matches('/');
    if project_id.is_empty() || url.ends_with(&format!("/{project_id}")) {
        url.to_owned()
    } else if url.ends_with(version) {
        format!("{url}/{project_id}")
    } else {
        format!("{url}{version}/{project_id}")
    }
}

/// `Sat, 14 Mar 2026 09:26:53 GMT` (RFC 9110 section 5.6.7).
pub fn http_date(at: Timestamp) -> String {
    chrono::DateTime::from_timestamp(at.seconds(), 0)
        .unwrap_or_default()
        .format("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}

fn service_date(headers: &HeaderMap) -> Option<Timestamp> {
    let text = headers.get(header::DATE)?.to_str().ok()?;
    let date = chrono::DateTime::parse_from_rfc2822(text).ok()?;
    Some(Timestamp::from_seconds(date.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_backup_services_end_in_the_project() {
        for (service, given, wanted) in [
            (
                Service::Cbr,
                "https://cbr.example/v3/p1",
                "https://cbr.example/v3/p1",
            ),
            (
                Service::Cbr,
                "https://cbr.example/v3",
                "https://cbr.example/v3/p1",
            ),
            (
                Service::Cbr,
                "https://cbr.example/",
                "https://cbr.example/v3/p1",
            ),
            (
                Service::Cbr,
                "https://cbr.example/v3/$(tenant_id)s",
                "https://cbr.example/v3/p1",
            ),
            (
                Service::CbrAccount,
                "https://cbr.example/v3/p1",
                "https://cbr.example/v3",
            ),
            (
                Service::CbrAccount,
                "https://cbr.example",
                "https://cbr.example/v3",
            ),
            (
                Service::Csbs,
                "https://csbs.example/v1/%(project_id)s/",
                "https://csbs.example/v1/p1",
            ),
            (
                Service::Csbs,
                "https://csbs.example",
                "https://csbs.example/v1/p1",
            ),
            (Service::Image, "https://ims.example", "https://ims.example"),
            (
                Service::Ecs,
                "https://ecs.example/v1/p1",
                "https://ecs.example/v1/p1",
            ),
        ] {
            assert_eq!(
                complete(service, &filled(given, "p1"), "p1"),
                wanted,
                "{given}"
            );
        }
    }
}

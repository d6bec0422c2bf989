//! The identity service on the wire: tokens, projects and the catalog (iam-v3.md sections 3 and 5).
//! Used by the gateway to sign in; the browser never sees a token.

use crate::lenient;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// `{"token": {…}}`; the token itself is in the `X-Subject-Token` header.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TokenAnswer {
    /// What the token stands for.
    pub token: Token,
}

/// What a token stands for (3.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Token {
    /// Expiry, UTC with `Z`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub expires_at: String,
    /// The user.
    #[serde(default, deserialize_with = "lenient::object")]
    pub user: Named,
    /// Project, when the token is scoped to one.
    #[serde(default, deserialize_with = "lenient::object")]
    pub project: Named,
    /// Services and their endpoints.
    #[serde(default, deserialize_with = "lenient::list")]
    pub catalog: Vec<CatalogEntry>,
}

/// An id with its name; empty when absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
}

/// One service of the catalog (3.3).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CatalogEntry {
    /// Such as `data-protect`.
    #[serde(rename = "type", default, deserialize_with = "lenient::text")]
    pub kind: String,
    /// Such as `csbs`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Where it is.
    #[serde(default, deserialize_with = "lenient::list")]
    pub endpoints: Vec<Endpoint>,
}

/// One endpoint of a service; regions may be `null` in real catalogs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// `public` …
    #[serde(default, deserialize_with = "lenient::text")]
    pub interface: String,
    /// Region name, `*` for global services.
    #[serde(default, deserialize_with = "lenient::text")]
    pub region: String,
    /// Address.
    #[serde(default, deserialize_with = "lenient::text")]
    pub url: String,
}

/// `{"projects": […]}` (5.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProjectsAnswer {
    /// The projects.
    #[serde(default, deserialize_with = "lenient::list")]
    pub projects: Vec<Named>,
}

/// `{"catalog": […]}` (5.4).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CatalogAnswer {
    /// Services and their endpoints.
    #[serde(default, deserialize_with = "lenient::list")]
    pub catalog: Vec<CatalogEntry>,
}

/// `{"domains": […]}` (5.3).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DomainsAnswer {
    /// The accounts.
    #[serde(default, deserialize_with = "lenient::list")]
    pub domains: Vec<Named>,
}

impl Token {
    /// The public endpoint of a catalog type, preferring `region` when it is given.
    pub fn endpoint(&self, kind: &str, region: &str) -> Option<&Endpoint> {
        let endpoints = || {
            self.catalog
                .iter()
                .filter(|entry| entry.kind == kind)
                .flat_map(|entry| &entry.endpoints)
                .filter(|endpoint| {
                    matches!(endpoint.interface.as_str(), "" | "public" | "publicURL")
                })
        };
        endpoints()
            .find(|endpoint| !region.is_empty() && endpoint.region == region)
            .or_else(|| {
                endpoints().find(|endpoint| {
                    matches!(endpoint.region.as_str(), "" | "*") || region.is_empty()
                })
            })
    }
}

/// The body of a sign-in with a password (3.1); scope to a project by name, or to the domain.
pub fn password_request(domain: &str, user: &str, password: &str, project: Option<&str>) -> Value {
    let scope = match project {
        Some(name) => json!({"project": {"name": name, "domain": {"name": domain}}}),
        None => json!({"domain": {"name": domain}}),
    };
    json!({"auth": {
        "identity": {
            "methods": ["password"],
            "password": {"user": {"name": user, "password": password, "domain": {"name": domain}}}
        },
        "scope": scope
    }})
}

/// The body that turns a token into one for a project (3.5).
pub fn rescope_request(token: &str, project_id: &str) -> Value {
    json!({"auth": {
        "identity": {"methods": ["token"], "token": {"id": token}},
        "scope": {"project": {"id": project_id}}
    }})
}

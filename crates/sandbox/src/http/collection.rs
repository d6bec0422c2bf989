//! The lists of OpenStack's services and the vendor's volumes: a page cut in the store, its objects,
//! and the link to the next one.

use axum::Json;
use axum::http::{HeaderMap, StatusCode, Uri};
use rusqlite::Connection;
use serde_json::{Value, json};

use super::{Page, Pairs, Problem, base_url, next_link};
use crate::Sandbox;
use crate::store::StoreError;

/// A kind of objects that is listed.
pub struct Collection<T> {
    /// The member they are in: `servers`.
    pub name: &'static str,
    /// One of them, as people say it.
    pub one: &'static str,
    /// Reads those with these ids, in their order.
    pub load: fn(&Connection, &[String]) -> Result<Vec<T>, StoreError>,
    /// The id of one.
    pub id: fn(&T) -> &str,
}

/// A list as it was asked for.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub uri: &'a Uri,
    pub headers: &'a HeaderMap,
    pub query: &'a Pairs,
}

/// A page of objects.
pub struct Listed<T> {
    name: &'static str,
    objects: Vec<T>,
    /// How many pass the filter, on all pages.
    pub total: usize,
    /// Address of the next page, when there is one.
    next: Option<String>,
    /// Address of the API's version and project, as the client used it.
    root: String,
}

impl<T: Send + 'static> Collection<T> {
    /// The page of the ids that `choose` finds, each with whether it passes the filter.
    pub async fn page<F>(
        &self,
        sandbox: &Sandbox,
        asked: Asked<'_>,
        page: Page,
        choose: F,
    ) -> Result<Listed<T>, Problem>
    where
        F: FnOnce(&Connection) -> Result<Vec<(String, bool)>, StoreError> + Send + 'static,
    {
        let (load, one) = (self.load, self.one);
        let (objects, total, more) = sandbox
            .store
            .read(move |db| {
                let part = page.cut(choose(db)?).ok_or_else(|| {
                    let message = format!("`marker` is not the id of a {one}.");
                    Problem::openstack(StatusCode::BAD_REQUEST, message)
                })?;
                Ok::<_, Problem>((load(db, &part.ids)?, part.total, part.more))
            })
            .await?;
        let base = base_url(asked.headers);
        let path = asked.uri.path();
        let next = objects
            .last()
            .filter(|_| more)
            .map(|last| next_link(&format!("{base}{path}"), asked.query, (self.id)(last)));
        Ok(Listed {
            name: self.name,
            objects,
            total,
            next,
            root: root(&base, asked.uri),
        })
    }
}

impl<T> Listed<T> {
    /// The links behind the page: one or none.
    pub fn links(&self) -> Vec<Value> {
        let link = |href: &String| json!({"rel": "next", "href": href});
        self.next.iter().map(link).collect()
    }

    /// The objects, each as `json_of` writes it.
    pub fn bodies(&self, json_of: fn(&T, &str) -> Value) -> Vec<Value> {
        let objects = self.objects.iter();
        objects.map(|object| json_of(object, &self.root)).collect()
    }

    /// The answer in OpenStack's form: links only where there is a next page.
    pub fn answer(&self, json_of: fn(&T, &str) -> Value) -> Json<Value> {
        let mut answer = json!({self.name: self.bodies(json_of)});
        if self.next.is_some() {
            answer[format!("{}_links", self.name)] = self.links().into();
        }
        Json(answer)
    }
}

/// Address of an API's version and project, as the client used it: `…/v2.1/{project_id}`.
pub fn root(base: &str, uri: &Uri) -> String {
    let mut segments = uri.path().split('/').skip(1);
    let (version, project) = (
        segments.next().unwrap_or_default(),
        segments.next().unwrap_or_default(),
    );
    format!("{base}/{version}/{project}")
}

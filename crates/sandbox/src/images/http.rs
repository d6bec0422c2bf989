//! The HTTP layer of the image service. Its paths have no project but that of the job.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::routing::{get, post};
use axum::{Json, Router};
use contract::image::{Image, ImageJob, JobIdAnswer, SystemImageRequest, WholeImageRequest};
use serde::Deserialize;
use serde_json::{Value, json};

use super::listing::{self, Question};
use super::making::{self, NotMade};
use super::system;
use crate::Sandbox;
use crate::http::{Pairs, Problem, next_link};
use crate::iam::Authenticated;

/// Images per page of the service's own list, and of Glance's.
const PAGES: (usize, usize) = (500, 25);

/// Every route of the service; its callers are those of a project.
pub fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/v1/cloudimages/wholeimages/action", post(create))
        .route("/v1/cloudimages/quota", get(quota))
        .route("/v1/{project_id}/jobs/{job_id}", get(job))
        .route("/v2/cloudimages", get(list_own))
        .route("/v2/cloudimages/action", post(create_of_system_disk))
        .route("/v2/images", get(list_glance))
        .route("/v2/images/{image_id}", get(show).delete(remove))
}

fn invalid(message: impl Into<String>) -> Problem {
    Problem::nested(StatusCode::BAD_REQUEST, "IMG.0003", message)
}

fn unknown(image_id: &str) -> Problem {
    let message = format!("There is no image {image_id}.");
    Problem::openstack(StatusCode::NOT_FOUND, message)
}

async fn create(
    State(sandbox): State<Arc<Sandbox>>,
    who: Authenticated,
    body: Bytes,
) -> Result<Json<JobIdAnswer>, Problem> {
    let wanted: WholeImageRequest = crate::http::read_json(&body).map_err(invalid)?;
    let begun = sandbox
        .act_async(move |turn| making::create(turn, &who.project.id, &wanted))
        .await?;
    begun
        .map(|job_id| Json(JobIdAnswer { job_id }))
        .map_err(problem)
}

/// `POST /v2/cloudimages/action`
async fn create_of_system_disk(
    State(sandbox): State<Arc<Sandbox>>,
    who: Authenticated,
    body: Bytes,
) -> Result<Json<JobIdAnswer>, Problem> {
    let wanted: SystemImageRequest = crate::http::read_json(&body).map_err(invalid)?;
    let begun = sandbox
        .act_async(move |turn| system::create(turn, &who.project.id, &wanted))
        .await?;
    begun
        .map(|job_id| Json(JobIdAnswer { job_id }))
        .map_err(|refusal| {
            Problem::nested(StatusCode::BAD_REQUEST, refusal.code(), refusal.to_string())
        })
}

/// The image service's code, and beside it the code of the backup's own service.
fn problem(not_made: NotMade) -> Problem {
    let status = StatusCode::from_u16(not_made.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let problem = Problem::nested(status, not_made.code(), not_made.to_string());
    match not_made.backup_code() {
        Some(code) => problem.caused_by(code),
        None => problem,
    }
}

async fn job(
    State(sandbox): State<Arc<Sandbox>>,
    who: Authenticated,
    Path((_, job_id)): Path<(String, String)>,
) -> Result<Json<ImageJob>, Problem> {
    let id = job_id.clone();
    let found = sandbox
        .look_async(move |turn| making::job(turn, &who.project.id, &id))
        .await?;
    found.map(Json).ok_or_else(|| {
        let message = format!("There is no job {job_id}.");
        Problem::openstack(StatusCode::NOT_FOUND, message)
    })
}

/// An image as both lists and the page of one show it.
fn full(image: &Image) -> Value {
    let mut value = json!(image);
    let path = format!("/v2/images/{}", image.id);
    let more = json!({
        "self": path,
        "file": format!("{path}/file"),
        "schema": "/v2/schemas/image",
        "protected": false,
        "disk_format": "zvhd2",
        "container_format": "bare",
        "virtual_env_type": "FusionCompute",
        "__isregistered": "true",
        "__image_source_type": "uds",
        "__platform": if image.os_type == "Windows" { "Windows" } else { "Debian" },
        "enterprise_project_id": "0",
    });
    if let (Value::Object(value), Value::Object(more)) = (&mut value, more) {
        value.extend(more);
    }
    value
}

async fn page(
    sandbox: &Arc<Sandbox>,
    who: Authenticated,
    query: &Pairs,
    default_limit: usize,
) -> Result<(Vec<Image>, bool), Problem> {
    let question = Question::read(query, default_limit).map_err(invalid)?;
    sandbox
        .look_async(move |turn| listing::list(turn, &who.project.id, &question))
        .await?
        .ok_or_else(|| invalid("`marker` is not the id of an image."))
}

/// `GET /v2/cloudimages`
async fn list_own(
    State(sandbox): State<Arc<Sandbox>>,
    who: Authenticated,
    query: Pairs,
) -> Result<Json<Value>, Problem> {
    let (images, _) = page(&sandbox, who, &query, PAGES.0).await?;
    let images: Vec<_> = images.iter().map(full).collect();
    Ok(Json(json!({"images": images})))
}

/// `GET /v2/images`
async fn list_glance(
    State(sandbox): State<Arc<Sandbox>>,
    who: Authenticated,
    uri: Uri,
    query: Pairs,
) -> Result<Json<Value>, Problem> {
    let (images, more) = page(&sandbox, who, &query, PAGES.1).await?;
    let mut answer = json!({
        "images": images.iter().map(full).collect::<Vec<_>>(),
        "first": uri.path(),
        "schema": "/v2/schemas/images",
    });
    if let Some(last) = images.last().filter(|_| more) {
        answer["next"] = next_link(uri.path(), &query, &last.id).into();
    }
    Ok(Json(answer))
}

async fn show(
    State(sandbox): State<Arc<Sandbox>>,
    who: Authenticated,
    Path(image_id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let images = sandbox
        .look_async(move |turn| listing::all(turn, &who.project.id))
        .await?;
    let found = images.iter().find(|image| image.id == image_id);
    found
        .map(|image| Json(full(image)))
        .ok_or_else(|| unknown(&image_id))
}

/// What may be said with a deletion.
#[derive(Debug, Default, Deserialize)]
struct Removal {
    #[serde(default)]
    delete_backup: bool,
}

async fn remove(
    State(sandbox): State<Arc<Sandbox>>,
    who: Authenticated,
    Path(image_id): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let removal: Removal = if body.iter().all(u8::is_ascii_whitespace) {
        Removal::default()
    } else {
        crate::http::read_json(&body).map_err(invalid)?
    };
    let id = image_id.clone();
    let gone = sandbox
        .act_async(move |turn| making::delete(turn, &who.project.id, &id, removal.delete_backup))
        .await?;
    if gone {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(unknown(&image_id))
    }
}

/// `GET /v1/cloudimages/quota`: nothing is limited here.
async fn quota(
    State(sandbox): State<Arc<Sandbox>>,
    who: Authenticated,
) -> Result<Json<Value>, Problem> {
    let images = sandbox
        .look_async(move |turn| listing::all(turn, &who.project.id))
        .await?;
    Ok(Json(json!({"quotas": {"resources": [
        {"type": "image", "used": images.len(), "quota": -1, "min": 0, "max": -1},
    ]}})))
}

//! Calls about images made from backups (compute-and-volumes 6).

use contract::image::{ImageJob, ImagesAnswer, JobIdAnswer, WholeImageRequest};
use contract::operations::image;

use super::call::Api;
use super::error::ApiError;

/// Begins to make an image from a backup; answers the id of the job.
pub async fn create_image(
    api: Api,
    request: &WholeImageRequest,
    once: &str,
) -> Result<String, ApiError> {
    let answer: JobIdAnswer = api
        .call(&image::WHOLE_IMAGES_CREATE, &[])
        .json(request)
        .once(once)
        .send()
        .await?;
    Ok(answer.job_id)
}

/// How far a job is.
pub async fn image_job(api: Api, job: &str) -> Result<ImageJob, ApiError> {
    let project = api.project();
    api.call(&image::JOBS_SHOW, &[&project, job]).send().await
}

/// The names that images of the project have already.
pub async fn image_names(api: Api) -> Result<Vec<String>, ApiError> {
    let answer: ImagesAnswer = api
        .call(&image::IMAGES_LIST, &[])
        .query("__imagetype", "private")
        .send()
        .await?;
    Ok(answer.images.into_iter().map(|image| image.name).collect())
}

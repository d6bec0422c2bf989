//! Pages of the list of backups, read as far as a list needs them (cbr-v3 4.7, 5.3).

use contract::lenient;
use contract::operations::cbr;
use contract::time::Timestamp;
use serde::Deserialize;

use super::backups::filtered;
use super::{Filters, Listed};
use crate::api::call::Api;
use crate::api::error::ApiError;

/// `{"backups": […], "count": n}`, narrow.
#[derive(Debug, Default, Deserialize)]
struct Page {
    #[serde(default, deserialize_with = "lenient::list")]
    backups: Vec<VaultRow>,
    #[serde(default, deserialize_with = "lenient::integer")]
    count: Option<i64>,
}

/// One backup in a vault, as much as a list needs.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct VaultRow {
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub checkpoint_id: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub vault_id: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    #[serde(default, deserialize_with = "lenient::instant")]
    pub created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient::instant")]
    pub protected_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient::instant")]
    pub expired_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub image_type: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_id: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_name: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_type: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_az: String,
    /// GB.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub resource_size: Option<i64>,
    #[serde(default, deserialize_with = "lenient::list")]
    pub children: Vec<Counted>,
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub incremental: Option<bool>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub scheduled_operation_id: String,
    #[serde(default, deserialize_with = "lenient::object")]
    pub extend_info: Info,
}

/// `extend_info`, narrow.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Info {
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub auto_trigger: Option<bool>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub progress: Option<i64>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub supported_restore_mode: String,
    #[serde(default, deserialize_with = "lenient::list")]
    pub os_images_data: Vec<Counted>,
}

/// An element whose content is asked for when it is opened.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Counted {}

pub(super) async fn page(
    api: Api,
    filters: Filters,
    marker: Option<String>,
    limit: usize,
) -> Result<Listed<VaultRow>, ApiError> {
    let page: Page = filtered(api.call(&cbr::BACKUPS_LIST, &[]), &filters)
        .query("limit", &limit.to_string())
        .query("marker", marker.as_deref().unwrap_or_default())
        .send()
        .await?;
    Ok(Listed {
        total: page.count.and_then(|count| usize::try_from(count).ok()),
        rows: page.backups,
    })
}

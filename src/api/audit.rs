//! The gateway's audit trail: who changed what, when and why.

use contract::operations::Method;
use contract::session::AuditPage;

use super::call::Api;
use super::error::ApiError;

/// Rows of one operation, or of all, newest first; `before` is the id of the last row already known.
pub async fn audit(
    api: Api,
    operation: &str,
    limit: usize,
    before: Option<i64>,
) -> Result<AuditPage, ApiError> {
    api.gateway(Method::Get, &format!("/audit/{}", api.project()))
        .query("operation", operation)
        .query("limit", &limit.to_string())
        .query(
            "before",
            &before.map(|id| id.to_string()).unwrap_or_default(),
        )
        .send()
        .await
}

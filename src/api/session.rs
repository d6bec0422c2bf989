//! Calls of the gateway about the session.

use contract::operations::Method;
use contract::session::{SessionInfo, SignIn};

use super::call::Api;
use super::error::ApiError;

/// Who is signed in.
pub async fn current(api: Api) -> Result<SessionInfo, ApiError> {
    api.gateway(Method::Get, "/session").send().await
}

/// Signs in again in place.
pub async fn sign_in(api: Api, request: &SignIn) -> Result<SessionInfo, ApiError> {
    api.gateway(Method::Post, "/session")
        .json(request)
        .send()
        .await
}

/// Signs out.
pub async fn sign_out(api: Api) -> Result<(), ApiError> {
    api.gateway(Method::Delete, "/session").done().await
}

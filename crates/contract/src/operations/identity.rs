//! Identity v3 (iam-v3.md).

use super::{Method::*, Operation, Service};

const fn operation(
    id: &'static str,
    method: super::Method,
    path: &'static str,
    ok: u16,
    codes: &'static [&'static str],
) -> Operation {
    Operation {
        id,
        service: Service::Identity,
        method,
        path,
        ok,
        codes,
    }
}

/// Sign in or rescope (iam-v3 3).
pub const TOKENS_CREATE: Operation =
    operation("identity.tokens.create", Post, "/auth/tokens", 201, &[]);
/// Validate a token (iam-v3 4).
pub const TOKENS_SHOW: Operation = operation("identity.tokens.show", Get, "/auth/tokens", 200, &[]);
/// Validate a token without its body (iam-v3 4).
pub const TOKENS_CHECK: Operation =
    operation("identity.tokens.check", Head, "/auth/tokens", 200, &[]);
/// End a token (iam-v3 4).
pub const TOKENS_REVOKE: Operation =
    operation("identity.tokens.revoke", Delete, "/auth/tokens", 204, &[]);
/// Projects by criteria (iam-v3 5.1).
pub const PROJECTS_LIST: Operation =
    operation("identity.projects.list", Get, "/projects", 200, &[]);
/// Projects the user may enter (iam-v3 5.2).
pub const PROJECTS_MINE: Operation =
    operation("identity.projects.mine", Get, "/auth/projects", 200, &[]);
/// Projects of a user (iam-v3 1).
pub const USER_PROJECTS: Operation = operation(
    "identity.users.projects",
    Get,
    "/users/{user_id}/projects",
    200,
    &[],
);
/// Accounts the user may enter (iam-v3 5.3).
pub const DOMAINS_MINE: Operation =
    operation("identity.domains.mine", Get, "/auth/domains", 200, &[]);
/// The service catalog (iam-v3 5.4).
pub const CATALOG: Operation = operation("identity.catalog.show", Get, "/auth/catalog", 200, &[]);

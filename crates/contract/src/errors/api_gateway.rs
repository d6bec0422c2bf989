//! Codes of the API gateway in front of the services (errors.md section 4).

use super::{Action, ErrorText, retryable, row};
use Action::*;

pub(super) const TABLE: &[ErrorText] = &[
    row(
        101,
        404,
        "The service does not know this address.",
        "Check that this cloud offers the service in this region.",
        Some(AskOperator),
    ),
    row(
        201,
        400,
        "The request was malformed or too large for the cloud's gateway.",
        "Send less at once; if that does not help, ask the operator.",
        Some(AskOperator),
    ),
    row(
        301,
        401,
        "The cloud did not accept the sign-in behind this request.",
        "Sign in again; your input is kept.",
        Some(SignIn),
    ),
    retryable(row(
        308,
        429,
        "Too many requests were sent in a short time.",
        "Wait a minute, then try again.",
        Some(Retry),
    )),
    retryable(row(
        500,
        500,
        "The cloud's gateway could not process the request.",
        "Try again in a moment.",
        Some(Retry),
    )),
    row(
        507,
        507,
        "The service has no space left to store the change.",
        "Nothing was changed; have space made, then try again.",
        Some(AskOperator),
    ),
];

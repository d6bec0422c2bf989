//! Why a call did not bring what was asked for.

use std::fmt;

use contract::errors::Action;

use super::catalogue::explain;

/// A failed call. Data to match on; the sentence is made where it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// No answer: the machine is offline or the gateway is not reachable.
    Network,
    /// No answer in time; whether a change was made is not known.
    Timeout,
    /// Nobody is signed in any more.
    SessionEnded,
    /// The service, or the gateway before it, refused.
    Refused {
        /// HTTP status.
        status: u16,
        /// Such as `CSBS.6005`; empty when none was given.
        code: String,
        /// The service's own words.
        message: String,
        /// What an administrator finds it by.
        request_id: String,
    },
    /// An answer that is not what is documented: cut off, HTML, other members.
    Unreadable { status: u16, request_id: String },
}

impl ApiError {
    /// Whether the thing asked for does not exist.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }

    /// The service's code; empty when there is none.
    pub fn code(&self) -> &str {
        match self {
            Self::Refused { code, .. } => code,
            _ => "",
        }
    }

    /// What the catalogue offers to do about it.
    pub fn action(&self) -> Option<Action> {
        match self {
            Self::Network | Self::Unreadable { .. } => Some(Action::Retry),
            Self::Timeout => Some(Action::Reload),
            Self::SessionEnded => Some(Action::SignIn),
            Self::Refused { status, code, .. } => {
                explain(code, *status).and_then(|text| text.action)
            }
        }
    }

    /// What happened and what to do, without the reference.
    pub fn text(&self) -> String {
        match self {
            Self::Network => {
                "No answer came. Check the connection; what is on screen stays usable.".to_owned()
            }
            Self::Timeout => {
                "The answer took too long. A change may have been made nevertheless: look before you repeat it."
                    .to_owned()
            }
            Self::SessionEnded => "The session has ended. Sign in again to go on.".to_owned(),
            Self::Refused { status, code, message, .. } => refusal(*status, code, message),
            Self::Unreadable { status, .. } => format!(
                "The service answered with something that cannot be read (status {status}). Try again; if it stays, \
                 give the reference below to your administrator."
            ),
        }
    }

    /// The service's code and words and the request id, for support; nothing when there is none.
    pub fn reference(&self) -> Option<String> {
        let (code, message, request_id) = match self {
            Self::Refused {
                code,
                message,
                request_id,
                ..
            } => (code.as_str(), message.as_str(), request_id),
            Self::Unreadable { request_id, .. } => ("", "", request_id),
            _ => return None,
        };
        let said = match (code.is_empty(), message.is_empty()) {
            (true, _) => String::new(),
            (false, true) => code.to_owned(),
            // The gateway's words are ours already.
            (false, false) if code.starts_with("Gateway.") => code.to_owned(),
            (false, false) => format!("{code} “{message}”"),
        };
        let request = if request_id.is_empty() {
            String::new()
        } else {
            format!("Request {request_id}")
        };
        match (said.is_empty(), request.is_empty()) {
            (true, true) => None,
            (false, false) => Some(format!("{said} · {request}")),
            _ => Some(said + &request),
        }
    }
}

/// The text of a refusal: the catalogue's, else the service's own words, else what the status means.
fn refusal(status: u16, code: &str, message: &str) -> String {
    if let Some(text) = explain(code, status) {
        return format!("{} {}", text.meaning, text.remedy);
    }
    if !message.is_empty() {
        return message.to_owned();
    }
    let meaning = match status {
        401 => "The service does not accept who you are.",
        403 => "You may not do this in this project. Ask its administrator.",
        404 => "It does not exist, or no longer.",
        409 => "Something else is going on with it. Wait until that is over.",
        429 => "Too many requests at once. Wait a moment.",
        500..=599 => "The service has a problem of its own. Try again later.",
        _ => "The service refused.",
    };
    format!("{meaning} (Status {status})")
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())?;
        match self.reference() {
            Some(reference) => write!(f, " ({reference})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::errors::lookup;

    fn refused(status: u16, code: &str, message: &str, request_id: &str) -> ApiError {
        ApiError::Refused {
            status,
            code: code.into(),
            message: message.into(),
            request_id: request_id.into(),
        }
    }

    #[test]
    fn a_known_code_has_our_text_and_the_services_words_beside_it() {
        crate::api::catalogue::learned();
        let error = refused(400, "CSBS.9006", "quota exceeded", "r-1");
        let known = lookup("CSBS.9006", 400).expect("a documented code");
        assert_eq!(error.text(), format!("{} {}", known.meaning, known.remedy));
        assert_eq!(
            error.reference().as_deref(),
            Some("CSBS.9006 “quota exceeded” · Request r-1")
        );
    }

    #[test]
    fn an_unknown_code_shows_the_services_words() {
        assert_eq!(
            refused(400, "NEW.0815", "no moon today", "").text(),
            "no moon today"
        );
    }

    #[test]
    fn a_refusal_without_words_says_what_the_status_means() {
        let error = refused(503, "", "", "");
        assert!(error.text().contains("503"));
        assert_eq!(error.reference(), None);
    }
}

//! What each error code means, and what its reader can do about it (errors.md).
//!
//! Services reuse and reword their texts, so the console shows its own beside theirs, chosen by
//! code (and by status where one code has two meanings). The tables are data: [`lookup`] knows
//! CSBS, the API gateway in front of the services and our own gateway; [`lookup_image`] knows those of
//! images; the 182 codes of CBR are in
//! [`backup_service`], which only code that speaks to CBR refers to, so that a bundle without it
//! does not carry them (11 KB of text and 4 KB of rows before compression).
//!
//! ```
//! use contract::errors::{Action, lookup};
//! let text = lookup("CSBS.8007", 400).unwrap();
//! assert_eq!(text.action, Some(Action::DeleteImage));
//! assert!(lookup("CSBS.9009", 403).unwrap().meaning != lookup("CSBS.9009", 400).unwrap().meaning);
//! assert_eq!(lookup("CSBS.4711", 400), None);
//! ```

mod api_gateway;
pub mod backup_service;
mod csbs;
mod gateway;
mod image;
#[cfg(test)]
mod tests;

/// What the console can offer beside the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Do the same again.
    Retry,
    /// Read the page's data again.
    Reload,
    /// Sign in, or sign in again.
    SignIn,
    /// Look at the list of backups.
    OpenBackups,
    /// Look at the policies.
    OpenPolicies,
    /// Look at the servers.
    OpenServers,
    /// See what is running.
    OpenTasks,
    /// See what is used up.
    OpenQuotas,
    /// Look at the vaults.
    OpenVaults,
    /// Delete the image that was made from the backup.
    DeleteImage,
    /// Correct the input.
    Correct,
    /// Somebody with more rights than the reader has to act.
    AskOperator,
}

impl Action {
    /// The label of the button or link.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Retry => "Try again",
            Self::Reload => "Reload",
            Self::SignIn => "Sign in again",
            Self::OpenBackups => "Show backups",
            Self::OpenPolicies => "Show policies",
            Self::OpenServers => "Show servers",
            Self::OpenTasks => "Show running tasks",
            Self::OpenQuotas => "Show quotas",
            Self::OpenVaults => "Show vaults",
            Self::DeleteImage => "Show the image",
            Self::Correct => "Correct the input",
            Self::AskOperator => "Ask the operator",
        }
    }
}

/// A row of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorText {
    /// Documented HTTP status; inside an answer of 200 (a check, a task) the code alone counts.
    pub status: u16,
    /// What is the matter, one sentence.
    pub meaning: &'static str,
    /// What to do, one sentence.
    pub remedy: &'static str,
    /// What the console can offer.
    pub action: Option<Action>,
    /// A read may be repeated without asking. Most answers of status 500 are not like that: they
    /// say "not possible now" (errors.md, "Traps").
    pub retryable: bool,
    number: u16,
}

impl ErrorText {
    /// The number in the code: 6013 of `CSBS.6013`.
    pub const fn number(&self) -> u16 {
        self.number
    }
}

const fn row(
    number: u16,
    status: u16,
    meaning: &'static str,
    remedy: &'static str,
    action: Option<Action>,
) -> ErrorText {
    ErrorText {
        status,
        meaning,
        remedy,
        action,
        retryable: false,
        number,
    }
}

const fn retryable(mut text: ErrorText) -> ErrorText {
    text.retryable = true;
    text
}

/// The text for a code, for CSBS, `APIGW`/`APIG`, our gateway, and the two CBR codes that CSBS
/// itself documents. `status` decides only where a code has several meanings; 0 when unknown.
pub fn lookup(code: &str, status: u16) -> Option<&'static ErrorText> {
    let (family, number) = split(code)?;
    let table = match family {
        "CSBS" => csbs::TABLE,
        "APIGW" | "APIG" => api_gateway::TABLE,
        "Gateway" => gateway::TABLE,
        "BackupService" => csbs::FROM_CBR,
        _ => return None,
    };
    pick(table, number, status)
}

/// The text for a code of the image service; for pages that speak to it.
///
/// ```
/// use contract::errors::{Action, lookup_image};
/// assert_eq!(lookup_image("IMG.0134").unwrap().action, Some(Action::DeleteImage));
/// ```
pub fn lookup_image(code: &str) -> Option<&'static ErrorText> {
    match split(code)? {
        ("IMG", number) => pick(image::TABLE, number, 0),
        _ => None,
    }
}

/// [`lookup`], and every code of images and of CBR too.
pub fn lookup_all(code: &str, status: u16) -> Option<&'static ErrorText> {
    lookup(code, status)
        .or_else(|| lookup_image(code))
        .or_else(|| {
            let (family, number) = split(code)?;
            (family == "BackupService").then(|| pick(backup_service::TABLE, number, status))?
        })
}

/// Every code of CSBS with its status, ascending: the 50 rows of its reference and two of its tag
/// pages. One code has two statuses.
pub fn csbs_codes() -> impl Iterator<Item = (String, u16)> {
    csbs::TABLE
        .iter()
        .map(|row| (format!("CSBS.{:04}", row.number), row.status))
}

fn split(code: &str) -> Option<(&str, u16)> {
    let (family, digits) = code.split_once('.')?;
    let plain = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit());
    Some((family, digits.parse().ok().filter(|_| plain)?))
}

fn pick(table: &'static [ErrorText], number: u16, status: u16) -> Option<&'static ErrorText> {
    let mut rows = table.iter().filter(|row| row.number == number);
    let first = rows.next()?;
    if first.status == status {
        return Some(first);
    }
    rows.find(|row| row.status == status).or(Some(first))
}

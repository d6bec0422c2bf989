//! The part of a filter that a service can answer itself (csbs-v1 4.12, cbr-v3 5.3).
//!
//! It only brings the first rows sooner: what comes is filtered again like every other row.

use contract::model::{BackupStatus, Generation};
use contract::time::Timestamp;

use super::evaluate::time_range;
use super::{Filter, Operator, Property, Token};
use crate::data::store::{NEVER, kind_of_word};

/// Query parameters of the list operation that every matching backup satisfies.
pub fn service_query(
    filter: &Filter,
    of: Generation,
    now: Timestamp,
) -> Vec<(&'static str, String)> {
    let mut query = Vec::new();
    for property in Property::ALL {
        let of_property: Vec<&Token> = filter
            .tokens()
            .iter()
            .filter(|token| token.property() == property && !token.operator().excludes())
            .collect();
        if property == Property::Created {
            times(&of_property, now, &mut query);
        } else if let [token] = of_property[..]
            && let Some(parameter) = parameter(token, of)
        {
            let value = match property {
                Property::Kind => kind_of_word(&token.value().written()).as_str().to_owned(),
                _ => token.value().written(),
            };
            query.push((parameter, value));
        }
    }
    query
}

/// The parameter that asks what a token asks, or a little less.
fn parameter(token: &Token, of: Generation) -> Option<&'static str> {
    let in_vaults = of.capabilities().vaults;
    let text = token.value().text()?;
    match (token.property(), token.operator()) {
        // A word the service does not know is an error there (csbs-v1 4.12).
        (Property::Status, _) => BackupStatus::DOCUMENTED
            .iter()
            .any(|status| status.as_str() == text)
            .then_some("status"),
        (Property::Name, _) => Some("name"),
        (Property::Server, Operator::Is) if is_uuid(text) => Some("resource_id"),
        (Property::Server, Operator::Contains) if !is_uuid(text) => Some("resource_name"),
        (Property::Zone, _) => Some(if in_vaults { "resource_az" } else { "az" }),
        (Property::Vault, _) if in_vaults => Some("vault_id"),
        (Property::Kind, _) if in_vaults => Some("resource_type"),
        (Property::Policy, _) if !in_vaults => Some("policy_id"),
        (Property::Checkpoint, _) => Some("checkpoint_id"),
        (Property::ImageType, _) => Some("image_type"),
        (Property::Ip, Operator::Is) if !in_vaults => Some("ip"),
        _ => None,
    }
}

/// The widest range the conditions on the time allow.
fn times(tokens: &[&Token], now: Timestamp, query: &mut Vec<(&'static str, String)>) {
    let range = |upper: bool| {
        tokens
            .iter()
            .filter(move |token| {
                matches!(token.operator(), Operator::Until | Operator::Older) == upper
            })
            .filter_map(|token| time_range(token, now))
    };
    if let Some(first) = range(false).map(|(first, _)| first).min()
        && first > NEVER + 1
    {
        query.push(("start_time", Timestamp::from_micros(first).to_filter_text()));
    }
    if let Some(last) = range(true).map(|(_, last)| last).max()
        && last < i64::MAX
    {
        // Rounded up to the next second: the service's range is closed.
        let last = Timestamp::from_micros(last).plus_seconds(1);
        query.push(("end_time", last.to_filter_text()));
    }
}

/// The policies a filter names: only the service knows which backups are theirs.
pub fn wanted_policies(filter: &Filter) -> Vec<String> {
    filter
        .tokens()
        .iter()
        .filter(|token| token.property() == Property::Policy)
        .filter_map(|token| token.value().text().map(str::to_owned))
        .collect()
}

/// Whether a text has the form of the services' ids.
pub fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

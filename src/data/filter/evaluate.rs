//! Which rows of the store a filter lets through: columns and bits, no row is built.

use std::collections::{BTreeMap, HashSet};

use contract::time::Timestamp;

use super::{Filter, Operator, Property, Token, Value, before};
use crate::data::bits::Bits;
use crate::data::store::{BackupStore, Coded, NEVER};

/// What a filter has to know beside the backups.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// The service's present.
    pub now: Timestamp,
    /// Ids of the servers that exist, once they are known.
    pub servers: Option<&'a HashSet<String>>,
    /// Vaults, id and name: rows know only the id, people mostly the name.
    pub vaults: &'a [(String, String)],
}

/// The rows that are there and match.
pub fn matching(store: &BackupStore, filter: &Filter, known: Known<'_>) -> Bits {
    let mut rows = store.alive().clone();
    // Within one property any may hold; free texts must all be found.
    let mut any_of: BTreeMap<(Property, bool), Vec<&Token>> = BTreeMap::new();
    for token in filter.tokens() {
        match (token.property(), token.operator()) {
            (_, operator) if operator.excludes() => {
                let hits = hits(store, &[token], known);
                rows.and_not(&hits);
            }
            (Property::Text, _) => rows.and(&hits(store, &[token], known)),
            // Both ends of a range bind, so each end is a property of its own.
            (property, Operator::Until | Operator::Older | Operator::AtMost) => {
                any_of.entry((property, true)).or_default().push(token);
            }
            (property, _) => any_of.entry((property, false)).or_default().push(token),
        }
    }
    for tokens in any_of.values() {
        rows.and(&hits(store, tokens, known));
    }
    rows
}

/// The rows any of these tokens of one property means, exclusions read as what they exclude.
fn hits(store: &BackupStore, tokens: &[&Token], known: Known<'_>) -> Bits {
    let mut rows = Bits::new(store.rows());
    let texts = |wanted: fn(Operator) -> bool| {
        tokens
            .iter()
            .filter(move |token| wanted(token.operator()))
            .filter_map(|token| token.value().text())
            .collect::<Vec<_>>()
    };
    let equal = texts(|operator| matches!(operator, Operator::Is | Operator::IsNot));
    let part = texts(|operator| matches!(operator, Operator::Contains | Operator::Lacks));
    let property = tokens
        .first()
        .map_or(Property::Text, |token| token.property());
    match property {
        Property::Text => part
            .iter()
            .for_each(|text| search_everything(store, text, &mut rows)),
        Property::Name => {
            for text in &part {
                store.search_names(&text.to_lowercase(), &mut rows);
            }
            for text in &equal {
                let lower = text.to_lowercase();
                let mut same = Bits::new(store.rows());
                store.search_names(&lower, &mut same);
                same.keep(|row| store.lower_name(row as u32) == lower);
                rows.or(&same);
            }
        }
        Property::Server => {
            coded(&store.server, &equal, &part, &mut rows);
            coded(&store.server_name, &equal, &part, &mut rows);
        }
        Property::Status => coded(&store.status, &equal, &part, &mut rows),
        Property::Zone => coded(&store.zone, &equal, &part, &mut rows),
        Property::Policy => coded(&store.policy, &equal, &part, &mut rows),
        Property::ImageType => coded(&store.image_type, &equal, &part, &mut rows),
        Property::FailedOperation => coded(&store.fail_op, &equal, &part, &mut rows),
        Property::FailureCode => coded(&store.fail_code, &equal, &part, &mut rows),
        Property::Tag => {
            let tags = &store.tags;
            let mut codes = Bits::new(tags.words.len());
            for code in 0..tags.words.len() {
                let has = |wanted: &dyn Fn(&str) -> bool| {
                    tags.words
                        .text(code as u32)
                        .split(crate::data::store::TAG_SEPARATOR)
                        .any(wanted)
                };
                let matches = equal.iter().any(|text| has(&|tag| is_tag(tag, text)))
                    || part
                        .iter()
                        .any(|text| has(&|tag| tag.to_lowercase().contains(&text.to_lowercase())));
                if matches && code as u32 != crate::data::texts::Dictionary::EMPTY {
                    codes.set(code);
                }
            }
            rows_of(&tags.codes, &codes, &mut rows);
        }
        Property::Ip => {
            let addresses = &store.address;
            let mut codes = Bits::new(addresses.words.len());
            for code in 0..addresses.words.len() {
                let mut both = addresses.words.text(code as u32).split(' ');
                if both.any(|ip| equal.contains(&ip) || part.iter().any(|text| ip.contains(text))) {
                    codes.set(code);
                }
            }
            rows_of(&addresses.codes, &codes, &mut rows);
        }
        Property::Checkpoint => equal
            .iter()
            .for_each(|id| rows.or(&store.of_checkpoint(id))),
        Property::Type => flagged(&equal, "incremental", "full", &mut rows, |row| {
            store.incremental(row)
        }),
        Property::Origin => flagged(&equal, "automatic", "manual", &mut rows, |row| {
            store.automatic(row)
        }),
        Property::Image => flagged(&equal, "yes", "no", &mut rows, |row| store.has_image(row)),
        Property::ServerState => match known.servers {
            // Until the servers are known nothing is claimed about them.
            None => {}
            Some(servers) => {
                let mut present = Bits::new(store.server.words.len());
                for code in 0..store.server.words.len() {
                    if servers.contains(store.server.words.text(code as u32)) {
                        present.set(code);
                    }
                }
                let is_present = |row: u32| present.get(store.server.codes[row as usize] as usize);
                flagged(&equal, "present", "gone", &mut rows, is_present);
            }
        },
        Property::Service => flagged(&equal, "cbr", "csbs", &mut rows, |row| store.in_vault(row)),
        Property::Kind => coded(&store.kind, &equal, &part, &mut rows),
        Property::Vault => {
            let named = |(_, name): &&(String, String)| {
                equal.iter().any(|text| name.eq_ignore_ascii_case(text))
            };
            let ids = known.vaults.iter().filter(named).map(|(id, _)| id.as_str());
            let wanted: Vec<&str> = equal.iter().copied().chain(ids).collect();
            coded(&store.vault, &wanted, &part, &mut rows);
        }
        Property::Expires => {
            let ranges: Vec<(i64, i64)> = tokens
                .iter()
                .filter_map(|token| time_range(token, known.now))
                .collect();
            numbers(&store.expires, &ranges, &mut rows);
            flagged(&equal, "set", "never", &mut rows, |row| {
                store.expires(row).is_some()
            });
        }
        Property::Created => {
            let ranges: Vec<(i64, i64)> = tokens
                .iter()
                .filter_map(|token| time_range(token, known.now))
                .collect();
            numbers(&store.created, &ranges, &mut rows);
        }
        Property::Size => {
            let ranges: Vec<(i64, i64)> = tokens
                .iter()
                .filter_map(|token| match (token.operator(), token.value()) {
                    (Operator::AtLeast, Value::Megabytes(size)) => Some((*size, i64::MAX)),
                    (Operator::AtMost, Value::Megabytes(size)) => Some((0, *size)),
                    _ => None,
                })
                .collect();
            numbers(&store.size_mb, &ranges, &mut rows);
        }
    }
    rows
}

fn search_everything(store: &BackupStore, text: &str, rows: &mut Bits) {
    let needle = text.to_lowercase();
    store.search_names(&needle, rows);
    // Ids are hexadecimal: most words cannot be in one, and need not be looked for there.
    if needle
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
    {
        store.search_ids(text, rows);
        if needle != text {
            store.search_ids(&needle, rows);
        }
    }
    for column in [&store.server, &store.server_name] {
        rows_of(&column.codes, &column.words.search(&needle), rows);
    }
}

/// `key` alone means any value.
fn is_tag(tag: &str, wanted: &str) -> bool {
    tag == wanted || tag.split_once('=').is_some_and(|(key, _)| key == wanted)
}

fn coded(column: &Coded, equal: &[&str], part: &[&str], rows: &mut Bits) {
    let mut codes = column.words.equal_to(equal.iter().copied());
    for text in part {
        codes.or(&column.words.search(&text.to_lowercase()));
    }
    rows_of(&column.codes, &codes, rows);
}

fn rows_of(codes: &[u32], wanted: &Bits, rows: &mut Bits) {
    if wanted.count() == 0 {
        return;
    }
    for (row, code) in codes.iter().enumerate() {
        if wanted.get(*code as usize) {
            rows.set(row);
        }
    }
}

fn flagged(words: &[&str], yes: &str, no: &str, rows: &mut Bits, is: impl Fn(u32) -> bool) {
    let (yes, no) = (words.contains(&yes), words.contains(&no));
    for row in 0..rows.len() {
        if if is(row as u32) { yes } else { no } {
            rows.set(row);
        }
    }
}

fn numbers(column: &[i64], ranges: &[(i64, i64)], rows: &mut Bits) {
    for (row, value) in column.iter().enumerate() {
        if *value != NEVER
            && ranges
                .iter()
                .any(|(low, high)| low <= value && value <= high)
        {
            rows.set(row);
        }
    }
}

/// First and last microsecond a condition on a time lets through.
pub(super) fn time_range(token: &Token, now: Timestamp) -> Option<(i64, i64)> {
    Some(match (token.operator(), token.value()) {
        (Operator::Last, Value::Span(span)) => (before(now, *span).micros(), i64::MAX),
        (Operator::Older, Value::Span(span)) => (NEVER + 1, before(now, *span).micros()),
        (Operator::From, Value::At(at)) => (at.micros(), i64::MAX),
        (Operator::Next, Value::Span(span)) => {
            (now.micros(), now.plus_seconds(span.seconds()).micros())
        }
        // The whole second that is named belongs to it.
        (Operator::Until, Value::At(at)) => (NEVER + 1, at.micros() + 999_999),
        _ => return None,
    })
}

//! What the filter bar offers while one types: properties, and live values with their counts.

use contract::model::BackupStatus;

use super::typed::{first_mark, parse_typed, property_named};
use super::{Clock, Operator, Property, Token, is_uuid};
use crate::data::bits::Bits;
use crate::data::status;
use crate::data::store::{BackupStore, Coded, TAG_SEPARATOR, kind_of_word};

/// Most entries offered at once; typing narrows them.
const MOST: usize = 40;
/// Most values of one property offered for a bare word.
const MOST_PER_PROPERTY: usize = 5;

/// What choosing a suggestion does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Goes on with the values of a property.
    Property(Property),
    /// Adds a condition.
    Token(Token),
    /// Opens the backup with this id.
    Open(String),
}

/// One entry of the list below the filter bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    pub offer: Offer,
    /// `Status is Failed`.
    pub label: String,
    /// What it is, or what one can ask.
    pub detail: String,
    /// How many rows would be left.
    pub count: Option<usize>,
}

/// Names of what rows only name by id: pairs of id and name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Names<'a> {
    pub policies: &'a [(String, String)],
    pub vaults: &'a [(String, String)],
}

/// What suggestions are made from.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    pub store: &'a BackupStore,
    /// The rows the filter lets through now.
    pub rows: &'a Bits,
    pub names: Names<'a>,
    /// Rows of several services may stand side by side.
    pub mixed: bool,
    /// Backups may live in vaults.
    pub vaults: bool,
    /// The clock times are typed and shown on.
    pub clock: Clock<'a>,
}

/// What to offer for a typed text, best first.
pub fn suggestions(text: &str, setting: Setting<'_>) -> Vec<Suggestion> {
    let text = text.trim();
    let mut offers = if is_uuid(text) {
        recognised(text, setting)
    } else if let Some((property, value)) = split(text) {
        of_property(property, value, text, setting)
    } else {
        of_word(text, setting)
    };
    offers.truncate(MOST);
    offers
}

/// A property with a mark behind it, and the value so far.
fn split(text: &str) -> Option<(Property, &str)> {
    let (at, mark) = first_mark(text)?;
    let property = property_named(text[..at].trim().trim_start_matches('-'))?;
    Some((property, text[at + mark.len()..].trim()))
}

fn token(
    property: Property,
    operator: Operator,
    value: &str,
    setting: Setting<'_>,
) -> Option<Suggestion> {
    let token = Token::new(property, operator, value).ok()?;
    let label = title_of(&token, setting);
    Some(Suggestion {
        offer: Offer::Token(token),
        label,
        detail: String::new(),
        count: None,
    })
}

/// `Status is Failed`.
fn title_of(token: &Token, setting: Setting<'_>) -> String {
    let named = |property: Property, value: &str| name_of(property, value, setting.names);
    format!(
        "{} {} {}",
        token.property().title(),
        token.operator().title(),
        token.value_title(&named, setting.clock)
    )
}

/// The reading of a value that is a word or an id of the service.
pub fn name_of(property: Property, value: &str, names: Names<'_>) -> Option<String> {
    let of = match property {
        Property::Status => return Some(status::title(&BackupStatus::from_word(value))),
        Property::Kind => return Some(kind_of_word(value).title().to_owned()),
        Property::Policy => names.policies,
        Property::Vault => names.vaults,
        _ => return None,
    };
    of.iter()
        .find(|(id, _)| id == value)
        .map(|(_, name)| name.clone())
}

fn recognised(id: &str, setting: Setting<'_>) -> Vec<Suggestion> {
    let store = setting.store;
    let mut offers = Vec::new();
    if let Some(row) = store.row_of(id) {
        offers.push(Suggestion {
            offer: Offer::Open(id.to_owned()),
            label: format!("Open backup {}", store.name(row)),
            detail: "This is the id of a backup".to_owned(),
            count: None,
        });
    }
    let mut known = |property: Property, detail: &str, count: usize, is_known: bool| {
        if let Some(offer) = token(property, Operator::Is, id, setting) {
            let count = is_known.then_some(count);
            let detail = if is_known {
                format!("This is the id of a {detail}")
            } else {
                String::new()
            };
            offers.push(Suggestion {
                detail,
                count,
                ..offer
            });
        }
    };
    let server = store.server.words.find(id);
    let of_server = server.map_or(0, |server| {
        store
            .alive()
            .iter()
            .filter(|row| store.server.codes[*row] == server)
            .count()
    });
    let mut of_checkpoint = store.of_checkpoint(id);
    of_checkpoint.and(store.alive());
    let is_policy = setting
        .names
        .policies
        .iter()
        .any(|(policy, _)| policy == id);
    let in_vault = store.vault.words.find(id).map_or(0, |vault| {
        store
            .alive()
            .iter()
            .filter(|row| store.vault.codes[*row] == vault)
            .count()
    });
    let is_vault = in_vault > 0 || setting.names.vaults.iter().any(|(vault, _)| vault == id);
    let candidates = [
        (Property::Server, "server", of_server, server.is_some()),
        (Property::Vault, "vault", in_vault, is_vault),
        (
            Property::Checkpoint,
            "checkpoint",
            of_checkpoint.count(),
            of_checkpoint.count() > 0,
        ),
    ];
    for (property, what, count, is_known) in candidates {
        if is_known {
            known(property, what, count, true);
        }
    }
    if is_policy && let Some(offer) = token(Property::Policy, Operator::Is, id, setting) {
        offers.push(Suggestion {
            detail: "This is the id of a policy".to_owned(),
            ..offer
        });
    }
    if offers.is_empty() {
        // Nothing here has this id (yet): it may be of anything.
        offers.push(Suggestion {
            offer: Offer::Open(id.to_owned()),
            label: "Look for a backup with this id".to_owned(),
            detail: "Asks the service".to_owned(),
            count: None,
        });
        for property in [Property::Server, Property::Checkpoint, Property::Policy] {
            offers.extend(token(property, Operator::Is, id, setting));
        }
    }
    offers.extend(token(Property::Text, Operator::Contains, id, setting));
    offers
}

/// A bare word: free text, values that contain it, properties that begin with it.
fn of_word(text: &str, setting: Setting<'_>) -> Vec<Suggestion> {
    let mut offers = Vec::new();
    if !text.is_empty() {
        offers.extend(token(Property::Text, Operator::Contains, text, setting));
        for property in [
            Property::Status,
            Property::Server,
            Property::Policy,
            Property::Zone,
            Property::Type,
            Property::Origin,
            Property::Service,
            Property::Kind,
            Property::Vault,
            Property::Tag,
            Property::FailedOperation,
            Property::FailureCode,
        ] {
            let values = values(property, Operator::Is, text, setting);
            offers.extend(values.into_iter().take(MOST_PER_PROPERTY));
        }
    }
    let lower = text.to_lowercase();
    let exists = |property: Property| match property {
        Property::Text => false,
        Property::Service => setting.mixed,
        Property::Kind | Property::Vault | Property::Expires => setting.vaults,
        _ => true,
    };
    let properties = Property::ALL
        .into_iter()
        .filter(|property| exists(*property) && property.title().to_lowercase().contains(&lower));
    offers.extend(properties.map(|property| Suggestion {
        offer: Offer::Property(property),
        label: property.title().to_owned(),
        detail: property.hint().to_owned(),
        count: None,
    }));
    offers
}

/// A property was chosen: what was typed if it reads, then its values.
fn of_property(
    property: Property,
    value: &str,
    text: &str,
    setting: Setting<'_>,
) -> Vec<Suggestion> {
    let typed = parse_typed(text, setting.clock).ok();
    let operator = typed
        .as_ref()
        .map_or(property.operators()[0], Token::operator);
    let mut offers: Vec<Suggestion> = Vec::new();
    let presets: &[(Operator, &str)] = match property {
        Property::Created => &[
            (Operator::Last, "1h"),
            (Operator::Last, "24h"),
            (Operator::Last, "7d"),
            (Operator::Last, "30d"),
            (Operator::Older, "7d"),
            (Operator::Older, "30d"),
            (Operator::Older, "90d"),
        ],
        Property::Expires => &[
            (Operator::Next, "24h"),
            (Operator::Next, "7d"),
            (Operator::Next, "30d"),
        ],
        Property::Size => &[
            (Operator::AtLeast, "1GB"),
            (Operator::AtLeast, "10GB"),
            (Operator::AtLeast, "100GB"),
            (Operator::AtMost, "1GB"),
        ],
        _ => &[],
    };
    let of_words = if property == Property::Expires {
        Operator::Is
    } else {
        operator
    };
    offers.extend(values(property, of_words, value, setting));
    for (operator, preset) in presets {
        let offer = token(property, *operator, preset, setting);
        let fits = |offer: &Suggestion| offer.label.to_lowercase().contains(&value.to_lowercase());
        offers.extend(offer.filter(fits));
    }
    if let Some(typed) = typed {
        let label = title_of(&typed, setting);
        if !offers
            .iter()
            .any(|offer| offer.offer == Offer::Token(typed.clone()) || offer.label == label)
        {
            let detail = "as typed".to_owned();
            offers.insert(
                0,
                Suggestion {
                    offer: Offer::Token(typed),
                    label,
                    detail,
                    count: None,
                },
            );
        }
    }
    offers
}

/// Live values of a property that contain `part`, most frequent first.
fn values(
    property: Property,
    operator: Operator,
    part: &str,
    setting: Setting<'_>,
) -> Vec<Suggestion> {
    let lower = part.to_lowercase();
    let mut found: Vec<(String, usize)> = match property {
        Property::Policy => {
            return setting
                .names
                .policies
                .iter()
                .filter(|(id, name)| name.to_lowercase().contains(&lower) || id.contains(part))
                .filter_map(|(id, _)| token(property, Operator::Is, id, setting))
                .map(|offer| Suggestion {
                    detail: "asked from the service".to_owned(),
                    ..offer
                })
                .collect();
        }
        Property::Tag => tag_counts(setting),
        _ => match column(property, setting.store) {
            Some(column) => counts(column, setting.rows),
            None => fixed_counts(property, setting),
        },
    };
    let title = |value: &str| {
        name_of(property, value, setting.names).or_else(|| {
            property
                .fixed_values()
                .iter()
                .find(|(word, _)| *word == value)
                .map(|(_, t)| (*t).to_owned())
        })
    };
    found.retain(|(value, _)| {
        value.to_lowercase().contains(&lower)
            || title(value).is_some_and(|title| title.to_lowercase().contains(&lower))
    });
    found.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
    found
        .into_iter()
        .take(MOST)
        .filter_map(|(value, count)| {
            let offer = token(property, operator, &value, setting)?;
            Some(Suggestion {
                count: Some(count),
                ..offer
            })
        })
        .collect()
}

fn column(property: Property, store: &BackupStore) -> Option<&Coded> {
    Some(match property {
        Property::Status => &store.status,
        Property::Server => &store.server_name,
        Property::Zone => &store.zone,
        Property::ImageType => &store.image_type,
        Property::Kind => &store.kind,
        Property::Vault => &store.vault,
        Property::FailedOperation => &store.fail_op,
        Property::FailureCode => &store.fail_code,
        _ => return None,
    })
}

/// How many of `rows` have each value of a column; the empty value is none.
pub fn counts(column: &Coded, rows: &Bits) -> Vec<(String, usize)> {
    let mut by_code = vec![0_usize; column.words.len()];
    for row in rows.iter() {
        by_code[column.codes[row] as usize] += 1;
    }
    by_code
        .into_iter()
        .enumerate()
        .skip(1)
        .filter(|(_, count)| *count > 0)
        .map(|(code, count)| (column.words.text(code as u32).to_owned(), count))
        .collect()
}

fn tag_counts(setting: Setting<'_>) -> Vec<(String, usize)> {
    let mut found: Vec<(String, usize)> = Vec::new();
    for (tags, count) in counts(&setting.store.tags, setting.rows) {
        for tag in tags.split(TAG_SEPARATOR) {
            match found.iter_mut().find(|(known, _)| known == tag) {
                Some((_, sum)) => *sum += count,
                None => found.push((tag.to_owned(), count)),
            }
        }
    }
    found
}

fn fixed_counts(property: Property, setting: Setting<'_>) -> Vec<(String, usize)> {
    let store = setting.store;
    let is: &dyn Fn(u32) -> bool = match property {
        Property::Type => &|row| store.incremental(row),
        Property::Origin => &|row| store.automatic(row),
        Property::Image => &|row| store.has_image(row),
        Property::Service => &|row| store.in_vault(row),
        Property::Expires => &|row| store.expires(row).is_some(),
        _ => return Vec::new(),
    };
    let yes = setting.rows.iter().filter(|row| is(*row as u32)).count();
    let no = setting.rows.count() - yes;
    property
        .fixed_values()
        .iter()
        .map(|(word, _)| {
            let count = if matches!(*word, "incremental" | "automatic" | "yes" | "cbr" | "set") {
                yes
            } else {
                no
            };
            ((*word).to_owned(), count)
        })
        .collect()
}

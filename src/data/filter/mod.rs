//! The filter language: tokens of property, operator and value.
//!
//! Between properties all must hold, within one any; an exclusion excludes whatever else holds,
//! and every free text must be found. A [`Token`] is checked when it is made: there is no token
//! with a value its property does not know.

mod evaluate;
mod service;
mod suggest;
#[cfg(test)]
mod tests;
mod typed;
mod url;
mod value;

use std::fmt;

pub use evaluate::{Known, matching};
pub use service::{is_uuid, service_query, wanted_policies};
pub use suggest::{Names, Offer, Setting, Suggestion, name_of, suggestions};
pub use typed::{parse_typed, quoted};
pub use url::{parse_pair, print_pair};
pub use value::{Clock, Span, UTC, Unit, Value};

use contract::time::Timestamp;

/// What a token asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Property {
    /// Names and ids of everything in the row.
    Text,
    Status,
    Server,
    Name,
    Zone,
    Type,
    Origin,
    /// The service's own knowledge: a backup does not say which policy made it.
    Policy,
    Created,
    Size,
    Tag,
    Ip,
    FailedOperation,
    FailureCode,
    Image,
    ImageType,
    Checkpoint,
    /// Whether the server still exists.
    ServerState,
    /// Which service it lives in.
    Service,
    /// What it is of: a server, a volume, a file system.
    Kind,
    Vault,
    /// When the service deletes it.
    Expires,
}

/// How a property and a value are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    Is,
    IsNot,
    Contains,
    Lacks,
    /// Within a span before now.
    Last,
    /// Longer ago than a span.
    Older,
    /// Within a span after now.
    Next,
    From,
    Until,
    AtLeast,
    AtMost,
}

impl Property {
    pub const ALL: [Self; 22] = [
        Self::Text,
        Self::Status,
        Self::Server,
        Self::Name,
        Self::Zone,
        Self::Type,
        Self::Origin,
        Self::Policy,
        Self::Created,
        Self::Size,
        Self::Tag,
        Self::Ip,
        Self::FailedOperation,
        Self::FailureCode,
        Self::Image,
        Self::ImageType,
        Self::Checkpoint,
        Self::ServerState,
        Self::Service,
        Self::Kind,
        Self::Vault,
        Self::Expires,
    ];

    /// Its word in addresses and typed filters.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "q",
            Self::Status => "status",
            Self::Server => "server",
            Self::Name => "name",
            Self::Zone => "zone",
            Self::Type => "type",
            Self::Origin => "origin",
            Self::Policy => "policy",
            Self::Created => "created",
            Self::Size => "size",
            Self::Tag => "tag",
            Self::Ip => "ip",
            Self::FailedOperation => "failed",
            Self::FailureCode => "code",
            Self::Image => "image",
            Self::ImageType => "image-type",
            Self::Checkpoint => "checkpoint",
            Self::ServerState => "server-state",
            Self::Service => "service",
            Self::Kind => "kind",
            Self::Vault => "vault",
            Self::Expires => "expires",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|property| property.word().eq_ignore_ascii_case(word))
    }

    /// What it is called on screen.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Status => "Status",
            Self::Server => "Server",
            Self::Name => "Name",
            Self::Zone => "Zone",
            Self::Type => "Type",
            Self::Origin => "Origin",
            Self::Policy => "Policy",
            Self::Created => "Created",
            Self::Size => "Size",
            Self::Tag => "Tag",
            Self::Ip => "IP address",
            Self::FailedOperation => "Failed operation",
            Self::FailureCode => "Failure code",
            Self::Image => "Image",
            Self::ImageType => "Image type",
            Self::Checkpoint => "Checkpoint",
            Self::ServerState => "Server state",
            Self::Service => "Service",
            Self::Kind => "Kind of resource",
            Self::Vault => "Vault",
            Self::Expires => "Expires",
        }
    }

    /// What one can ask of it, in a few words.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Text => "names and ids",
            Self::Status => "available, error, …",
            Self::Server => "name or id",
            Self::Name => "of the backup",
            Self::Zone => "availability zone at backup time",
            Self::Type => "full or incremental",
            Self::Origin => "by hand or by a schedule",
            Self::Policy => "asked from the service",
            Self::Created => "last 24 h, older than 30 d, from a date",
            Self::Size => "at least 10 GB",
            Self::Tag => "key or key=value",
            Self::Ip => "address of the server",
            Self::FailedOperation => "backup, restore, delete",
            Self::FailureCode => "the service's code",
            Self::Image => "an image was made from it",
            Self::ImageType => "the service's word",
            Self::Checkpoint => "backups made together",
            Self::ServerState => "still there or gone",
            Self::Service => "CSBS or CBR",
            Self::Kind => "server, volume, file system, …",
            Self::Vault => "name or id",
            Self::Expires => "within the next 7 d, until a date, never",
        }
    }

    /// Its operators; the first is meant when none is written.
    pub const fn operators(self) -> &'static [Operator] {
        use Operator::{
            AtLeast, AtMost, Contains, From, Is, IsNot, Lacks, Last, Next, Older, Until,
        };
        match self {
            Self::Text => &[Contains],
            Self::Name => &[Contains, Lacks, Is, IsNot],
            Self::Server => &[Is, IsNot, Contains, Lacks],
            Self::Tag | Self::Ip => &[Is, IsNot, Contains],
            Self::Created => &[Last, Older, From, Until],
            Self::Size => &[AtLeast, AtMost],
            Self::Policy | Self::Checkpoint => &[Is],
            Self::Expires => &[Next, From, Until, Is],
            Self::Image | Self::Type | Self::Origin | Self::ServerState | Self::Service => &[Is],
            Self::Status
            | Self::Zone
            | Self::FailedOperation
            | Self::FailureCode
            | Self::Kind
            | Self::Vault
            | Self::ImageType => &[Is, IsNot],
        }
    }

    /// The only values it takes, word and reading, when they are few and fixed.
    pub const fn fixed_values(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Type => &[("full", "Full"), ("incremental", "Incremental")],
            Self::Origin => &[("manual", "By hand"), ("automatic", "By a schedule")],
            Self::Image => &[("yes", "An image was made"), ("no", "No image")],
            Self::ServerState => &[("gone", "Gone"), ("present", "Still there")],
            Self::Service => &[("csbs", "CSBS"), ("cbr", "CBR")],
            Self::Expires => &[("never", "Never"), ("set", "At a known time")],
            _ => &[],
        }
    }
}

impl Operator {
    /// What stands behind the property's word in addresses: `created.last=24h`, `name~=web`.
    const fn suffix(self) -> &'static str {
        match self {
            Self::Is | Self::IsNot => "",
            Self::Contains | Self::Lacks => "~",
            Self::Last => ".last",
            Self::Older => ".older",
            Self::Next => ".next",
            Self::From => ".from",
            Self::Until => ".until",
            Self::AtLeast => ".min",
            Self::AtMost => ".max",
        }
    }

    /// Whether it takes rows away instead of asking for them.
    pub const fn excludes(self) -> bool {
        matches!(self, Self::IsNot | Self::Lacks)
    }

    /// How it reads between property and value.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is not",
            Self::Contains => "contains",
            Self::Lacks => "does not contain",
            Self::Last => "within the last",
            Self::Older => "longer ago than",
            Self::Next => "within the next",
            Self::From => "from",
            Self::Until => "until",
            Self::AtLeast => "at least",
            Self::AtMost => "at most",
        }
    }
}

/// Longest value of a token, in bytes; nothing the service stores is longer.
pub const MAX_VALUE: usize = 300;
/// Most tokens of a filter.
pub const MAX_TOKENS: usize = 50;

/// Why something is no token; `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenProblem {
    UnknownProperty(String),
    /// The property has no such comparison.
    Operator(Property),
    Empty(Property),
    TooLong(Property),
    /// Not among the property's values.
    Value(Property, String),
    NotATime(String),
    NotASpan(String),
    NotASize(String),
    TooMany,
}

impl fmt::Display for TokenProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownProperty(word) => write!(f, "“{word}” is not a property of backups"),
            Self::Operator(property) => {
                write!(f, "{} cannot be compared like that", property.title())
            }
            Self::Empty(property) => write!(f, "{} has no value", property.title()),
            Self::TooLong(property) => write!(f, "The value of {} is too long", property.title()),
            Self::Value(property, value) => {
                write!(f, "{} cannot be “{value}”; use ", property.title())?;
                for (index, (word, _)) in property.fixed_values().iter().enumerate() {
                    write!(f, "{}{word}", if index > 0 { " or " } else { "" })?;
                }
                Ok(())
            }
            Self::NotATime(text) => {
                write!(
                    f,
                    "“{text}” is not a date; write 2026-03-14 or 2026-03-14 18:30"
                )
            }
            Self::NotASpan(text) => {
                write!(f, "“{text}” is not a span of time; write 24h, 7d or 4w")
            }
            Self::NotASize(text) => write!(f, "“{text}” is not a size; write 500MB or 10GB"),
            Self::TooMany => write!(f, "A filter has at most {MAX_TOKENS} parts"),
        }
    }
}

/// One condition, checked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Token {
    property: Property,
    operator: Operator,
    value: Value,
}

impl Token {
    /// The only way to get one: property and operator fit, the value reads.
    pub fn new(property: Property, operator: Operator, text: &str) -> Result<Self, TokenProblem> {
        if !property.operators().contains(&operator) {
            return Err(TokenProblem::Operator(property));
        }
        let text: String = text.chars().filter(|c| !c.is_control()).collect();
        let text = text.trim();
        if text.is_empty() {
            return Err(TokenProblem::Empty(property));
        }
        if text.len() > MAX_VALUE {
            return Err(TokenProblem::TooLong(property));
        }
        let value = match operator {
            Operator::Last | Operator::Older | Operator::Next => {
                Value::Span(Span::parse(text).ok_or_else(|| TokenProblem::NotASpan(text.into()))?)
            }
            Operator::From | Operator::Until => Value::At(
                value::parse_time(text).ok_or_else(|| TokenProblem::NotATime(text.into()))?,
            ),
            Operator::AtLeast | Operator::AtMost => Value::Megabytes(
                value::parse_size(text).ok_or_else(|| TokenProblem::NotASize(text.into()))?,
            ),
            _ => {
                let fixed = property.fixed_values();
                match fixed
                    .iter()
                    .find(|(word, _)| word.eq_ignore_ascii_case(text))
                {
                    Some((word, _)) => Value::Text((*word).to_owned()),
                    None if fixed.is_empty() => Value::Text(text.to_owned()),
                    None => return Err(TokenProblem::Value(property, text.to_owned())),
                }
            }
        };
        Ok(Self {
            property,
            operator,
            value,
        })
    }

    pub const fn property(&self) -> Property {
        self.property
    }

    pub const fn operator(&self) -> Operator {
        self.operator
    }

    pub const fn value(&self) -> &Value {
        &self.value
    }

    /// The value as it reads on screen, times on `clock`; names of ids come from `named`.
    pub fn value_title(
        &self,
        named: &dyn Fn(Property, &str) -> Option<String>,
        clock: Clock<'_>,
    ) -> String {
        match &self.value {
            Value::Text(text) => self
                .property
                .fixed_values()
                .iter()
                .find(|(word, _)| word == text)
                .map(|(_, title)| (*title).to_owned())
                .or_else(|| named(self.property, text))
                .unwrap_or_else(|| text.clone()),
            Value::Span(span) => span.title(),
            Value::At(at) => value::time_title(*at, clock),
            Value::Megabytes(size) => crate::format::megabytes(size.unsigned_abs()),
        }
    }
}

/// All conditions of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    tokens: Vec<Token>,
}

impl Filter {
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Adds a condition; one that is already there is not added again.
    pub fn add(&mut self, token: Token) -> Result<(), TokenProblem> {
        if self.tokens.contains(&token) {
            return Ok(());
        }
        if self.tokens.len() >= MAX_TOKENS {
            return Err(TokenProblem::TooMany);
        }
        self.tokens.push(token);
        Ok(())
    }

    /// With one more condition.
    #[must_use]
    pub fn with(mut self, token: Token) -> Self {
        // A fifty-first condition narrows nothing a reader could still follow.
        let _ = self.add(token);
        self
    }

    /// Takes a condition out by its place.
    pub fn remove(&mut self, index: usize) -> Option<Token> {
        (index < self.tokens.len()).then(|| self.tokens.remove(index))
    }

    /// Whether an answer depends on what the time is.
    pub fn is_relative(&self) -> bool {
        self.tokens
            .iter()
            .any(|token| matches!(token.value, Value::Span(_)))
    }

    fn has(&self, property: Property) -> bool {
        self.tokens.iter().any(|token| token.property == property)
    }

    /// Whether the list of servers is needed to answer.
    pub fn needs_servers(&self) -> bool {
        self.has(Property::ServerState)
    }
}

/// The instant a span before `now`.
fn before(now: Timestamp, span: Span) -> Timestamp {
    now.plus_seconds(-span.seconds())
}

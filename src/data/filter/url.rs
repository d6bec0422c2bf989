//! Tokens as pairs of an address: `status=error`, `-zone=eu-de-02`, `name~=web`, `created.last=24h`.

use super::{Property, Token, TokenProblem};

/// The pair that stands for a token; not yet percent-encoded.
pub fn print_pair(token: &Token) -> (String, String) {
    let mut key = String::new();
    if token.operator().excludes() {
        key.push('-');
    }
    key.push_str(token.property().word());
    // A property with one way to compare needs no mark: `q=web`.
    if token.property().operators().len() > 1 {
        key.push_str(token.operator().suffix());
    }
    (key, token.value().written())
}

/// The token a pair stands for, or why it is none.
pub fn parse_pair(key: &str, value: &str) -> Result<Token, TokenProblem> {
    let (key, excludes) = match key.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (key, false),
    };
    let (word, suffix) = match key.find(['~', '.']) {
        Some(at) => key.split_at(at),
        None => (key, ""),
    };
    let property =
        Property::from_word(word).ok_or_else(|| TokenProblem::UnknownProperty(short(word)))?;
    let operators = property.operators();
    let operator = if suffix.is_empty() && operators.len() == 1 && !excludes {
        Some(operators[0])
    } else {
        operators
            .iter()
            .copied()
            .find(|operator| operator.suffix() == suffix && operator.excludes() == excludes)
    };
    Token::new(
        property,
        operator.ok_or(TokenProblem::Operator(property))?,
        value,
    )
}

/// The beginning of what someone wrote, for a message about it.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

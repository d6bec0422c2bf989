//! How far to move the clock: a number of a unit, as ISO 8601.

use contract::rules::Broken;

/// A unit of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Minutes,
    Hours,
    Days,
}

impl Unit {
    pub const ALL: [Self; 3] = [Self::Minutes, Self::Hours, Self::Days];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
        }
    }

    pub fn from_key(key: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|unit| unit.key() == key)
            .unwrap_or(Self::Days)
    }

    /// The most that is moved at once: a year.
    const fn most(self) -> i64 {
        match self {
            Self::Minutes => 525_600,
            Self::Hours => 8_760,
            Self::Days => 365,
        }
    }
}

/// The duration a number of units is, or what is wrong with the number.
pub(super) fn iso_duration(amount: &str, unit: Unit) -> Result<String, Broken> {
    let amount = amount.trim();
    if amount.is_empty() {
        return Err(Broken::Empty);
    }
    if let Some(character) = amount.chars().find(|character| !character.is_ascii_digit()) {
        return Err(Broken::Character {
            character,
            allowed: "digits",
        });
    }
    let value = amount.parse::<i64>().unwrap_or(i64::MAX);
    if !(1..=unit.most()).contains(&value) {
        return Err(Broken::Range {
            value,
            low: 1,
            high: unit.most(),
        });
    }
    Ok(match unit {
        Unit::Minutes => format!("PT{value}M"),
        Unit::Hours => format!("PT{value}H"),
        Unit::Days => format!("P{value}D"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_become_durations() {
        assert_eq!(iso_duration("90", Unit::Days), Ok("P90D".into()));
        assert_eq!(iso_duration(" 36 ", Unit::Hours), Ok("PT36H".into()));
        assert_eq!(iso_duration("5", Unit::Minutes), Ok("PT5M".into()));
    }

    #[test]
    fn what_is_no_amount_is_refused_with_its_reason() {
        assert_eq!(iso_duration("", Unit::Days), Err(Broken::Empty));
        assert_eq!(
            iso_duration("-1", Unit::Days),
            Err(Broken::Character {
                character: '-',
                allowed: "digits"
            })
        );
        assert_eq!(
            iso_duration("0", Unit::Days),
            Err(Broken::Range {
                value: 0,
                low: 1,
                high: 365
            })
        );
        assert_eq!(
            iso_duration("366", Unit::Days),
            Err(Broken::Range {
                value: 366,
                low: 1,
                high: 365
            })
        );
        assert!(iso_duration("99999999999999999999", Unit::Hours).is_err());
    }
}

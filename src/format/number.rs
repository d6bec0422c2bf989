//! Counts and shares.

/// An integer with narrow spaces between thousands: `1 284`.
pub fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 * 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A number with its noun: `1 backup`, `2 backups`.
pub fn count(value: usize, one: &str, many: &str) -> String {
    let mut text = grouped(value as u64);
    text.push(' ');
    text.push_str(if value == 1 { one } else { many });
    text
}

/// A share of a whole in whole percent, rounded down so that only a full thing reads `100 %`.
pub fn percent(part: u64, whole: u64) -> String {
    let value = (part.saturating_mul(100)).checked_div(whole).unwrap_or(0);
    format!("{value} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_284), "1\u{202f}284");
        assert_eq!(grouped(1_000_000), "1\u{202f}000\u{202f}000");
    }

    #[test]
    fn one_is_singular_and_everything_else_is_not() {
        assert_eq!(count(1, "backup", "backups"), "1 backup");
        assert_eq!(count(0, "backup", "backups"), "0 backups");
        assert_eq!(count(21, "backup", "backups"), "21 backups");
    }

    #[test]
    fn only_a_full_thing_reads_a_hundred_percent() {
        assert_eq!(percent(999, 1000), "99 %");
        assert_eq!(percent(1000, 1000), "100 %");
        assert_eq!(percent(5, 0), "0 %");
    }
}

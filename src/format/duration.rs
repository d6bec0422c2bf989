//! Durations in words, with as much precision as a person uses.

/// `45 seconds`, `12 minutes`, `3 hours`, `3 h 20 min`, `5 days`; the sign is dropped.
pub fn duration(seconds: i64) -> String {
    let seconds = seconds.unsigned_abs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match () {
        () if seconds < 60 => unit(seconds, "second"),
        () if minutes < 60 => unit(minutes, "minute"),
        () if hours < 10 && minutes % 60 != 0 => format!("{hours} h {} min", minutes % 60),
        () if hours < 48 => unit(hours, "hour"),
        () if days < 60 => unit(days, "day"),
        () if days < 730 => unit(days / 30, "month"),
        () => unit(days / 365, "year"),
    }
}

/// How an instant lies to the present: `3 hours ago`, `in 2 days`, `just now`.
///
/// `seconds` is instant minus present.
pub fn ago(seconds: i64) -> String {
    match seconds {
        -9..=9 => "just now".to_owned(),
        10.. => format!("in {}", duration(seconds)),
        _ => format!("{} ago", duration(seconds)),
    }
}

fn unit(value: u64, name: &str) -> String {
    if value == 1 {
        format!("1 {name}")
    } else {
        format!("{value} {name}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_as_precise_as_speech() {
        for (seconds, text) in [
            (0, "0 seconds"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (3_599, "59 minutes"),
            (3_600, "1 hour"),
            (12_000, "3 h 20 min"),
            (40_000, "11 hours"),
            (86_400, "24 hours"),
            (172_800, "2 days"),
            (86_400 * 61, "2 months"),
            (86_400 * 800, "2 years"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn the_sign_says_past_or_future() {
        assert_eq!(ago(-7_200), "2 hours ago");
        assert_eq!(ago(7_200), "in 2 hours");
        assert_eq!(ago(3), "just now");
    }
}

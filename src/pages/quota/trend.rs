//! How the quota fills up: one sample a day, kept in this browser because the service keeps none,
//! and a straight line through them.

use contract::model::Quota;
use contract::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::session::{recall, remember};

/// Days that are kept.
const KEPT: usize = 400;
/// Days the line is drawn through.
const RECENT: i64 = 30;
/// A limit that is reached later than this is not worth a date.
const FAR: i64 = 5 * 365;

/// What one kind of quota used on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Days since 1970, UTC.
    pub day: i64,
    pub kind: String,
    pub used: i64,
}

fn key(project: &str) -> String {
    format!("quota.{project}")
}

/// The samples of a project, oldest first.
pub fn recall_samples(project: &str) -> Vec<Sample> {
    recall(&key(project))
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

/// Adds what the service says now; the last word of a day counts.
pub fn record(project: &str, quotas: &[Quota], now: Timestamp) -> Vec<Sample> {
    let mut samples = recall_samples(project);
    add(&mut samples, quotas, now);
    remember(
        &key(project),
        serde_json::to_string(&samples).ok().as_deref(),
    );
    samples
}

fn add(samples: &mut Vec<Sample>, quotas: &[Quota], now: Timestamp) {
    let day = now.seconds().div_euclid(86_400);
    // A clock that was set back leaves days that have not come yet.
    // Of a service that does not answer now, the last word of today stays.
    samples.retain(|sample| {
        sample.day < day
            || sample.day == day && quotas.iter().all(|quota| quota.kind != sample.kind)
    });
    samples.extend(quotas.iter().map(|quota| Sample {
        day,
        kind: quota.kind.clone(),
        used: quota.used,
    }));
    let extra = samples.len().saturating_sub(KEPT * quotas.len().max(1));
    samples.drain(..extra);
}

/// What the samples of one kind come to.
#[derive(Clone, Debug, PartialEq)]
pub enum Trend {
    /// Fewer than two days are known.
    Unknown,
    /// It does not grow.
    Steady,
    /// It grows by this much a day; the day the limit is reached, when that is not far.
    Grows { per_day: f64, full: Option<i64> },
}

/// The samples of a kind as points, oldest first.
pub fn points(samples: &[Sample], kind: &str) -> Vec<(i64, i64)> {
    samples
        .iter()
        .filter(|sample| sample.kind == kind)
        .map(|sample| (sample.day, sample.used))
        .collect()
}

/// The line of least squares through the last thirty days.
pub fn trend(points: &[(i64, i64)], limit: Option<i64>) -> Trend {
    let Some((last, used)) = points.last().copied() else {
        return Trend::Unknown;
    };
    let recent: Vec<(f64, f64)> = points
        .iter()
        .filter(|(day, _)| last - day <= RECENT)
        .map(|(day, used)| ((day - last) as f64, *used as f64))
        .collect();
    if recent.len() < 2 {
        return Trend::Unknown;
    }
    let number = recent.len() as f64;
    let (mean_day, mean_used) = recent
        .iter()
        .fold((0.0, 0.0), |(days, useds), (day, used)| {
            (days + day / number, useds + used / number)
        });
    let (mut above, mut below) = (0.0, 0.0);
    for (day, used) in &recent {
        above += (day - mean_day) * (used - mean_used);
        below += (day - mean_day) * (day - mean_day);
    }
    let per_day = above / below;
    if !per_day.is_finite() || per_day < 0.05 {
        return Trend::Steady;
    }
    let full = limit.map(|limit| ((limit - used).max(0) as f64 / per_day).ceil() as i64);
    Trend::Grows {
        per_day,
        full: full.filter(|days| *days <= FAR).map(|days| last + days),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(used: i64) -> Vec<Quota> {
        vec![Quota {
            kind: "backups".into(),
            used,
            ..Quota::default()
        }]
    }

    #[test]
    fn one_sample_a_day_is_kept_and_the_last_word_counts() {
        let at = |day: i64| Timestamp::from_seconds(day * 86_400 + 7);
        let mut samples = Vec::new();
        for (day, used) in [(1, 10), (1, 11), (2, 12), (5, 20)] {
            add(&mut samples, &quota(used), at(day));
        }
        assert_eq!(points(&samples, "backups"), [(1, 11), (2, 12), (5, 20)]);
        let vaults = Quota {
            kind: "vault_capacity".into(),
            ..Quota::default()
        };
        add(&mut samples, &[vaults], at(5));
        assert_eq!(
            points(&samples, "backups").len(),
            3,
            "not heard of, not forgotten"
        );
        add(&mut samples, &quota(1), at(2));
        assert_eq!(points(&samples, "backups"), [(1, 11), (2, 1)]);
        assert!(points(&samples, "backup_capacity").is_empty());
    }

    #[test]
    fn a_growing_use_has_a_day_on_which_it_is_full() {
        let grows = trend(&[(0, 100), (1, 110), (2, 120)], Some(150));
        assert_eq!(
            grows,
            Trend::Grows {
                per_day: 10.0,
                full: Some(5)
            }
        );
        assert_eq!(trend(&[(0, 100)], Some(150)), Trend::Unknown);
        assert_eq!(trend(&[(0, 100), (1, 90)], Some(150)), Trend::Steady);
        let far = trend(&[(0, 0), (1, 1)], Some(1_000_000));
        assert_eq!(
            far,
            Trend::Grows {
                per_day: 1.0,
                full: None
            }
        );
        assert!(matches!(
            trend(&[(0, 0), (1, 1)], None),
            Trend::Grows { full: None, .. }
        ));
    }
}

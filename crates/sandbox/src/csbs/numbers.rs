//! The written model behind every size and duration (docs/sandbox.md): computed from ids, disk
//! sizes and times, never by chance, so that the same world always shows the same numbers.

use contract::model::Volume;

use crate::turn::scatter;

/// MB a server's backup moves per second, all its volumes together.
pub const BACKUP_MB_PER_SECOND: i64 = 120;
/// MB a restore moves per second.
pub const RESTORE_MB_PER_SECOND: i64 = 200;
/// MB of a server's disks that are made into an image per second.
pub const IMAGE_MB_PER_SECOND: i64 = 300;
/// MB a deletion frees per second.
pub const DELETE_MB_PER_SECOND: i64 = 2_000;
/// Seconds before the first byte of a backup: snapshots of all volumes.
const BACKUP_SETUP: i64 = 60;
/// Seconds to stop the server and prepare its volumes.
const RESTORE_SETUP: i64 = 90;
/// Seconds to start it again.
const START: i64 = 30;
/// Seconds before the first byte of an image.
const IMAGE_SETUP: i64 = 60;
/// Seconds every deletion takes at least, and at most (csbs-v1 4.13).
const DELETE_SECONDS: (i64, i64) = (20, 1_800);
const DAY: i64 = 86_400;

/// A number that belongs to an id: the same always, different for different ids.
fn trait_of(id: &str, salt: u64) -> u64 {
    // FNV-1a, then spread.
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325 ^ salt, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    scatter(hash)
}

fn range(id: &str, salt: u64, low: i64, high: i64) -> i64 {
    let width = (high - low + 1).unsigned_abs();
    low + i64::try_from(trait_of(id, salt) % width).unwrap_or(0)
}

/// MB in use on a volume: 25 to 70 percent of its size.
pub fn used_mb(volume_id: &str, size_gb: i64) -> i64 {
    (size_gb * 1024 * range(volume_id, 1, 25, 70) / 100).max(1)
}

/// MB of it that change in a day: 0.4 to 4 percent of what is in use.
pub fn daily_change_mb(volume_id: &str, size_gb: i64) -> i64 {
    (used_mb(volume_id, size_gb) * range(volume_id, 2, 4, 40) / 1000).max(1)
}

/// MB a disk backup takes; `since` is the seconds since the one it builds on, `None` for a full one.
pub fn disk_backup_mb(volume_id: &str, size_gb: i64, since: Option<i64>) -> i64 {
    let used = used_mb(volume_id, size_gb);
    match since {
        None => used,
        Some(seconds) => {
            let changed = daily_change_mb(volume_id, size_gb).saturating_mul(seconds.max(0)) / DAY;
            changed.clamp(1, used)
        }
    }
}

/// Seconds a backup of this size takes.
pub const fn backup_seconds(mb: i64) -> i64 {
    BACKUP_SETUP + mb / BACKUP_MB_PER_SECOND
}

/// Seconds an image of disks with so much in use takes.
pub const fn image_seconds(mb: i64) -> i64 {
    IMAGE_SETUP + mb / IMAGE_MB_PER_SECOND
}

/// Seconds a deletion of this size takes.
pub fn delete_seconds(mb: i64) -> i64 {
    (DELETE_SECONDS.0 + mb / DELETE_MB_PER_SECOND).min(DELETE_SECONDS.1)
}

/// Seconds a restore to these volumes takes.
pub fn restore_seconds(volumes: &[Volume], power_on: bool) -> i64 {
    let moved: i64 = volumes.iter().map(|v| used_mb(&v.id, v.size_gb)).sum();
    RESTORE_SETUP + moved / RESTORE_MB_PER_SECOND + if power_on { START } else { 0 }
}

/// Percent of the source that did not have to be stored.
pub const fn saving_percent(stored_mb: i64, source_mb: i64) -> i64 {
    if source_mb <= 0 {
        0
    } else {
        let percent = 100 - stored_mb * 100 / source_mb;
        if percent < 0 { 0 } else { percent }
    }
}

/// 0 to 99: how much of what goes on from `since` until `until` is done at `now`.
pub fn progress(since: i64, until: i64, now: i64) -> i64 {
    if until <= since {
        return 99;
    }
    let passed = i128::from((now - since).clamp(0, until - since));
    let percent = passed * 100 / i128::from(until - since);
    i64::try_from(percent).unwrap_or(99).clamp(0, 99)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOLUME: &str = "ee27f809-6fb5-40ae-ac46-c932bb4ee8fe";

    #[test]
    fn an_increment_is_smaller_than_a_full_backup_and_never_larger() {
        let full = disk_backup_mb(VOLUME, 40, None);
        let day = disk_backup_mb(VOLUME, 40, Some(DAY));
        assert!(day < full / 10, "{day} of {full}");
        assert!(full <= 40 * 1024);
        assert_eq!(disk_backup_mb(VOLUME, 40, Some(i64::MAX)), full);
        assert_eq!(disk_backup_mb(VOLUME, 40, Some(-5)), 1);
    }

    #[test]
    fn the_same_volume_always_has_the_same_numbers() {
        assert_eq!(used_mb(VOLUME, 40), used_mb(VOLUME, 40));
        assert_ne!(used_mb(VOLUME, 400), used_mb("another", 400));
    }

    #[test]
    fn progress_is_a_function_of_time() {
        assert_eq!(progress(100, 200, 100), 0);
        assert_eq!(progress(100, 200, 150), 50);
        assert_eq!(progress(100, 200, 200), 99);
        assert_eq!(progress(100, 200, 0), 0);
        assert_eq!(progress(200, 200, 300), 99);
        assert_eq!(progress(0, i64::MAX, i64::MAX / 2), 49);
    }

    #[test]
    fn a_deletion_ends_within_its_documented_time() {
        assert_eq!(delete_seconds(0), 20);
        assert_eq!(delete_seconds(i64::MAX / 2), 1_800);
    }
}

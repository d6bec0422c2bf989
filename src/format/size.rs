//! Sizes: the services count backups in MB and disks in GB, both binary.

/// A size the service gave in MB (backups, disk backups).
pub fn megabytes(value: u64) -> String {
    scaled(value, &["MB", "GB", "TB", "PB"])
}

/// A size the service gave in GB (volumes, the capacity quota).
pub fn gigabytes(value: u64) -> String {
    scaled(value, &["GB", "TB", "PB", "EB"])
}

/// At most three digits of precision, one unit; steps of 1024.
fn scaled(value: u64, units: &[&str]) -> String {
    let mut unit = 0;
    let mut tenths = value.saturating_mul(10);
    while tenths >= 10_240 && unit + 1 < units.len() {
        tenths /= 1024;
        unit += 1;
    }
    let (whole, rest) = (tenths / 10, tenths % 10);
    if rest == 0 || whole >= 100 {
        format!("{whole} {}", units[unit])
    } else {
        format!("{whole}.{rest} {}", units[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_in_the_unit_that_fits() {
        assert_eq!(megabytes(0), "0 MB");
        assert_eq!(megabytes(1023), "1023 MB");
        assert_eq!(megabytes(1024), "1 GB");
        assert_eq!(megabytes(1536), "1.5 GB");
        assert_eq!(gigabytes(40), "40 GB");
        assert_eq!(gigabytes(2048), "2 TB");
        assert_eq!(megabytes(u64::MAX), megabytes(u64::MAX));
    }
}

//! Counts what test programs report, so that every kind of test ends in one `N passed, N failed`.

/// How many checks passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

impl Tally {
    pub const ONE_PASSED: Self = Self {
        passed: 1,
        failed: 0,
    };
    pub const ONE_FAILED: Self = Self {
        passed: 0,
        failed: 1,
    };

    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// The sum of the result lines of `cargo test`, wasm-bindgen's runner and `cargo nextest`. What nextest quotes of a failed
    /// test is indented and counts once, in its summary.
    pub fn of_test_output(lines: &[String]) -> Self {
        let mut all = Self::default();
        for line in lines {
            if let Some(counts) = line.strip_prefix("test result: ") {
                all.add(Self {
                    passed: before(counts, "passed"),
                    failed: before(counts, "failed"),
                });
            } else if let Some((_, counts)) = line.split_once(" run: ") {
                all.add(Self {
                    passed: before(counts, "passed"),
                    failed: before(counts, "failed")
                        + before(counts, "timed out")
                        + before(counts, "exec failed"),
                });
            }
        }
        all
    }

    /// The lines of a client's script: `pass NAME` and `fail NAME: why`.
    pub fn of_client_output(lines: &[String]) -> Self {
        let starting = |word: &str| {
            lines
                .iter()
                .filter(|line| line.to_lowercase().starts_with(word))
                .count() as u64
        };
        Self {
            passed: starting("pass"),
            failed: starting("fail"),
        }
    }
}

/// The number in front of a word: `before("12 passed (1 slow), 2 failed", "failed")` is 2. No such word is 0.
fn before(text: &str, word: &str) -> u64 {
    text.split([',', ';', '.'])
        .filter_map(|part| part.trim().split_once(' '))
        .find(|(_, rest)| rest.starts_with(word))
        .and_then(|(number, _)| number.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(line: &str) -> (u64, u64) {
        let tally = Tally::of_test_output(&[line.to_owned()]);
        (tally.passed, tally.failed)
    }

    #[test]
    fn result_lines_of_all_three_runners_are_counted() {
        for (line, counts) in [
            (
                "test result: ok. 31 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.02s",
                (31, 0),
            ),
            (
                "test result: FAILED. 2 passed; 1 failed; 4 ignored; 0 measured; 0 filtered out; finished in 1.00s",
                (2, 1),
            ),
            (
                "     Summary [   0.094s] 12 tests run: 12 passed, 3 skipped",
                (12, 0),
            ),
            (
                "     Summary [   0.094s] 12 tests run: 9 passed (1 slow), 2 failed, 1 timed out, 3 skipped",
                (9, 3),
            ),
            (
                "     Summary [   0.094s] 1 test run: 1 passed, 0 skipped",
                (1, 0),
            ),
            ("running 12 tests", (0, 0)),
            (
                "    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 9 filtered out; finished in 0.00s",
                (0, 0),
            ),
        ] {
            assert_eq!(tally(line), counts, "{line}");
        }
    }

    #[test]
    fn a_client_script_reports_by_its_first_word() {
        let lines = [
            "pass lists policies",
            "FAIL shows a backup: 404",
            "note: passing by",
        ];
        let tally = Tally::of_client_output(&lines.map(str::to_owned));
        assert_eq!(
            tally,
            Tally {
                passed: 1,
                failed: 1
            }
        );
    }
}

//! Which world a fresh store begins with.

use std::fmt;
use std::str::FromStr;

/// The world a fresh store is filled with; a store that already has one keeps it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seed {
    /// Accounts and nothing else.
    Empty,
    /// A small believable company.
    #[default]
    Demo,
    /// That company with this many backups of servers.
    Scale(u64),
    /// That company with this many backups in vaults instead.
    ScaleCbr(u64),
}

/// A seed that is none of `empty`, `demo`, `scale:N`, `scale-cbr:N`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedProblem(String);

impl fmt::Display for SeedProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no seed; use empty, demo, scale:N or scale-cbr:N (N from 0 to {MAX_SCALE})",
            self.0
        )
    }
}

impl std::error::Error for SeedProblem {}

/// The most backups `scale:N` and `scale-cbr:N` make: what the documented performance is promised for, ten times over.
pub const MAX_SCALE: u64 = 10_000_000;

impl FromStr for Seed {
    type Err = SeedProblem;

    fn from_str(text: &str) -> Result<Self, SeedProblem> {
        let unknown = || SeedProblem(text.to_owned());
        match text {
            "empty" => Ok(Self::Empty),
            "demo" => Ok(Self::Demo),
            _ => {
                let (word, count) = text.split_once(':').ok_or_else(unknown)?;
                let seed = match word {
                    "scale" => Self::Scale,
                    "scale-cbr" => Self::ScaleCbr,
                    _ => return Err(unknown()),
                };
                if count.is_empty() || !count.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(unknown());
                }
                let count: u64 = count.parse().map_err(|_| unknown())?;
                if count > MAX_SCALE {
                    Err(unknown())
                } else {
                    Ok(seed(count))
                }
            }
        }
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("empty"),
            Self::Demo => f.write_str("demo"),
            Self::Scale(count) => write!(f, "scale:{count}"),
            Self::ScaleCbr(count) => write!(f, "scale-cbr:{count}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_reads_back_as_it_prints() {
        for seed in [
            Seed::Empty,
            Seed::Demo,
            Seed::Scale(0),
            Seed::Scale(100_000),
            Seed::ScaleCbr(7),
        ] {
            assert_eq!(seed.to_string().parse(), Ok(seed));
        }
    }

    #[test]
    fn what_is_no_seed_is_refused_with_the_choices() {
        for text in [
            "",
            "Demo",
            "scale:",
            "scale:-1",
            "scale:+1",
            "scale:1e3",
            "scale:10000001",
            "scale-cbr:",
            "scale-CBR:1",
            "scale:99999999999999999999",
        ] {
            let error = text.parse::<Seed>().unwrap_err();
            assert!(error.to_string().contains("scale:N"), "{error}");
        }
    }
}

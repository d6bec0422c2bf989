//! Is everything protected? Answered from backups that exist, per server and disk, against a
//! freshness target; a policy alone protects nothing.

mod both;
mod check;
mod load;
mod model;

pub use check::{backup_refusal, refusal};
pub use load::{CoverageData, load_coverage};
pub use model::{Coverage, Gap, Missing, PolicyState, ServerCoverage, cover};

/// How old the newest usable backup of a disk may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// 14 hours.
    TwiceADay,
    /// 26 hours.
    #[default]
    Daily,
    /// 74 hours.
    ThreeDays,
    /// 170 hours.
    Weekly,
}

impl Target {
    /// All of them, strictest first.
    pub const ALL: [Self; 4] = [Self::TwiceADay, Self::Daily, Self::ThreeDays, Self::Weekly];

    /// Hours, two of them grace: a nightly backup is a little older than a day when the next one
    /// is being written.
    pub const fn hours(self) -> i64 {
        match self {
            Self::TwiceADay => 14,
            Self::Daily => 26,
            Self::ThreeDays => 74,
            Self::Weekly => 170,
        }
    }

    /// As it stands in the address.
    pub const fn key(self) -> &'static str {
        match self {
            Self::TwiceADay => "12h",
            Self::Daily => "1d",
            Self::ThreeDays => "3d",
            Self::Weekly => "7d",
        }
    }

    /// The inverse of [`Target::key`]; anything else is the default.
    pub fn from_key(key: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|target| target.key() == key)
            .unwrap_or_default()
    }

    /// What it is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::TwiceADay => "12 hours",
            Self::Daily => "1 day",
            Self::ThreeDays => "3 days",
            Self::Weekly => "1 week",
        }
    }
}

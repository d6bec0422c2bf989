//! Where loading stands: of each service, and of the list as a whole.

use contract::model::Generation;
use contract::time::Timestamp;

use crate::api::ApiError;

/// Where loading from one service stands, or (put together by [`whole`]) from all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loading {
    /// Rows are coming.
    pub live: bool,
    /// Rows that came in this walk.
    pub come: usize,
    /// How many the service says there are.
    pub total: Option<usize>,
    /// When the list was last complete (or, before that, when its first rows came).
    pub at: Option<Timestamp>,
    /// The whole list has come at least once.
    pub complete: bool,
    /// The reader stopped it.
    pub stopped: bool,
    /// The service repeats its pages; the rest is out of reach.
    pub repeats: bool,
    pub error: Option<ApiError>,
    /// Rows that were dropped because they had no id.
    pub refused: usize,
}

/// Of each service of the project, in the order of [`Generation::ALL`].
pub type Loadings = Vec<(Generation, Loading)>;

/// The list as a whole: it is complete when every service has told all, and as old as the oldest part of it.
pub fn whole(parts: &Loadings) -> Loading {
    let of = |each: fn(&Loading) -> bool| parts.iter().any(|(_, part)| each(part));
    Loading {
        live: of(|part| part.live),
        come: parts.iter().map(|(_, part)| part.come).sum(),
        total: parts.iter().map(|(_, part)| part.total).sum(),
        at: parts.iter().filter_map(|(_, part)| part.at).min(),
        complete: !parts.is_empty() && !of(|part| !part.complete),
        stopped: of(|part| part.stopped),
        repeats: of(|part| part.repeats),
        error: parts.iter().find_map(|(_, part)| part.error.clone()),
        refused: parts.iter().map(|(_, part)| part.refused).sum(),
    }
}

/// The services whose part could not be loaded, and why.
pub fn failed(parts: &Loadings) -> Vec<(Generation, Loading)> {
    parts
        .iter()
        .filter(|(_, part)| part.error.is_some())
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(come: usize, total: Option<usize>, complete: bool) -> Loading {
        Loading {
            come,
            total,
            complete,
            at: Some(Timestamp::from_seconds(come as i64)),
            ..Loading::default()
        }
    }

    #[test]
    fn the_whole_is_complete_when_every_part_is() {
        let mut parts = vec![
            (Generation::Csbs, part(10, Some(10), true)),
            (Generation::Cbr, part(5, Some(20), false)),
        ];
        let loading = whole(&parts);
        assert_eq!(
            (loading.come, loading.total, loading.complete),
            (15, Some(30), false)
        );
        assert_eq!(loading.at, Some(Timestamp::from_seconds(5)));
        parts[1].1 = Loading {
            error: Some(ApiError::Network),
            ..part(20, None, true)
        };
        let loading = whole(&parts);
        assert_eq!((loading.total, loading.complete), (None, true));
        assert_eq!(failed(&parts).len(), 1);
        assert!(!whole(&Vec::new()).complete);
    }
}

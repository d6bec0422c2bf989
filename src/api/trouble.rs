//! Which services fail again and again: said once for the whole page, instead of by everything that asked.

use contract::operations::Service;

use super::catalogue::explain;
use super::error::ApiError;

/// Reads that failed in a row before it counts as trouble.
const LASTING: u32 = 3;

/// The gateway's code for a service that it leaves alone for a while.
const RESTING: &str = "Gateway.0030";

/// A service whose last read failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub service: Service,
    /// In a row.
    pub failures: u32,
    /// The last one.
    pub error: ApiError,
    /// Seconds it asks to be left alone for.
    pub rest: u32,
}

impl Trouble {
    /// Whether it is more than one failed read.
    pub fn is_lasting(&self) -> bool {
        self.failures >= LASTING || self.error.code() == RESTING
    }
}

impl ApiError {
    /// Whether it tells of a service that is in trouble, rather than of this one question. These services also say "not
    /// possible now" with status 500; only those codes count that say they may be asked again.
    pub fn is_trouble(&self) -> bool {
        match self {
            Self::Timeout => true,
            Self::Refused {
                status: 500, code, ..
            } => explain(code, 500).is_none_or(|text| text.retryable),
            Self::Refused { status, .. } => *status > 500,
            _ => false,
        }
    }
}

/// Takes down how a read of a service ended; says whether it is back from a lasting trouble.
pub(super) fn note(
    all: &mut Vec<Trouble>,
    service: Service,
    failed: Option<(ApiError, u32)>,
) -> bool {
    let known = all.iter().position(|trouble| trouble.service == service);
    match (known, failed) {
        (None, None) => false,
        (Some(at), None) => all.swap_remove(at).is_lasting(),
        (at, Some((error, rest))) => {
            let failures = at.map_or(0, |at| all.swap_remove(at).failures) + 1;
            all.push(Trouble {
                service,
                failures,
                error,
                rest,
            });
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, code: &str) -> ApiError {
        ApiError::Refused {
            status,
            code: code.into(),
            message: String::new(),
            request_id: String::new(),
        }
    }

    #[test]
    fn only_failures_of_a_service_as_a_whole_are_trouble() {
        crate::api::catalogue::learned();
        for (error, trouble) in [
            (ApiError::Timeout, true),
            (ApiError::Network, false),
            (ApiError::SessionEnded, false),
            (refused(503, "CSBS.9998"), true),
            (refused(502, "Gateway.0017"), true),
            (refused(503, RESTING), true),
            (refused(500, ""), true),
            (refused(500, "CSBS.9998"), true),
            // "The policy is being carried out": not now.
            (refused(500, "CSBS.1001"), false),
            (refused(429, "APIGW.0308"), false),
            (refused(404, "CSBS.3000"), false),
        ] {
            assert_eq!(error.is_trouble(), trouble, "{error:?}");
        }
    }

    #[test]
    fn three_failures_in_a_row_are_lasting_and_one_answer_ends_them() {
        let mut all = Vec::new();
        let failed = || Some((refused(503, ""), 0));
        for lasting in [false, false, true] {
            assert!(!note(&mut all, Service::Csbs, failed()));
            assert_eq!(all[0].is_lasting(), lasting);
        }
        assert!(!note(&mut all, Service::Cbr, None), "it was never gone");
        assert!(note(&mut all, Service::Csbs, None), "it is back");
        note(&mut all, Service::Csbs, failed());
        assert!(!note(&mut all, Service::Csbs, None), "a single failure");
        assert!(all.is_empty());
    }

    #[test]
    fn a_service_that_the_gateway_leaves_alone_is_in_trouble_at_once() {
        let mut all = Vec::new();
        note(&mut all, Service::Csbs, Some((refused(503, RESTING), 4)));
        assert!(all[0].is_lasting() && all[0].rest == 4);
    }
}

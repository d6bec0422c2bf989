//! The coverage of a project with both services. Its code comes with what speaks to the second one: the first screen of a
//! project without it does not carry it.

use contract::model::Generation;
use contract::time::Timestamp;
use leptos::wasm_split::SplitLoaderError;
#[cfg(not(debug_assertions))]
use leptos::wasm_split::wasm_split;

use super::Target;
use super::load::{CoverageData, World, computed, since};
use super::model::Missing;
use crate::api::{self, Answer, Api, ApiError, Joined, Silent};

/// Loads and computes.
type Load = fn(Api, Target, Timestamp) -> Answer<Joined<CoverageData>>;

#[cfg(not(debug_assertions))]
#[wasm_split(cbr, fallible, wasm_split_path = leptos::wasm_split)]
pub(super) fn both() -> Result<Load, SplitLoaderError> {
    Ok(boxed)
}

/// DOM tests run a module that nobody has split.
#[cfg(debug_assertions)]
pub(super) async fn both() -> Result<Load, SplitLoaderError> {
    Ok(boxed)
}

fn boxed(api: Api, target: Target, now: Timestamp) -> Answer<Joined<CoverageData>> {
    Box::pin(load(api, target, now))
}

async fn load(api: Api, target: Target, now: Timestamp) -> Result<Joined<CoverageData>, ApiError> {
    let since = since(target, now);
    let fresh = [("start_time", since.as_str())];
    let (servers, (protectors, backups)) = api::both(
        api::servers(api),
        api::both(api::protectors(api), api::all_backups(api, &fresh)),
    )
    .await;
    let (servers, protectors, backups) = (servers?, protectors?, backups?);
    let world = World {
        servers,
        policies: protectors.all.policies,
        vaults: protectors.all.vaults,
        backups: backups.all,
        missing: Missing {
            backups: backups.silent.as_ref().map(|silent| silent.of),
            policies: protectors.silent.is_some(),
            unasked: Vec::new(),
        },
    };
    let mut computed = computed(api, world, target, now).await?;
    let without_backups = backups.silent.or(computed.silent);
    computed.silent = match without_backups {
        Some(silent) => Some(Silent {
            means: unprotected(silent.of),
            ..silent
        }),
        None => protectors.silent.map(|silent| Silent {
            means: "Which of its policies look after which servers is not known; whether they are protected is.",
            ..silent
        }),
    };
    Ok(computed)
}

/// What it means for the numbers when a service does not say which backups it has.
fn unprotected(of: Generation) -> &'static str {
    match of {
        Generation::Cbr => {
            "Protection by vaults is not known: servers that may be protected by them alone are counted as not known, and not \
             as unprotected."
        }
        Generation::Csbs => {
            "Protection outside vaults is not known: servers that may be protected by it alone are counted as not known, and \
             not as unprotected."
        }
    }
}

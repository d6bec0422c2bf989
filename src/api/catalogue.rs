//! What an error's code means. The first screen does not carry the catalogue: it is fetched with the first error that has a
//! code, and the error waits for its text, so that whatever keeps it (a notice, a row, a form) says it.

use std::sync::OnceLock;

use contract::errors::{ErrorText, lookup_all};
use leptos::wasm_split::SplitLoaderError;
#[cfg(not(debug_assertions))]
use leptos::wasm_split::wasm_split;

/// A catalogue of codes.
type Lookup = fn(&str, u16) -> Option<&'static ErrorText>;

/// The catalogue, once it was fetched.
static WHOLE: OnceLock<Lookup> = OnceLock::new();

#[cfg(not(debug_assertions))]
#[wasm_split(errors, fallible, wasm_split_path = leptos::wasm_split)]
fn whole() -> Result<Lookup, SplitLoaderError> {
    Ok(lookup_all)
}

/// DOM tests run a module that nobody has split.
#[cfg(debug_assertions)]
async fn whole() -> Result<Lookup, SplitLoaderError> {
    Ok(lookup_all)
}

/// The text for a code, as far as the catalogue is there.
pub fn explain(code: &str, status: u16) -> Option<&'static ErrorText> {
    WHOLE.get()?(code, status)
}

/// Fetches the catalogue for a code. Without it the service's own words are shown, and the next error asks for it again.
pub async fn learn(code: &str) {
    if !code.is_empty()
        && WHOLE.get().is_none()
        && let Ok(lookup) = whole().await
    {
        let _ = WHOLE.set(lookup);
    }
}

/// The catalogue is there, as it is behind the first error.
#[cfg(test)]
pub(super) fn learned() {
    use std::task::{Context, Poll, Waker};
    let mut learned = std::pin::pin!(learn("CSBS.9999"));
    let context = &mut Context::from_waker(Waker::noop());
    assert!(matches!(learned.as_mut().poll(context), Poll::Ready(())));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained_once_one_was_met() {
        learned();
        for row in contract::errors::backup_service::TABLE {
            let code = format!("BackupService.{:04}", row.number());
            assert_eq!(explain(&code, row.status), Some(row), "{code}");
        }
        for (code, status) in contract::errors::csbs_codes() {
            assert!(explain(&code, status).is_some(), "{code}");
        }
        assert!(explain("IMG.0134", 400).is_some() && explain("Gateway.0030", 503).is_some());
        assert_eq!(explain("Ecs.0815", 400), None);
    }
}

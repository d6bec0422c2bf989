//! What an error's code means. The first screen carries the codes it can meet itself; the others are fetched with the first
//! error that has one of them, and the error waits for its text: so whatever keeps it (a notice, a row, a form) says it.

use std::sync::OnceLock;

use contract::errors::{ErrorText, lookup, lookup_all};
use leptos::wasm_split::SplitLoaderError;
#[cfg(not(debug_assertions))]
use leptos::wasm_split::wasm_split;

/// A catalogue of codes.
type Lookup = fn(&str, u16) -> Option<&'static ErrorText>;

/// The whole catalogue, once it was fetched.
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
    lookup(code, status).or_else(|| WHOLE.get()?(code, status))
}

/// Fetches the whole catalogue when it may know more about a code. Without it the service's own words are shown, and the
/// next error asks for it again.
pub async fn learn(code: &str, status: u16) {
    if !code.is_empty()
        && WHOLE.get().is_none()
        && lookup(code, status).is_none()
        && let Ok(lookup) = whole().await
    {
        let _ = WHOLE.set(lookup);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn a_code_that_the_first_screen_does_not_carry_is_explained_once_it_was_met() {
        let mut learned = pin!(learn("BackupService.6103", 400));
        assert_eq!(explain("BackupService.6103", 400), None);
        let context = &mut Context::from_waker(Waker::noop());
        assert!(matches!(learned.as_mut().poll(context), Poll::Ready(())));
        for row in contract::errors::backup_service::TABLE {
            let code = format!("BackupService.{:04}", row.number());
            assert_eq!(explain(&code, row.status), Some(row), "{code}");
        }
        assert!(explain("IMG.0134", 400).is_some());
        assert_eq!(explain("Ecs.0815", 400), None);
    }
}

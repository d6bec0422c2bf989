//! The place in the frame where the page of the address stands.

use leptos::prelude::*;

use super::{Address, Here, Router};
use crate::routes::{Pairs, Place};
use crate::ui::{Fetched, Shown};

/// How a page comes.
pub enum PageView {
    /// It is part of the first screen.
    There(Shown),
    /// It is fetched first; nothing comes when it could not be.
    Fetched(Fetched),
}

/// A page that stands in the outlet, with the part of the address that is its own.
#[derive(Clone)]
struct Standing {
    place: Option<Place>,
    page: Shown,
    address: ArcRwSignal<Address>,
    params: ArcRwSignal<Pairs>,
}

/// Shows the page that the address names; the one before it stays until the next can be shown.
#[component]
pub fn Outlet(
    /// The page of a place, or of an address that names none.
    pages: fn(Option<Place>) -> PageView,
    /// What to show when a page could not be fetched; it is given the way to try again.
    failed: fn(Callback<()>) -> AnyView,
) -> AnyView {
    let router = expect_context::<Router>();
    let standing = RwSignal::new(None::<Result<Standing, ()>>);
    let again = Trigger::new();
    // Counts the addresses; a page that comes when its address is no longer the newest is not shown.
    let turns = StoredValue::new(0_u32);
    Effect::new(move |_| {
        again.track();
        turns.update_value(|turns| *turns += 1);
        let turn = turns.get_value();
        let address = router.address.get();
        let (place, params) = match Place::of_path(&address.path) {
            Some((place, params)) => (Some(place), params),
            None => (None, Pairs::default()),
        };
        let same = standing.with_untracked(|standing| match standing {
            Some(Ok(standing)) if standing.place == place => Some(standing.clone()),
            _ => None,
        });
        if let Some(same) = same {
            same.params.maybe_update(|known| replace(known, params));
            same.address.maybe_update(|known| replace(known, address));
            return;
        }
        let stand = move |page: Shown| {
            standing.set(Some(Ok(Standing {
                place,
                page,
                address: ArcRwSignal::new(address),
                params: ArcRwSignal::new(params),
            })));
        };
        match pages(place) {
            PageView::There(page) => stand(page),
            PageView::Fetched(page) => leptos::task::spawn_local(async move {
                let page = page.await;
                // Nothing of the console is left, or somebody went on and that page's own turn comes.
                if turns.try_get_value() != Some(turn) {
                    return;
                }
                match page {
                    Some(page) => stand(page),
                    None => standing.set(Some(Err(()))),
                }
            }),
        }
    });
    let view = move || {
        Some(match standing.get()? {
            Ok(standing) => {
                provide_context(Here {
                    address: standing.address.into(),
                    params: standing.params.into(),
                });
                (standing.page)()
            }
            Err(()) => failed(Callback::new(move |()| again.notify())),
        })
    };
    view! { {view} }.into_any()
}

/// Whether it was another.
fn replace<T: PartialEq>(known: &mut T, new: T) -> bool {
    let other = *known != new;
    *known = new;
    other
}

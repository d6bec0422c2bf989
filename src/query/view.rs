//! The four faces of a resource: loading, failed, there, and there but old.

use std::sync::Arc;

use leptos::prelude::*;

use super::state::{AnyQuery, Data, Query, of_type};
use crate::api::ApiError;
use crate::ui::{
    Button, ButtonKind, ErrorState, Glyph, Skeleton, StaleNotice, Time, TimeShape, use_zone,
};

/// Shows a resource called `what` (`servers`): grey rows until it comes, the error when it does
/// not, and otherwise `view`, which is made once and follows the data through its signal.
pub fn query_view<T: Send + Sync + 'static>(
    query: Query<T>,
    what: &'static str,
    view: impl Fn(Signal<Arc<T>>) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let faces = move |first: Data| {
        let first = of_type::<T>(Some(first))?;
        let data = Signal::derive(move || query.data().unwrap_or_else(|| Arc::clone(&first)));
        Some(untrack(|| view(data)))
    };
    any_view(query.any, what, Box::new(faces))
}

fn any_view(
    query: AnyQuery,
    what: &'static str,
    view: Box<dyn Fn(Data) -> Option<AnyView> + Send + Sync>,
) -> AnyView {
    let there = Memo::new(move |_| query.state.with(|state| state.data.is_some()));
    let retry = Callback::new(move |()| query.refresh());
    let error = Signal::derive(move || query.state.with(|state| state.error.clone()));
    let at = Signal::derive(move || query.state.with(|state| state.at));
    let busy = query.loading();
    // `there` alone decides which face is shown; newer data must not build it anew.
    let content = move || {
        there
            .get()
            .then(|| query.state.with_untracked(|state| state.data.clone()))
            .flatten()
            .and_then(&view)
            .unwrap_or_else(|| waiting(what, error, busy, retry))
    };
    view! { {stale(what, there.into(), error, at, busy, retry)} {content} }.into_any()
}

fn waiting(
    what: &'static str,
    error: Signal<Option<ApiError>>,
    busy: Signal<bool>,
    retry: Callback<()>,
) -> AnyView {
    let failed = Memo::new(move |_| error.with(Option::is_some));
    view! {
        {move || if failed.get() {
            let text = Signal::derive(move || error.get().map(|error| error.text()).unwrap_or_default());
            let reference = Signal::derive(move || error.get().and_then(|error| error.reference()));
            view! {
                <ErrorState title=format!("The {what} could not be loaded") text=text reference=reference
                    on_retry=retry busy=busy/>
            }
            .into_any()
        } else {
            view! { <Skeleton label=format!("Loading {what}")/> }.into_any()
        }}
    }
    .into_any()
}

fn stale(
    what: &'static str,
    there: Signal<bool>,
    error: Signal<Option<ApiError>>,
    at: Signal<Option<contract::time::Timestamp>>,
    busy: Signal<bool>,
    retry: Callback<()>,
) -> AnyView {
    let zone = use_zone();
    let old = Memo::new(move |_| there.get() && error.with(Option::is_some));
    let text = Signal::derive(move || {
        let from = at
            .get()
            .map(|at| zone.with(|zone| zone.exact_seconds(at)))
            .unwrap_or_default();
        let why = error
            .get()
            .map(|error| error.to_string())
            .unwrap_or_default();
        format!("What is shown is from {from}. {why}")
    });
    view! {
        {move || old.get().then(|| view! {
            <StaleNotice title=format!("The {what} could not be refreshed") text=text on_retry=retry busy=busy/>
        })}
    }
    .into_any()
}

/// When the data are from, and a button for newer ones; belongs beside a list's title.
pub fn refresh_bar<T>(query: Query<T>, what: &'static str) -> AnyView {
    let query = query.any;
    let at = Signal::derive(move || query.state.with(|state| state.at));
    view! {
        <span class="refresh-bar">
            {move || at.get().is_some().then(|| view! { "Updated " <Time at=at shape=TimeShape::Relative/> })}
            <Button kind=ButtonKind::Quiet icon=Glyph::Refresh name=format!("Refresh {what}") busy=query.loading()
                on_press=move || query.refresh()/>
        </span>
    }
    .into_any()
}

//! The four faces of a resource: loading, failed, there, and there but old.

use std::sync::Arc;

use leptos::prelude::*;

use super::state::{AnyQuery, Data, Query, of_type};
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
    // `there` alone decides which face is shown; newer data must not build it anew.
    let content = move || {
        there
            .get()
            .then(|| query.state.with_untracked(|state| state.data.clone()))
            .flatten()
            .and_then(&view)
            .unwrap_or_else(|| waiting(what, query, retry))
    };
    view! { {lacking(what, query, retry)} {content} }.into_any()
}

fn waiting(what: &'static str, query: AnyQuery, retry: Callback<()>) -> AnyView {
    let error = move || query.state.with(|state| state.error.clone());
    let failed = Memo::new(move |_| query.state.with(|state| state.error.is_some()));
    let told = Memo::new(move |_| query.is_told());
    view! {
        {move || if told.get() {
            view! { <p class="field-hint">{format!("The {what} could not be loaded.")}</p> }.into_any()
        } else if failed.get() {
            let text = Signal::derive(move || error().map(|error| error.text()).unwrap_or_default());
            let reference = Signal::derive(move || error().and_then(|error| error.reference()));
            view! {
                <ErrorState title=format!("The {what} could not be loaded") text=text reference=reference
                    on_retry=retry busy=query.loading()/>
            }
            .into_any()
        } else {
            view! { <Skeleton label=format!("Loading {what}")/> }.into_any()
        }}
    }
    .into_any()
}

/// What the data lack: they are old, or a service did not answer.
fn lacking(what: &'static str, query: AnyQuery, retry: Callback<()>) -> AnyView {
    let zone = use_zone();
    let words = Memo::new(move |_| {
        query.state.with(|state| {
            let at = state.at?;
            Some(match (&state.error, &state.silent) {
                (Some(error), _) => {
                    let from = zone.with(|zone| zone.exact_seconds(at));
                    (
                        format!("The {what} could not be refreshed"),
                        format!("What is shown is from {from}."),
                        error.to_string(),
                    )
                }
                (None, Some(silent)) => (
                    format!("{} did not answer", silent.of.name()),
                    silent.means.to_owned(),
                    silent.error.to_string(),
                ),
                (None, None) => return None,
            })
        })
    });
    let told = Memo::new(move |_| words.with(Option::is_some).then(|| query.is_told()));
    let word = move |which: fn((String, String, String)) -> String| {
        Signal::derive(move || words.get().map(which).unwrap_or_default())
    };
    view! {
        {move || told.get().map(|told| if told {
            view! { <p class="field-hint">{word(|(title, kept, _)| format!("{title}. {kept}"))}</p> }.into_any()
        } else {
            view! {
                <StaleNotice title=word(|(title, ..)| title) text=word(|(_, kept, why)| format!("{kept} {why}"))
                    on_retry=retry busy=query.loading()/>
            }
            .into_any()
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

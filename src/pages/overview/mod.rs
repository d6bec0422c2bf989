//! The overview: is everything protected, what failed, what runs, what runs next, what fills up.

mod failures;
mod next_runs;
mod protection;
mod quota;
mod running;

use std::sync::Arc;

use leptos::prelude::*;

use crate::clock::use_clock;
use crate::coverage::{CoverageData, Target, load_coverage};
use crate::layout::{Page, use_paths};
use crate::query::{Pace, Query, query_view, refresh_bar};
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::routes::with_query;
use crate::ui::{Choice, Pick};

/// The first page of a project. The frame paints without it and fetches it beside the session.
pub fn overview_page() -> AnyView {
    let (clock, query) = (use_clock(), use_query_map());
    let target =
        Memo::new(move |_| Target::from_key(&query.read().get("target").unwrap_or_default()));
    let coverage = Query::joined(move |api| load_coverage(api, target.get(), clock.now()))
        .polled(|_| Pace::Calm);
    let answer = move |data: Signal<Arc<CoverageData>>| {
        view! { <protection::Protection data=data target=target/> }.into_any()
    };
    // Beside the answer, which alone says when its data could not be loaded or refreshed.
    let there = Memo::new(move |_| coverage.data().is_some());
    let next = move || {
        let first = there.get().then(|| coverage.data_untracked()).flatten()?;
        let data = Signal::derive(move || coverage.data().unwrap_or_else(|| Arc::clone(&first)));
        Some(view! { <next_runs::NextRuns data=data/> })
    };
    let bar = move || refresh_bar(coverage, "overview");
    view! {
        <Page title="Overview" actions=bar>
            {query_view(coverage, "protection of your servers", answer)}
            <TargetChoice target=target/>
            <div class="overview-columns">
                <failures::Failures beside=coverage/>
                <running::Running/>
                {next}
                <quota::Quotas beside=coverage/>
            </div>
        </Page>
    }
    .into_any()
}

/// The freshness target; it stands in the address.
#[component]
fn TargetChoice(target: Memo<Target>) -> AnyView {
    let (navigate, paths) = (use_navigate(), use_paths());
    let picks: Vec<Pick> = Target::ALL
        .map(|target| Pick::new(target.key(), target.title()))
        .into();
    let choose = move |key: String| {
        let key = if key == Target::default().key() {
            String::new()
        } else {
            key
        };
        let options = NavigateOptions {
            replace: true,
            scroll: false,
        };
        navigate(&with_query(paths.overview(), &[("target", &key)]), options);
    };
    view! {
        <div class="overview-target">
            <Choice legend="A server counts as protected when every disk has a usable backup of the last" picks=picks
                chosen=Signal::derive(move || target.get().key().to_owned()) on_choose=choose/>
        </div>
    }
    .into_any()
}

//! What fills up.

use std::sync::Arc;

use contract::model::Quota;
use leptos::prelude::*;

use crate::api::{quotas, use_api};
use crate::clock::use_clock;
use crate::coverage::CoverageData;
use crate::layout::use_paths;
use crate::pages::quota::{level, trend::record};
use crate::query::{Query, query_view};
use crate::ui::{Card, TextLink};

/// The project's quotas.
#[component]
pub(super) fn Quotas(beside: Query<CoverageData>) -> AnyView {
    let (api, clock) = (use_api(), use_clock());
    let limits = Query::joined(quotas).beside(beside);
    // The trend on the quota's own page lives of these looks.
    Effect::new(move |_| {
        if let Some(limits) = limits.data() {
            record(&api.project(), &limits, clock.now());
        }
    });
    let quota = use_paths().quota();
    let meters = move |limits: Signal<Arc<Vec<Quota>>>| {
        let quota = quota.clone();
        view! {
            {move || limits.with(|limits| limits.iter().map(level).collect_view())}
            <p><TextLink href=quota>"What uses it, and how it grows"</TextLink></p>
        }
        .into_any()
    };
    view! { <Card title="Quota">{query_view(limits, "quotas", meters)}</Card> }.into_any()
}

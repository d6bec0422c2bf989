//! What fills up.

use std::sync::Arc;

use contract::model::Quota;
use leptos::prelude::*;

use crate::api::quotas;
use crate::format::{gigabytes, grouped};
use crate::layout::use_paths;
use crate::query::{Query, query_view};
use crate::ui::{Card, Meter, TextLink};

/// The project's quotas.
#[component]
pub(super) fn Quotas() -> AnyView {
    let limits = Query::new(quotas);
    let backups = use_paths().backups();
    let meters = move |limits: Signal<Arc<Vec<Quota>>>| {
        let backups = backups.clone();
        view! {
            {move || limits.with(|limits| limits.iter().map(one).collect_view())}
            <p><TextLink href=backups>"All backups"</TextLink></p>
        }
        .into_any()
    };
    view! { <Card title="Quota">{query_view(limits, "quotas", meters)}</Card> }.into_any()
}

fn one(quota: &Quota) -> AnyView {
    let label = match quota.kind.as_str() {
        "backups" => "Backups".to_owned(),
        "backup_capacity" => "Capacity".to_owned(),
        other => other.to_owned(),
    };
    let amount = |value: i64| {
        let value = u64::try_from(value).unwrap_or_default();
        if quota.unit == "GB" {
            gigabytes(value)
        } else {
            grouped(value)
        }
    };
    match quota.limit {
        Some(limit) => {
            let text = format!("{} of {}", amount(quota.used), amount(limit));
            view! { <Meter label=label text=text value=quota.used as f64 max=limit as f64/> }.into_any()
        }
        None => view! {
            <div class="meter-text"><span>{label}</span><span>{format!("{}, no limit", amount(quota.used))}</span></div>
        }
        .into_any(),
    }
}

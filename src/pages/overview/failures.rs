//! What failed lately.

use std::sync::Arc;

use contract::model::Backup;
use leptos::prelude::*;

use crate::api::newest_backups;
use crate::clock::use_clock;
use crate::format::count;
use crate::layout::use_paths;
use crate::query::{Pace, Query, query_view};
use crate::ui::{Card, TextLink, Time, TimeShape};

/// How far back failures are counted, as it stands in the address of the list behind the number.
const SPAN: (&str, i64) = ("7d", 7 * 86_400);
/// Failures counted exactly; beyond, the number is a lower bound.
const COUNTED: usize = 100;
/// Failures shown here.
const SHOWN: usize = 5;

/// Failed backups of the last days.
#[component]
pub(super) fn Failures() -> AnyView {
    let (clock, paths) = (use_clock(), StoredValue::new(use_paths()));
    let failed = Query::joined(move |api| async move {
        let since = clock.now().plus_seconds(-SPAN.1).to_filter_text();
        let filters = [("status", "error"), ("start_time", since.as_str())];
        newest_backups(api, &filters, COUNTED).await
    })
    .polled(|_| Pace::Calm);
    let href = paths
        .with_value(|paths| paths.backups_where(&[("status", "error"), ("created.last", SPAN.0)]));
    let list = move |failed: Signal<Arc<Vec<Backup>>>| {
        let (href, number) = (href.clone(), move || failed.with(|failed| failed.len()));
        let text = move || match number() {
            0 => "No backup failed in the last 7 days.".to_owned(),
            COUNTED => format!("{COUNTED} backups or more failed in the last 7 days"),
            number => format!(
                "{} failed in the last 7 days",
                count(number, "backup", "backups")
            ),
        };
        let entries = move || {
            failed.with(|failed| {
                failed
                    .iter()
                    .take(SHOWN)
                    .map(|backup| entry(paths, backup))
                    .collect_view()
            })
        };
        view! {
            <p class="big-number">{move || match number() {
                0 => text().into_any(),
                _ => view! { <TextLink href=href.clone()>{text}</TextLink> }.into_any(),
            }}</p>
            <ul class="overview-list">{entries}</ul>
        }
        .into_any()
    };
    view! { <Card title="Failures">{query_view(failed, "failures", list)}</Card> }.into_any()
}

fn entry(paths: StoredValue<crate::routes::Paths>, backup: &Backup) -> AnyView {
    let href = paths.with_value(|paths| paths.backup(&backup.id));
    let (server, at) = (backup.server_name.clone(), backup.created_at);
    let reason = backup
        .failure
        .as_ref()
        .map(|failure| failure.reason.clone())
        .filter(|reason| !reason.is_empty());
    view! {
        <li>
            <TextLink href=href><bdi>{server}</bdi></TextLink>
            <Time at=at shape=TimeShape::Relative/>
            <p class="field-hint"><bdi>{reason.unwrap_or_else(|| "The service gave no reason.".to_owned())}</bdi></p>
        </li>
    }
    .into_any()
}

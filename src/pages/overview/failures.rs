//! What failed lately.

use std::sync::Arc;

use contract::model::{Backup, Failure};
use leptos::prelude::*;

use crate::api::{Api, ApiError, cbr, newest_backups};
use crate::clock::use_clock;
use crate::coverage::CoverageData;
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
pub(super) fn Failures(beside: Query<CoverageData>) -> AnyView {
    let (clock, paths) = (use_clock(), StoredValue::new(use_paths()));
    let failed = Query::joined(move |api| async move {
        let since = clock.now().plus_seconds(-SPAN.1).to_filter_text();
        let filters = [("status", "error"), ("start_time", since.as_str())];
        newest_backups(api, &filters, COUNTED).await
    })
    .polled(|_| Pace::Calm)
    .beside(beside);
    // Asked once for the same failures, however often the list is looked at.
    let untold = Memo::new(move |_| {
        let failed = failed.data().unwrap_or_default();
        let shown = failed.iter().take(SHOWN);
        shown.filter(is_untold).cloned().collect::<Vec<_>>()
    });
    let reasons = Query::new(move |api| reasons_of(api, untold.get()));
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
                    .map(|backup| entry(paths, backup, reasons))
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

/// Backups by their ids, with what failed, or why that could not be asked.
type Reasons = Vec<(String, Result<Option<Failure>, ApiError>)>;

/// Whether only the service's tasks say why it failed.
fn is_untold(backup: &&Backup) -> bool {
    backup.failure.is_none() && !backup.generation.capabilities().failure_in_backup
}

async fn reasons_of(api: Api, untold: Vec<Backup>) -> Result<Reasons, ApiError> {
    let mut reasons = Vec::new();
    for backup in untold {
        let id = backup.id.clone();
        reasons.push((id, (cbr().await?.failure)(api, backup).await));
    }
    Ok(reasons)
}

/// Why it failed, or why that is not known.
fn reason(backup: &Backup, reasons: Query<Reasons>) -> String {
    let mut failure = backup.failure.clone();
    if is_untold(&backup) {
        let found = reasons.data().and_then(|reasons| {
            let mut reasons = reasons.iter();
            reasons.find(|(id, _)| *id == backup.id).cloned()
        });
        failure = match (found, reasons.error()) {
            (Some((_, Ok(found))), _) => found,
            (None, None) => return "Asking the service for the reason …".to_owned(),
            _ => return "The service could not be asked for the reason.".to_owned(),
        };
    }
    let reason = failure.map(|failure| failure.reason).unwrap_or_default();
    if reason.is_empty() {
        return "The service gave no reason.".to_owned();
    }
    reason
}

fn entry(
    paths: StoredValue<crate::routes::Paths>,
    backup: &Backup,
    reasons: Query<Reasons>,
) -> AnyView {
    let href = paths.with_value(|paths| paths.backup(&backup.id));
    let (server, at, backup) = (
        backup.server_name.clone(),
        backup.created_at,
        backup.clone(),
    );
    view! {
        <li>
            <TextLink href=href><bdi>{server}</bdi></TextLink>
            <Time at=at shape=TimeShape::Relative/>
            <p class="field-hint"><bdi>{move || reason(&backup, reasons)}</bdi></p>
        </li>
    }
    .into_any()
}

//! The quota: how full it is, how it fills up, and what uses it.

pub mod trend;
mod usage;
mod vaults;

use std::sync::Arc;

use contract::model::Quota;
use contract::operations::Service;
use contract::time::Timestamp;
use leptos::prelude::*;

use crate::api::{quotas, use_api};
use crate::clock::use_clock;
use crate::format::zone::Zone;
use crate::format::{count, gigabytes, grouped, megabytes};
use crate::layout::{Page, use_paths};
use crate::query::{Pace, Query, query_view, refresh_bar};
use crate::routes::Paths;
use crate::ui::{
    Align, Button, Card, Cell, Column, Details, EmptyState, Glyph, Meter, Table, TextLink, Time,
    TimeShape,
};

use trend::{Sample, Trend, points, record, trend};
use usage::{Share, Usage, read_usage};
use vaults::vaults_card;

/// Up to so many backups are added up without being asked to.
const UNASKED: i64 = 5_000;
/// Servers shown at first.
const SHARES: usize = 20;

/// The page.
pub fn quota_page() -> AnyView {
    let (api, clock) = (use_api(), use_clock());
    let (has_v1, has_vaults) = (api.has(Service::Csbs), api.has(Service::Cbr));
    let limits = Query::joined(quotas).polled(|_| Pace::Calm);
    let samples = Memo::new(move |_| match limits.data() {
        Some(limits) => record(&api.project(), &limits, clock.now()),
        None => trend::recall_samples(&api.project()),
    });
    let view = move |limits: Signal<Arc<Vec<Quota>>>| {
        let cards = move || {
            limits
                .get()
                .iter()
                .map(|quota| kind_card(quota, samples))
                .collect_view()
        };
        let none = Memo::new(move |_| limits.with(|limits| limits.is_empty()));
        let used = limits.with_untracked(|limits| {
            let backups = limits.iter().find(|quota| quota.kind == "backups");
            backups.map_or(0, |quota| quota.used)
        });
        view! {
            {move || none.get().then(|| view! {
                <EmptyState title="The service names no quota" icon=Glyph::Volume>
                    <p>"This project has no limit on backups that its services tell of."</p>
                </EmptyState>
            })}
            <div class="quota-cards">{cards}</div>
            {has_v1.then(|| usage_card(used))}
            {has_vaults.then(vaults_card)}
        }
        .into_any()
    };
    view! {
        <Page title="Quota" actions=move || refresh_bar(limits, "quota")>
            {query_view(limits, "quota", view)}
        </Page>
    }
    .into_any()
}

/// What a kind of quota is called.
pub fn kind_title(kind: &str) -> String {
    match kind {
        "backups" => "Backups".to_owned(),
        "backup_capacity" => "Capacity".to_owned(),
        "vault_capacity" => "Room in vaults".to_owned(),
        other => other.to_owned(),
    }
}

/// An amount of a kind of quota.
pub fn amount(quota: &Quota, value: i64) -> String {
    let value = u64::try_from(value).unwrap_or_default();
    if quota.unit == "GB" {
        gigabytes(value)
    } else {
        grouped(value)
    }
}

/// How full it is, as a meter or, without a limit, in words.
pub fn level(quota: &Quota) -> AnyView {
    let label = kind_title(&quota.kind);
    match quota.limit {
        Some(limit) => {
            let text = format!("{} of {}", amount(quota, quota.used), amount(quota, limit));
            view! { <Meter label=label text=text value=quota.used as f64 max=limit as f64/> }.into_any()
        }
        None => view! {
            <div class="meter-text"><span>{label}</span><span>{format!("{}, no limit", amount(quota, quota.used))}</span></div>
        }
        .into_any(),
    }
}

fn kind_card(quota: &Quota, samples: Memo<Vec<Sample>>) -> AnyView {
    let points = samples.with(|samples| points(samples, &quota.kind));
    let text = sentence(quota, &trend(&points, quota.limit));
    let days: Vec<(String, String)> = points
        .iter()
        .rev()
        .map(|(day, used)| (date(*day), amount(quota, *used)))
        .collect();
    let days = StoredValue::new(days);
    let rows = move || {
        let row = |(date, used): (String, String)| {
            view! {
                <tr role="row"><Cell label="Day (UTC)" heading=true>{date}</Cell><Cell label="Used" align=Align::End>{used}</Cell></tr>
            }
        };
        days.get_value().into_iter().map(row).collect_view()
    };
    let picture = (points.len() > 1).then(|| chart(quota, &points));
    let caption = format!("{} used, day by day", kind_title(&quota.kind));
    let (title, level) = (kind_title(&quota.kind), level(quota));
    view! {
        <Card title=title>
            <div class="meter-named">{level}</div>
            <p>{text}</p>
            {picture}
            <Details summary="Day by day">
                <Table caption=caption.clone() columns=vec![Column::text("Day (UTC)"), Column::number("Used")]>{rows}</Table>
                <p class="field-hint">"The service keeps no history: this browser notes what it says, once a day on which the overview or this page is open."</p>
            </Details>
        </Card>
    }
    .into_any()
}

/// A day as a date.
fn date(day: i64) -> String {
    let noon = Timestamp::from_seconds(day * 86_400 + 43_200);
    Zone::Utc.civil(noon).short_date_with_year()
}

fn sentence(quota: &Quota, trend: &Trend) -> String {
    match trend {
        Trend::Unknown => {
            "No trend yet: it needs two days on which this browser has looked.".to_owned()
        }
        Trend::Steady => "It has not grown lately.".to_owned(),
        Trend::Grows { per_day, full } => {
            let each = if quota.unit == "GB" {
                format!("{per_day:.1} GB")
            } else {
                format!("{per_day:.1}")
            };
            match full {
                Some(day) => format!(
                    "It grows by about {each} a day. Forecast: full on {}.",
                    date(*day)
                ),
                None => format!("It grows by about {each} a day."),
            }
        }
    }
}

/// A line over the days; the table beside it says the same.
fn chart(quota: &Quota, points: &[(i64, i64)]) -> AnyView {
    const WIDTH: f64 = 320.0;
    const HEIGHT: f64 = 80.0;
    let (first, last) = (points[0].0, points[points.len() - 1].0);
    let days = (last - first).max(1) as f64;
    let top = points.iter().map(|(_, used)| *used).max().unwrap_or(1);
    let top = quota
        .limit
        .filter(|limit| *limit < top * 3)
        .unwrap_or(top)
        .max(top)
        .max(1) as f64;
    let path: Vec<String> = points
        .iter()
        .map(|(day, used)| {
            let x = (day - first) as f64 / days * WIDTH;
            let y = HEIGHT - *used as f64 / top * HEIGHT;
            format!("{x:.1},{y:.1}")
        })
        .collect();
    let limit = quota
        .limit
        .filter(|limit| *limit as f64 <= top)
        .map(|limit| {
            let y = format!("{:.1}", HEIGHT - limit as f64 / top * HEIGHT);
            view! { <line class="chart-limit" x1="0" x2="320" y1=y.clone() y2=y/> }
        });
    let label = format!(
        "{} used from {} to {}: from {} to {}",
        kind_title(&quota.kind),
        date(first),
        date(last),
        amount(quota, points[0].1),
        amount(quota, points[points.len() - 1].1),
    );
    view! {
        <svg class="chart" viewBox="-2 -2 324 84" preserveAspectRatio="none" role="img" aria-label=label>
            <line class="chart-axis" x1="0" x2="320" y1="80" y2="80"/>
            {limit}
            <polyline class="chart-line" points=path.join(" ")/>
        </svg>
    }
    .into_any()
}

/// What uses it: at once where that is quick, else when somebody asks.
fn usage_card(used: i64) -> AnyView {
    let wanted = RwSignal::new(used <= UNASKED);
    let content = move || {
        if wanted.get() {
            let usage = Query::new(read_usage);
            return query_view(usage, "backups", shares_view);
        }
        let all = grouped(u64::try_from(used).unwrap_or_default());
        view! {
            <p>{format!("All {all} backups have to be read for this.")}</p>
            <Button on_press=move || wanted.set(true)>"Add them up by server"</Button>
        }
        .into_any()
    };
    view! { <Card title="What uses it">{content}</Card> }.into_any()
}

fn shares_view(usage: Signal<Arc<Usage>>) -> AnyView {
    let paths = StoredValue::new(use_paths());
    let most = RwSignal::new(SHARES);
    let none = Memo::new(move |_| usage.with(|usage| usage.shares.is_empty()));
    let rows = move || {
        let most = most.get();
        usage.with(|usage| {
            let shares = usage.shares.iter().take(most);
            shares
                .map(|share| paths.with_value(|paths| share_row(share, usage.size_mb, paths)))
                .collect_view()
        })
    };
    let said = move || {
        usage.with(|usage| {
            format!(
                "{} of {}, {} in all. Backups by hand stay until somebody deletes them.",
                count(usage.backups as usize, "backup", "backups"),
                count(usage.shares.len(), "server", "servers"),
                megabytes(usage.size_mb.unsigned_abs())
            )
        })
    };
    let more = move || {
        let hidden = usage
            .with(|usage| usage.shares.len())
            .saturating_sub(most.get());
        (hidden > 0).then(|| {
            let text = format!("Show all {}", hidden + most.get_untracked());
            view! { <Button on_press=move || most.set(usize::MAX)>{text}</Button> }
        })
    };
    let columns = vec![
        Column::text("Server"),
        Column::number("Backups"),
        Column::number("By hand"),
        Column::number("Size"),
        Column::number("Share"),
        Column::text("Oldest"),
    ];
    let columns = StoredValue::new(columns);
    view! {
        {move || if none.get() {
            view! { <p>"There is no backup in this project."</p> }.into_any()
        } else {
            view! {
                <p>{said}</p>
                <Table caption="Backups by server, largest first" columns=columns.get_value()>{rows}</Table>
                {more}
            }
            .into_any()
        }}
    }
    .into_any()
}

fn share_row(share: &Share, all_mb: i64, paths: &Paths) -> AnyView {
    let name = match share.server_name.as_str() {
        "" => share.server_id.clone(),
        name => name.to_owned(),
    };
    let percent = share.size_mb as f64 * 100.0 / all_mb.max(1) as f64;
    let by_hand = paths.backups_where(&[("server", &share.server_id), ("origin", "manual")]);
    let manual = match share.manual {
        0 => "0".into_any(),
        number => {
            let label = format!("{} backups of {name} made by hand", grouped(number));
            view! { <TextLink href=by_hand name=label>{grouped(number)}</TextLink> }.into_any()
        }
    };
    let href = paths.backups_where(&[("server", &share.server_id)]);
    let (backups, size, oldest) = (
        grouped(share.backups),
        megabytes(share.size_mb.unsigned_abs()),
        share.oldest,
    );
    view! {
        <tr role="row">
            <Cell label="Server" heading=true><TextLink href=href><bdi>{name}</bdi></TextLink></Cell>
            <Cell label="Backups" align=Align::End>{backups}</Cell>
            <Cell label="By hand" align=Align::End>{manual}</Cell>
            <Cell label="Size" align=Align::End>{size}</Cell>
            <Cell label="Share" align=Align::End>{format!("{percent:.1} %")}</Cell>
            <Cell label="Oldest"><Time at=oldest shape=TimeShape::Exact/></Cell>
        </tr>
    }
    .into_any()
}

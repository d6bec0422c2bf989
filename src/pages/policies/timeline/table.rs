//! The timeline's data as a table, and what an edit deletes.

use leptos::prelude::*;

use super::chart::Picture;
use super::forecast::{Lane, Lost};
use super::words::{because, goes, moment};
use crate::format::count;
use crate::layout::use_paths;
use crate::pages::policies::backups::KeptBackup;
use crate::ui::{Cell, Column, Details, Notice, Table, TextLink, Tone, use_zone};

/// Rows listed; the words before it say how many there are.
const LISTED: usize = 200;

/// The data of one lane, on demand: such a list is long.
pub fn lane_table(picture: &Picture, lane: usize, rows: &[&KeptBackup]) -> AnyView {
    let (name, of) = picture.lanes[lane].clone();
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let summary = match picture.lanes.len() {
        1 => "Data of the timeline".to_owned(),
        _ => format!("Data of the timeline: {}", name.to_lowercase()),
    };
    let stored = StoredValue::new((picture.clone(), of, ids));
    let caption = StoredValue::new(summary.clone());
    view! {
        <Details summary=summary>
            {move || stored.with_value(|(picture, lane, ids)| table(caption.get_value(), picture, lane, ids))}
        </Details>
    }
    .into_any()
}

fn table(caption: String, picture: &Picture, lane: &Lane, ids: &[String]) -> AnyView {
    let paths = use_paths();
    let mut lives = lane.lives.clone();
    lives.sort_by_key(|life| life.at);
    let zone = &picture.zone;
    let rows = lives
        .iter()
        .take(LISTED)
        .map(|life| {
            let at = moment(life.at, zone);
            let backup = match life.known.and_then(|n| ids.get(n)) {
                Some(id) => view! { <TextLink href=paths.backup(id)>{at}</TextLink> }.into_any(),
                None => at.into_any(),
            };
            let state = if life.known.is_some() {
                "exists"
            } else {
                "to come"
            };
            let kept = life
                .kept
                .map(|stay| because(stay, life.at, &lane.retention, zone));
            let gone = match life.goes {
                Some(gone) => goes(gone, zone),
                None => format!(
                    "still there on {}",
                    zone.civil(lane.until).short_date_with_year()
                ),
            };
            view! {
                <tr role="row">
                    <Cell heading=true label="Backup">{backup}</Cell>
                    <Cell label="State">{state}</Cell>
                    <Cell label="Why it stays">{kept.unwrap_or_else(|| "—".to_owned())}</Cell>
                    <Cell label="When it goes">{gone}</Cell>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![
        Column::text("Backup"),
        Column::text("State"),
        Column::text("Why it stays"),
        Column::text("When it goes"),
    ];
    let more = more(lives.len());
    view! { <Table caption=caption columns=columns>{rows}</Table> {more} }.into_any()
}

fn more(number: usize) -> Option<AnyView> {
    let more = number.checked_sub(LISTED).filter(|more| *more > 0)?;
    let text = format!("and {} more", count(more, "backup", "backups"));
    Some(view! { <p class="field-hint">{text}</p> }.into_any())
}

/// What saving deletes of what exists; says so when it is nothing.
pub fn losses_notice(lost: Vec<Lost>) -> AnyView {
    if lost.is_empty() {
        return view! { <p class="field-hint">"Forecast: this change deletes no backup earlier than today's rule does."</p> }
            .into_any();
    }
    let title = format!(
        "This change deletes {} earlier",
        count(lost.len(), "backup", "backups")
    );
    let lost = StoredValue::new(lost);
    view! {
        <Notice tone=Tone::Warning title=title>
            <p>"A forecast: the service does not say at which hour it cleans up. What is deleted cannot be brought back."</p>
            <Details summary="Which ones, and when">
                {move || lost.with_value(|lost| lost_table(lost))}
            </Details>
        </Notice>
    }
    .into_any()
}

fn lost_table(lost: &[Lost]) -> AnyView {
    let (paths, zone) = (use_paths(), use_zone());
    let zone = zone.get();
    let rows = lost
        .iter()
        .take(LISTED)
        .map(|lost| {
            let href = paths.backup(&lost.backup_id);
            let (made, gone) = (moment(lost.at, &zone), goes(lost.goes, &zone));
            let resource = lost.resource.clone();
            let before = match lost.before {
                Some(before) => moment(before, &zone),
                None => "not within three months".to_owned(),
            };
            view! {
                <tr role="row">
                    <Cell heading=true label="Backup"><TextLink href=href>{made}</TextLink></Cell>
                    <Cell label="Of"><bdi>{resource}</bdi></Cell>
                    <Cell label="After saving">{gone}</Cell>
                    <Cell label="By today's rule">{before}</Cell>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![
        Column::text("Backup"),
        Column::text("Of"),
        Column::text("After saving"),
        Column::text("By today's rule"),
    ];
    view! {
        <Table caption="Backups that go earlier" columns=columns>{rows}</Table>
        {more(lost.len())}
    }
    .into_any()
}

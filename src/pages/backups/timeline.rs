//! Servers against time: how many backups each server has in each span, and where one failed. One
//! tab stop; arrows walk, Enter shows the backups of a cell in the list.

use contract::model::BackupStatus;
use contract::time::Timestamp;
use leptos::{ev, html, prelude::*};

use super::list::List;
use crate::data::filter::{Operator, Property, Token};
use crate::data::store::BackupStore;
use crate::format::count;
use crate::format::zone::Zone;
use crate::ui::{Button, use_zone};

/// Spans of time across, at most.
const ACROSS: i64 = 48;
/// Servers shown at first, and again with each press.
const LANES: usize = 40;
/// Spans under one date.
const UNDER_A_HEAD: usize = 4;
/// Widths of a span, in seconds; the smallest that fits is taken.
const WIDTHS: [i64; 8] = [
    3_600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000,
];

/// What one server has in one span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cell {
    available: u32,
    failed: u32,
    other: u32,
}

/// One server.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Lane {
    server: String,
    name: String,
    cells: Vec<Cell>,
}

/// The picture: lanes by name, spans from the first backup to the last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Picture {
    /// Where the first span begins, in seconds.
    from: i64,
    width: i64,
    across: usize,
    lanes: Vec<Lane>,
}

impl Picture {
    /// Of the rows that are shown; spans begin at full hours and days of a clock that is `offset`
    /// minutes ahead of UTC.
    fn of(store: &BackupStore, rows: &[u32], offset: i32) -> Self {
        let made: Vec<(u32, i64)> = rows
            .iter()
            .filter_map(|row| Some((*row, store.created(*row)?.seconds())))
            .collect();
        let seconds = || made.iter().map(|(_, at)| *at);
        let (Some(first), Some(last)) = (seconds().min(), seconds().max()) else {
            return Self::default();
        };
        let width = WIDTHS
            .into_iter()
            .find(|width| (last - first) / width < ACROSS - 1)
            .unwrap_or((last - first) / (ACROSS - 1) + 1);
        let shift = i64::from(offset) * 60;
        let from = (first + shift).div_euclid(width) * width - shift;
        let across = usize::try_from((last - from) / width + 1).unwrap_or(1);
        let mut lanes: Vec<Option<Lane>> = vec![None; store.server.words.len()];
        for (row, at) in made {
            let lane =
                lanes[store.server.codes[row as usize] as usize].get_or_insert_with(|| Lane {
                    server: store.server.text(row).to_owned(),
                    name: store.server_name.text(row).to_owned(),
                    cells: vec![Cell::default(); across],
                });
            let index = usize::try_from((at - from) / width).unwrap_or_default();
            let cell = &mut lane.cells[index.min(across - 1)];
            match store.status(row) {
                BackupStatus::Available => cell.available += 1,
                BackupStatus::Error => cell.failed += 1,
                _ => cell.other += 1,
            }
        }
        let mut lanes: Vec<Lane> = lanes.into_iter().flatten().collect();
        lanes.sort_by(|a, b| (&a.name, &a.server).cmp(&(&b.name, &b.server)));
        Self {
            from,
            width,
            across,
            lanes,
        }
    }

    /// First and last second of a span.
    fn span(&self, index: usize) -> (Timestamp, Timestamp) {
        let from = self.from + self.width * index as i64;
        (
            Timestamp::from_seconds(from),
            Timestamp::from_seconds(from + self.width - 1),
        )
    }

    /// The span as a person reads it.
    fn said(&self, index: usize, zone: &Zone) -> String {
        let (from, until) = self.span(index);
        match self.width {
            86_400 => zone.civil(from).short_date_with_year(),
            width if width > 86_400 => format!(
                "{} to {}",
                zone.civil(from).short_date(),
                zone.civil(until).short_date_with_year()
            ),
            _ => format!(
                "{} to {}",
                zone.exact(from),
                zone.civil(until.plus_seconds(1)).clock()
            ),
        }
    }
}

impl Cell {
    fn all(self) -> u32 {
        self.available + self.failed + self.other
    }

    /// `3 available, 1 failed`.
    fn said(self) -> String {
        let parts: Vec<String> = [
            (self.available, "available"),
            (self.failed, "failed"),
            (self.other, "in another state"),
        ]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
        if parts.is_empty() {
            "no backup".to_owned()
        } else {
            parts.join(", ")
        }
    }

    fn class(self) -> &'static str {
        match (self.all(), self.failed, self.available) {
            (0, ..) => "lane-cell",
            (_, 0, 0) => "lane-cell lane-other",
            (_, 0, _) => "lane-cell lane-good",
            (_, _, 0) => "lane-cell lane-bad",
            _ => "lane-cell lane-mixed",
        }
    }
}

/// Where an arrow or another key leads.
fn step(
    key: &str,
    (lane, span): (usize, usize),
    lanes: usize,
    across: usize,
) -> Option<(usize, usize)> {
    let (last_lane, last_span) = (lanes.saturating_sub(1), across.saturating_sub(1));
    Some(match key {
        "ArrowRight" => (lane, (span + 1).min(last_span)),
        "ArrowLeft" => (lane, span.saturating_sub(1)),
        "ArrowDown" => ((lane + 1).min(last_lane), span),
        "ArrowUp" => (lane.saturating_sub(1), span),
        "Home" => (lane, 0),
        "End" => (lane, last_span),
        "PageDown" => ((lane + 10).min(last_lane), span),
        "PageUp" => (lane.saturating_sub(10), span),
        _ => return None,
    })
}

/// The face of the list that shows servers against time.
pub fn timeline(list: List) -> AnyView {
    let zone = use_zone();
    let picture = Memo::new(move |_| {
        let rows = list
            .listing
            .with(|listing| std::sync::Arc::clone(&listing.rows));
        let offset = list.store.with(|store| {
            let newest = rows.iter().filter_map(|row| store.created(*row)).max();
            newest.map_or(0, |at| zone.with(|zone| zone.offset(at)))
        });
        list.store.with(|store| Picture::of(store, &rows, offset))
    });
    let most = RwSignal::new(LANES);
    let place = RwSignal::new((0_usize, 0_usize));
    let table: NodeRef<html::Table> = NodeRef::new();
    let focus = move |(lane, span): (usize, usize)| {
        place.set((lane, span));
        if let Some(table) = table.get_untracked()
            && let Ok(Some(cell)) = table.query_selector(&format!("[data-cell=\"{lane}-{span}\"]"))
        {
            let _ = wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(cell).focus();
        }
    };
    let show = Callback::new(move |(lane, span): (usize, usize)| {
        let Some((server, from, until)) = picture.with_untracked(|picture| {
            let (from, until) = picture.span(span);
            Some((picture.lanes.get(lane)?.server.clone(), from, until))
        }) else {
            return;
        };
        list.change(|address| {
            address.group = None;
            let tokens = [
                Token::new(Property::Server, Operator::Is, &server),
                Token::new(Property::Created, Operator::From, &from.to_filter_text()),
                Token::new(Property::Created, Operator::Until, &until.to_filter_text()),
            ];
            for token in tokens.into_iter().flatten() {
                // A full filter keeps what it has; the list then shows more than the cell did.
                let _ = address.filter.add(token);
            }
        });
    });
    let on_key = move |event: ev::KeyboardEvent| {
        let here = place.get_untracked();
        let (lanes, across) = picture.with_untracked(|picture| {
            (
                picture.lanes.len().min(most.get_untracked()),
                picture.across,
            )
        });
        if event.key() == "Enter" || event.key() == " " {
            show.run(here);
        } else if let Some(to) = step(&event.key(), here, lanes, across) {
            focus(to);
        } else {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let rows = move || {
        let zone = zone.get();
        picture.with(|picture| {
            let said: Vec<String> = (0..picture.across)
                .map(|span| picture.said(span, &zone))
                .collect();
            let lanes = picture.lanes.iter().take(most.get()).enumerate();
            lanes
                .map(|(at, lane)| lane_row(list, lane, at, &said, place, show))
                .collect_view()
        })
    };
    let heads = move || {
        let zone = zone.get();
        picture.with(|picture| heads(picture, &zone))
    };
    let more =
        move || {
            let hidden = picture
                .with(|picture| picture.lanes.len())
                .saturating_sub(most.get());
            (hidden > 0).then(|| {
            let text = format!("Show {} more", count(hidden.min(LANES), "server", "servers"));
            view! { <Button on_press=move || most.update(|most| *most += LANES)>{text}</Button> }
        })
        };
    let summary = move || {
        let zone = zone.get();
        picture.with(|picture| sentence(picture, &zone))
    };
    view! {
        <figure class="timeline">
            <figcaption class="field-hint">{summary}</figcaption>
            <div class="timeline-scroll">
                <table node_ref=table role="grid" aria-label="Backups of each server over time" on:keydown=on_key>
                    <thead><tr role="row">{heads}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="timeline-legend">
                <span><i class="lane-cell lane-good" aria-hidden="true"></i>"Available"</span>
                <span><i class="lane-cell lane-mixed" aria-hidden="true" data-mark="!"></i>"Some failed"</span>
                <span><i class="lane-cell lane-bad" aria-hidden="true" data-mark="×"></i>"Failed"</span>
                <span><i class="lane-cell lane-other" aria-hidden="true"></i>"Under way"</span>
            </p>
            {more}
        </figure>
    }
    .into_any()
}

fn sentence(picture: &Picture, zone: &Zone) -> String {
    if picture.lanes.is_empty() {
        return "None of these backups says when it was made.".to_owned();
    }
    let cells = || picture.lanes.iter().flat_map(|lane| &lane.cells);
    let failed: u32 = cells().map(|cell| cell.failed).sum();
    let span = match picture.width {
        3_600 => "one hour".to_owned(),
        width if width < 86_400 => format!("{} hours", width / 3_600),
        86_400 => "one day".to_owned(),
        width => format!("{} days", width / 86_400),
    };
    let last = picture.across.saturating_sub(1);
    let mut text = format!(
        "{} from {} to {}; each column is {span}.",
        count(picture.lanes.len(), "server", "servers"),
        zone.civil(picture.span(0).0).short_date_with_year(),
        zone.civil(picture.span(last).1).short_date_with_year(),
    );
    if failed > 0 {
        text.push_str(&format!(
            " {} failed.",
            count(failed as usize, "backup", "backups")
        ));
    }
    text + " Arrow keys walk, Enter shows the backups of a cell."
}

/// The heads: a date over every few spans.
fn heads(picture: &Picture, zone: &Zone) -> AnyView {
    let cells = (0..picture.across)
        .step_by(UNDER_A_HEAD)
        .map(|span| {
            let wide = UNDER_A_HEAD.min(picture.across - span);
            // A date needs the room of three spans.
            let date = (wide > 2).then(|| zone.civil(picture.span(span).0).short_date());
            view! { <th scope="colgroup" role="columnheader" colspan=wide.to_string()>{date}</th> }
        })
        .collect_view();
    view! { <th scope="col" role="columnheader" class="lane-name">"Server"</th>{cells} }.into_any()
}

fn lane_row(
    list: List,
    lane: &Lane,
    at: usize,
    said: &[String],
    place: RwSignal<(usize, usize)>,
    show: Callback<(usize, usize)>,
) -> AnyView {
    let name = if lane.name.is_empty() {
        lane.server.clone()
    } else {
        lane.name.clone()
    };
    let href = list.paths.with_value(|paths| paths.server(&lane.server));
    let cells = lane
        .cells
        .iter()
        .zip(said)
        .enumerate()
        .map(|(span, (cell, said))| {
            let label = format!("{name}, {said}: {}", cell.said());
            let mark = match (cell.failed, cell.available) {
                (0, _) if cell.all() > 1 => cell.all().to_string(),
                (0, _) => String::new(),
                (_, 0) => "×".to_owned(),
                _ => "!".to_owned(),
            };
            let here = move || place.get() == (at, span);
            view! {
                <td role="gridcell" class=cell.class() tabindex=move || if here() { "0" } else { "-1" }
                    data-cell=format!("{at}-{span}") aria-label=label.clone() title=label
                    data-mark=mark on:focus=move |_| place.set((at, span)) on:click=move |_| show.run((at, span))></td>
            }
        })
        .collect_view();
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" class="lane-name"><a class="link" href=href tabindex="-1"><bdi>{name.clone()}</bdi></a></th>
            {cells}
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::row::Row;

    fn store(backups: &[(&str, i64, &str)]) -> BackupStore {
        let mut store = BackupStore::default();
        for (number, (server, at, status)) in backups.iter().enumerate() {
            let mut row = Row {
                id: number.to_string(),
                resource_id: format!("id-{server}"),
                ..Row::default()
            };
            row.extend_info.resource_name = (*server).to_owned();
            row.status = (*status).to_owned();
            row.created_at = Some(Timestamp::from_seconds(*at));
            store.upsert(&row, None);
        }
        store
    }

    #[test]
    fn every_backup_is_in_one_cell_of_its_server() {
        let hour = 3_600;
        let store = store(&[
            ("web", 10 * hour, "available"),
            ("web", 10 * hour + 59, "error"),
            ("db", 12 * hour, "available"),
            ("db", 12 * hour + 1, "protecting"),
        ]);
        let picture = Picture::of(&store, &[0, 1, 2, 3], 0);
        assert_eq!((picture.width, picture.across), (hour, 3));
        let names: Vec<&str> = picture
            .lanes
            .iter()
            .map(|lane| lane.name.as_str())
            .collect();
        assert_eq!(names, ["db", "web"]);
        assert_eq!(picture.lanes[1].cells[0].said(), "1 available, 1 failed");
        assert_eq!(
            picture.lanes[0].cells[2].said(),
            "1 available, 1 in another state"
        );
        assert_eq!(picture.lanes[0].cells[0].said(), "no backup");
        let (from, until) = picture.span(2);
        assert_eq!(
            (from.seconds(), until.seconds()),
            (12 * hour, 13 * hour - 1)
        );
    }

    #[test]
    fn days_begin_on_the_chosen_clock_and_the_picture_stays_small() {
        let day = 86_400;
        let store = store(&[("web", 0, "available"), ("web", 40 * day, "available")]);
        let picture = Picture::of(&store, &[0, 1], 60);
        assert_eq!(picture.width, day);
        assert_eq!(picture.from, -3_600);
        let far = self::store(&[("web", 0, "available"), ("web", 9_000 * day, "available")]);
        let picture = Picture::of(&far, &[0, 1], 0);
        assert!(picture.across <= ACROSS as usize, "{}", picture.across);
        assert_eq!(Picture::of(&far, &[], 0), Picture::default());
    }

    #[test]
    fn arrows_stay_within_the_picture() {
        assert_eq!(step("ArrowUp", (0, 3), 5, 10), Some((0, 3)));
        assert_eq!(step("ArrowRight", (0, 9), 5, 10), Some((0, 9)));
        assert_eq!(step("PageDown", (2, 0), 5, 10), Some((4, 0)));
        assert_eq!(step("End", (2, 0), 5, 10), Some((2, 9)));
        assert_eq!(step("x", (2, 0), 5, 10), None);
    }
}

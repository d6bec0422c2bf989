//! The picture: one axis, a lane for each rule, each backup a mark that can be walked to.

use contract::retention::timeline::Life;
use contract::time::Timestamp;
use leptos::{ev, html, prelude::*};

use super::forecast::Lane;
use super::words::{fate, moment};
use crate::format::zone::Zone;
use crate::ui::dom::fresh_id;

/// Parts of the axis, with a label at each end. The style shows all five labels, three or two, by the room there is.
const PARTS: i64 = 4;

/// What is drawn: lanes with their names, on one axis.
#[derive(Clone, PartialEq)]
pub struct Picture {
    pub lanes: Vec<(&'static str, Lane)>,
    pub now: Timestamp,
    pub zone: Zone,
}

impl Picture {
    /// From the oldest backup, or the present, to the end of what is looked ahead to.
    fn ends(&self) -> (Timestamp, Timestamp) {
        let lives = self.lanes.iter().flat_map(|(_, lane)| &lane.lives);
        let first = lives.map(|life| life.at).min().unwrap_or(self.now);
        let last = self.lanes.iter().map(|(_, lane)| lane.until).max();
        (first.min(self.now), last.unwrap_or(self.now))
    }

    /// A place on the axis, in percent of its width.
    fn percent(&self, at: Timestamp) -> f64 {
        let (first, last) = self.ends();
        let whole = (last.seconds() - first.seconds()).max(1);
        let part = (at.seconds() - first.seconds()).clamp(0, whole);
        // Marks keep off both edges.
        1.0 + 98.0 * part as f64 / whole as f64
    }

    fn place(&self, at: Timestamp) -> String {
        format!("{:.2}%", self.percent(at))
    }

    /// What is read out for a mark.
    fn said(&self, lane: usize, life: &Life) -> String {
        let kind = if life.known.is_some() {
            "exists"
        } else {
            "yet to be made"
        };
        let fate = fate(life, &self.lanes[lane].1.retention, &self.zone);
        format!("{}, {kind}; {fate}", moment(life.at, &self.zone))
    }
}

/// Where a key leads; the lane and the mark in it, from oldest to newest.
fn step(key: &str, (lane, mark): (usize, usize), marks: &[usize]) -> Option<(usize, usize)> {
    let last = |lane: usize| marks.get(lane).map_or(0, |number| number.saturating_sub(1));
    let other = |to: usize| (to, mark.min(last(to)));
    Some(match key {
        "ArrowRight" => (lane, (mark + 1).min(last(lane))),
        "ArrowLeft" => (lane, mark.saturating_sub(1)),
        "PageDown" => (lane, (mark + 10).min(last(lane))),
        "PageUp" => (lane, mark.saturating_sub(10)),
        "Home" => (lane, 0),
        "End" => (lane, last(lane)),
        "ArrowDown" => other((lane + 1).min(marks.len().saturating_sub(1))),
        "ArrowUp" => other(lane.saturating_sub(1)),
        _ => return None,
    })
}

/// The marks of a lane, oldest first.
fn in_order(lane: &Lane) -> Vec<Life> {
    let mut lives = lane.lives.clone();
    lives.sort_by_key(|life| life.at);
    lives
}

/// The picture; arrows walk along it, up and down change the lane.
pub fn chart(picture: Picture) -> AnyView {
    let root: NodeRef<html::Div> = NodeRef::new();
    let id = fresh_id("life");
    let walked = RwSignal::new((0usize, 0usize));
    let lanes: Vec<Vec<Life>> = picture
        .lanes
        .iter()
        .map(|(_, lane)| in_order(lane))
        .collect();
    let marks: Vec<usize> = lanes.iter().map(Vec::len).collect();
    let on_key = move |event: ev::KeyboardEvent| {
        if let Some(next) = step(&event.key(), walked.get_untracked(), &marks) {
            event.prevent_default();
            walked.set(next);
        }
    };
    let (mark_id, active_id) = (id.clone(), id);
    let active = move || {
        let (lane, mark) = walked.get();
        format!("{active_id}-{lane}-{mark}")
    };
    let said = {
        let (picture, lanes) = (picture.clone(), lanes.clone());
        move || {
            let (lane, mark) = walked.get();
            let life = lanes.get(lane)?.get(mark)?;
            let name = (picture.lanes.len() > 1).then(|| format!("{}: ", picture.lanes[lane].0));
            Some(format!(
                "{}{}.",
                name.unwrap_or_default(),
                picture.said(lane, life)
            ))
        }
    };
    let now = picture.place(picture.now);
    let (now_label, at_now) = (now.clone(), picture.percent(picture.now));
    let ticks = ticks(&picture);
    let rows = lanes
        .into_iter()
        .enumerate()
        .map(|(lane, lives)| lane_view(&picture, lane, lives, &mark_id, walked))
        .collect_view();
    view! {
        <div class="lifeline">
            <div class="lifeline-chart" node_ref=root role="listbox" tabindex="0"
                aria-label="Backups in time. Arrow keys walk along them."
                aria-activedescendant=active on:keydown=on_key>
                {rows}
                <span class="lifeline-now" aria-hidden="true" style:inset-inline-start=now></span>
            </div>
            <div class="lifeline-axis" aria-hidden="true">
                {ticks}
                <span class="lifeline-tick lifeline-present" class:lifeline-first={at_now < 5.0} class:lifeline-last={at_now > 95.0}
                    style:inset-inline-start=now_label>"now"</span>
            </div>
            <p class="lifeline-said">{said}</p>
        </div>
    }
    .into_any()
}

fn lane_view(
    picture: &Picture,
    lane: usize,
    lives: Vec<Life>,
    id: &str,
    walked: RwSignal<(usize, usize)>,
) -> AnyView {
    let name = picture.lanes[lane].0;
    let gone = lives
        .iter()
        .filter_map(|life| life.goes)
        .map(|(at, _)| {
            let place = picture.place(at);
            view! { <span class="lifeline-gone" aria-hidden="true" style:inset-inline-start=place></span> }
        })
        .collect_view();
    let marks = lives
        .iter()
        .enumerate()
        .map(|(mark, life)| {
            let place = picture.place(life.at);
            let label = picture.said(lane, life);
            let is_walked = Memo::new(move |_| walked.get() == (lane, mark));
            view! {
                <span id=format!("{id}-{lane}-{mark}") role="option" class="lifeline-mark" aria-label=label
                    class:lifeline-real=life.known.is_some() class:lifeline-goes=life.goes.is_some()
                    class:lifeline-walked=move || is_walked.get()
                    aria-selected=move || is_walked.get().to_string()
                    style:inset-inline-start=place on:click=move |_| walked.set((lane, mark))></span>
            }
        })
        .collect_view();
    view! {
        <div role="group" class="lifeline-lane" aria-label=name>
            <span class="lifeline-name" aria-hidden="true">{name}</span>
            {marks} {gone}
        </div>
    }
    .into_any()
}

/// Days under the axis, evenly spread.
fn ticks(picture: &Picture) -> AnyView {
    let (first, last) = picture.ends();
    let whole = last.seconds() - first.seconds();
    (0..=PARTS)
        .map(|n| {
            let at = first.plus_seconds(whole * n / PARTS);
            let place = picture.place(at);
            let text = picture.zone.civil(at).date();
            view! {
                <span class="lifeline-tick" class:lifeline-first=n == 0 class:lifeline-last=n == PARTS class:lifeline-quarter=n % 2 == 1
                    style:inset-inline-start=place>{text}</span>
            }
        })
        .collect_view()
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_walk_along_a_lane_and_between_lanes_and_never_off_them() {
        let marks = [5, 3];
        assert_eq!(step("ArrowRight", (0, 4), &marks), Some((0, 4)));
        assert_eq!(step("ArrowLeft", (0, 0), &marks), Some((0, 0)));
        assert_eq!(step("End", (0, 0), &marks), Some((0, 4)));
        assert_eq!(step("ArrowDown", (0, 4), &marks), Some((1, 2)));
        assert_eq!(step("ArrowDown", (1, 2), &marks), Some((1, 2)));
        assert_eq!(step("PageUp", (1, 2), &marks), Some((1, 0)));
        assert_eq!(step("Enter", (1, 2), &marks), None);
        assert_eq!(step("End", (0, 0), &[0]), Some((0, 0)));
    }
}

//! The grid: a sticky head, the rows on screen, one tab stop, and the keys of the APG grid pattern.
//!
//! The grid keeps the focus and names its active row (`aria-activedescendant`), so that a row may
//! leave the document while one scrolls. Buttons in the active row are reached with Tab.

use std::sync::Arc;

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast as _;

use super::geometry::Geometry;
use crate::ui::dom::fresh_id;
use crate::ui::{Glyph, Icon};

/// Rows kept in the document above and below what is on screen.
const SPARE: usize = 8;

/// The head of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub key: &'static str,
    pub title: &'static str,
    /// Its grid track.
    pub track: &'static str,
    /// Quantities.
    pub at_end: bool,
    pub sorts: bool,
}

/// What the list consists of: a key per line, and which lines are opened by how many small lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lines {
    pub keys: Arc<Vec<u32>>,
    pub tall: Vec<(usize, usize)>,
}

/// What a row needs to know of the grid.
#[derive(Clone, Copy)]
pub struct RowState {
    /// Its place in the list, 0-based.
    pub index: usize,
    /// Its buttons are tab stops only while it is active.
    pub tab_index: Signal<&'static str>,
}

/// What happened to a row, by its place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GridEvent {
    /// Space: choose it or not.
    Toggle(usize),
    /// Shift and Space, or Shift and a click: choose everything between.
    Range(usize, usize),
    /// Enter.
    Open(usize),
    /// Right and left arrow.
    Expand(usize),
    Collapse(usize),
    /// Ctrl and A.
    All,
    /// These are the topmost and the lowest row on screen now.
    Screen(usize, usize),
}

/// The parts of a grid.
pub struct Grid {
    pub label: Signal<String>,
    pub heads: Signal<Vec<Head>>,
    /// Keys of the order and whether they descend.
    pub sort: Signal<Vec<(&'static str, bool)>>,
    /// A head was pressed; true when it is to be one more key.
    pub on_sort: Callback<(&'static str, bool)>,
    pub lines: Signal<Lines>,
    /// What stands before the heads, and how wide it is as grid tracks.
    pub lead: ViewFn,
    pub lead_tracks: &'static str,
    /// The cells of a line.
    pub row: Arc<dyn Fn(u32, RowState) -> AnyView + Send + Sync>,
    /// Whether a line is chosen; `None` when it cannot be.
    pub chosen: Arc<dyn Fn(u32) -> Option<bool> + Send + Sync>,
    pub on_event: Callback<GridEvent>,
    /// Brings a line to the top, then becomes `None`.
    pub goto: RwSignal<Option<usize>>,
    /// Changes when rows may have another height.
    pub measure: Signal<()>,
}

/// Where the grid stands on screen: the part of the body that can be seen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sight {
    from: f64,
    to: f64,
}

/// Shows a grid.
pub fn grid(parts: Grid) -> AnyView {
    let Grid {
        label,
        heads,
        sort,
        on_sort,
        lines,
        lead,
        lead_tracks,
        row,
        chosen,
        on_event,
        goto,
        measure,
    } = parts;
    let root: NodeRef<html::Div> = NodeRef::new();
    let head: NodeRef<html::Div> = NodeRef::new();
    let body: NodeRef<html::Div> = NodeRef::new();
    let row_probe: NodeRef<html::Div> = NodeRef::new();
    let line_probe: NodeRef<html::Div> = NodeRef::new();
    let id = fresh_id("grid");
    let heights = RwSignal::new((40.0_f64, 32.0_f64));
    let sight = RwSignal::new(Sight {
        from: 0.0,
        to: 800.0,
    });
    let active = RwSignal::new(None::<u32>);
    let anchor = StoredValue::new(None::<usize>);

    let geometry = Memo::new(move |_| {
        let (row, line) = heights.get();
        lines.with(|lines| {
            let tall = lines
                .tall
                .iter()
                .map(|(index, more)| (*index, *more as f64 * line))
                .collect();
            Geometry::new(row, lines.keys.len(), tall)
        })
    });
    let look = move || {
        let (Some(root), Some(head), Some(body)) = (
            root.get_untracked(),
            head.get_untracked(),
            body.get_untracked(),
        ) else {
            return;
        };
        let (outer, inner) = (
            root.get_bounding_client_rect(),
            body.get_bounding_client_rect(),
        );
        let screen = window()
            .inner_height()
            .ok()
            .and_then(|height| height.as_f64())
            .unwrap_or(800.0);
        let top = outer.top().max(0.0) + head.get_bounding_client_rect().height();
        let seen = Sight {
            from: top - inner.top(),
            to: outer.bottom().min(screen) - inner.top(),
        };
        sight.set(seen);
    };
    let gauge = move || {
        let height = |probe: NodeRef<html::Div>| {
            probe
                .get_untracked()
                .map_or(0.0, |probe| probe.get_bounding_client_rect().height())
        };
        let (row, line) = (height(row_probe), height(line_probe));
        if row > 0.0 && line > 0.0 && heights.get_untracked() != (row, line) {
            heights.set((row, line));
        }
        look();
    };
    // After the first rendering, and whenever the page may stand differently.
    Effect::new(move |_| {
        measure.track();
        heads.track();
        if body.get().is_some() {
            next_frame(root, gauge);
        }
    });
    Effect::new(move |_| {
        geometry.track();
        next_frame(root, look);
    });
    watch_screen(look, gauge);

    let shown = Memo::new(move |_| {
        let sight = sight.get();
        let range = geometry.with(|list| list.between(sight.from, sight.to, SPARE));
        lines.with(|lines| {
            range
                .filter_map(|index| Some((index, *lines.keys.get(index)?)))
                .collect::<Vec<(usize, u32)>>()
        })
    });
    let first =
        Memo::new(move |_| shown.with(|shown| shown.first().map_or(0, |(index, _)| *index)));
    let screen = Memo::new(move |_| {
        let sight = sight.get();
        geometry.with(|list| {
            let half = list.row() / 2.0;
            (
                list.at(sight.from + half),
                list.at((sight.to - half).max(sight.from)),
            )
        })
    });
    let top = Memo::new(move |_| screen.get().0);
    Effect::new(move |_| {
        let (first, last) = screen.get();
        on_event.run(GridEvent::Screen(first, last));
    });

    let scroll_by = move |distance: f64| {
        if let Some(root) = root.get_untracked() {
            if root.scroll_height() > root.client_height() + 1 {
                root.set_scroll_top(root.scroll_top() + distance.round() as i32);
            } else {
                window().scroll_by_with_x_and_y(0.0, distance);
            }
            look();
        }
    };
    // Brings a line on screen with as little movement as possible, or to the top.
    let reveal = move |index: usize, to_top: bool| {
        look();
        let sight = sight.get_untracked();
        let (start, end) =
            geometry.with_untracked(|list| (list.top(index), list.top(index) + list.row()));
        if to_top || start < sight.from {
            scroll_by(start - sight.from);
        } else if end > sight.to {
            scroll_by(end - sight.to);
        }
    };
    Effect::new(move |_| {
        if let Some(index) = goto.get()
            && geometry.with(Geometry::count) > index
        {
            goto.set(None);
            next_frame(root, move || reveal(index, true));
        }
    });

    let place = move || {
        let active = active.get_untracked()?;
        lines.with_untracked(|lines| lines.keys.iter().position(|key| *key == active))
    };
    let activate = move |index: usize| {
        let key = lines.with_untracked(|lines| lines.keys.get(index).copied());
        if key.is_some() {
            active.set(key);
            reveal(index, false);
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        // Keys pressed in a button or link of a row belong to it.
        let on_grid = root.get_untracked().is_some_and(|root| {
            event
                .target()
                .is_some_and(|target| target == *AsRef::<web_sys::EventTarget>::as_ref(&*root))
        });
        let count = lines.with_untracked(|lines| lines.keys.len());
        if !on_grid || count == 0 || event.alt_key() {
            return;
        }
        let here = place().unwrap_or_else(|| top.get_untracked());
        let page = {
            let sight = sight.get_untracked();
            let row = geometry.with_untracked(Geometry::row);
            (((sight.to - sight.from) / row) as usize)
                .saturating_sub(1)
                .max(1)
        };
        let ctrl = event.ctrl_key() || event.meta_key();
        let key = event.key();
        let target = match key.as_str() {
            "ArrowDown" => (here + usize::from(active.get_untracked().is_some())).min(count - 1),
            "ArrowUp" => here.saturating_sub(1),
            "PageDown" => (here + page).min(count - 1),
            "PageUp" => here.saturating_sub(page),
            "Home" => 0,
            "End" => count - 1,
            _ => {
                let deed = match key.as_str() {
                    " " if event.shift_key() => {
                        GridEvent::Range(anchor.get_value().unwrap_or(here), here)
                    }
                    " " => GridEvent::Toggle(here),
                    "Enter" => GridEvent::Open(here),
                    "ArrowRight" => GridEvent::Expand(here),
                    "ArrowLeft" => GridEvent::Collapse(here),
                    "a" | "A" if ctrl => GridEvent::All,
                    _ => return,
                };
                if matches!(deed, GridEvent::Toggle(_)) {
                    anchor.set_value(Some(here));
                }
                event.prevent_default();
                on_event.run(deed);
                return;
            }
        };
        event.prevent_default();
        activate(target);
        if event.shift_key() && matches!(key.as_str(), "ArrowDown" | "ArrowUp") {
            on_event.run(GridEvent::Range(anchor.get_value().unwrap_or(here), target));
        } else if !event.shift_key() {
            anchor.set_value(Some(target));
        }
    };
    let on_focus = move |event: ev::FocusEvent| {
        let on_grid = root.get_untracked().is_some_and(|root| {
            event
                .target()
                .is_some_and(|target| target == *AsRef::<web_sys::EventTarget>::as_ref(&*root))
        });
        if on_grid && place().is_none() {
            // The page may have been scrolled since the last frame.
            look();
            let index = top.get_untracked();
            active.set(lines.with_untracked(|lines| lines.keys.get(index).copied()));
        }
    };
    let row_id = {
        let id = id.clone();
        move |key: u32| format!("{id}-{key}")
    };
    let active_id = {
        let row_id = row_id.clone();
        move || {
            let active = active.get()?;
            shown
                .with(|shown| shown.iter().any(|(_, key)| *key == active))
                .then(|| row_id(active))
        }
    };
    let tracks = move || {
        let mut tracks = lead_tracks.to_owned();
        heads.with(|heads| {
            for head in heads {
                tracks.push(' ');
                tracks.push_str(head.track);
            }
        });
        tracks.push_str(" 2.75rem");
        tracks
    };
    // Head and rows are grids of their own: they agree because they are of one width.
    let least = move || {
        let least: f64 = heads.with(|heads| heads.iter().map(|head| least_width(head.track)).sum());
        format!("{}rem", least + least_width(lead_tracks) + 2.75)
    };
    let column_count = move || heads.with(Vec::len) + 2;
    let line = move |(index, key): (usize, u32)| {
        let tab_index = Signal::derive(move || if active.get() == Some(key) { "0" } else { "-1" });
        let cells = row(key, RowState { index, tab_index });
        let chosen = Arc::clone(&chosen);
        let is_chosen = Memo::new(move |_| chosen(key));
        view! {
            <div
                role="row"
                class="grid-row"
                id=row_id(key)
                class:grid-row-active=move || active.get() == Some(key)
                class:grid-row-chosen=move || is_chosen.get() == Some(true)
                aria-rowindex=(index + 2).to_string()
                aria-selected=move || is_chosen.get().map(|chosen| chosen.to_string())
                on:pointerdown=move |event: ev::PointerEvent| {
                    active.set(Some(key));
                    if !event.shift_key() {
                        anchor.set_value(Some(index));
                    }
                }
                on:click=move |event: ev::MouseEvent| {
                    if event.shift_key() {
                        event.prevent_default();
                        on_event.run(GridEvent::Range(anchor.get_value().unwrap_or(index), index));
                    }
                }
            >
                {cells}
            </div>
        }
    };
    view! {
        <div
            class="grid"
            id=id
            role="grid"
            tabindex="0"
            node_ref=root
            aria-label=move || label.get()
            aria-rowcount=move || (lines.with(|lines| lines.keys.len()) + 1).to_string()
            aria-colcount=move || column_count().to_string()
            aria-multiselectable="true"
            aria-activedescendant=active_id
            style=("--grid-tracks", tracks)
            style=("--grid-min", least)
            style=("--grid-cells", move || heads.with(Vec::len).to_string())
            on:keydown=on_key
            on:focus=on_focus
        >
            <div class="grid-head" role="rowgroup" node_ref=head>
                <div class="grid-row" role="row" aria-rowindex="1">
                    {lead.run()}
                    {move || heads.get().into_iter().map(|head| head_cell(head, sort, on_sort)).collect_view()}
                    <div role="columnheader" class="grid-cell"><span class="visually-hidden">"Actions"</span></div>
                </div>
            </div>
            <div
                class="grid-body"
                role="rowgroup"
                node_ref=body
                style:block-size=move || format!("{}px", geometry.with(Geometry::total))
            >
                <div
                    class="grid-window"
                    role="presentation"
                    style:transform=move || format!("translateY({}px)", geometry.with(|list| list.top(first.get())))
                >
                    <For each=move || shown.get() key=|line| *line children=line/>
                </div>
            </div>
            <div class="grid-probe" aria-hidden="true" node_ref=row_probe></div>
            <div class="grid-probe-line" aria-hidden="true" node_ref=line_probe></div>
        </div>
    }
    .into_any()
}

/// The least width of grid tracks, in rem: the sum of what stands before each `rem`.
fn least_width(tracks: &str) -> f64 {
    let numbers = tracks.split("rem").filter_map(|part| {
        let digits = part.rfind(|c: char| !c.is_ascii_digit() && c != '.');
        part[digits.map_or(0, |at| at + 1)..].parse::<f64>().ok()
    });
    numbers.sum()
}

/// Does something when the browser draws next, unless the grid has gone by then: a frame that was
/// asked for comes all the same.
fn next_frame(root: NodeRef<html::Div>, deed: impl FnOnce() + 'static) {
    request_animation_frame(move || {
        if !root.is_disposed() {
            deed();
        }
    });
}

/// Looks again when anything scrolls and measures again when the window changes.
fn watch_screen(look: impl Fn() + Copy + 'static, gauge: impl Fn() + Copy + 'static) {
    // Captured: scrolling does not bubble, and the grid may scroll itself or be scrolled.
    let scrolled = wasm_bindgen::closure::Closure::<dyn Fn()>::new(look);
    let document = document();
    let listener = scrolled
        .as_ref()
        .unchecked_ref::<js_sys::Function>()
        .clone();
    let _ = document.add_event_listener_with_callback_and_bool("scroll", &listener, true);
    let kept = StoredValue::new_local(Some(scrolled));
    on_cleanup(move || {
        let document = leptos::prelude::document();
        kept.try_update_value(|kept| {
            if let Some(scrolled) = kept.take() {
                let listener = scrolled.as_ref().unchecked_ref::<js_sys::Function>();
                let _ =
                    document.remove_event_listener_with_callback_and_bool("scroll", listener, true);
            }
        });
    });
    let resized = window_event_listener(ev::resize, move |_| gauge());
    on_cleanup(move || resized.remove());
}

fn head_cell(
    head: Head,
    sort: Signal<Vec<(&'static str, bool)>>,
    on_sort: Callback<(&'static str, bool)>,
) -> AnyView {
    let Head {
        key,
        title,
        at_end,
        sorts,
        ..
    } = head;
    let state = Memo::new(move |_| {
        sort.with(|sort| {
            let place = sort.iter().position(|(by, _)| *by == key)?;
            Some((place, sort[place].1, sort.len()))
        })
    });
    let order = move || match state.get() {
        // Only one column may be marked as the sorted one.
        Some((0, true, _)) => Some("descending"),
        Some((0, false, _)) => Some("ascending"),
        _ => sorts.then_some("none"),
    };
    let glyph = Signal::derive(move || match state.get() {
        Some((_, true, _)) => Glyph::SortDown,
        Some((_, false, _)) => Glyph::SortUp,
        None => Glyph::Sort,
    });
    let content = if sorts {
        view! {
            <button type="button" class="grid-sort" class:grid-sorted=move || state.get().is_some()
                title="Sort; with Shift as one more key"
                on:click=move |event: ev::MouseEvent| on_sort.run((key, event.shift_key()))>
                <span>{title}</span>
                <Icon of=glyph/>
                {move || state.get().filter(|(_, _, keys)| *keys > 1)
                    .map(|(place, _, _)| view! { <small aria-hidden="true">{place + 1}</small> })}
            </button>
        }
        .into_any()
    } else {
        view! { <span>{title}</span> }.into_any()
    };
    view! {
        <div role="columnheader" class="grid-cell" class:grid-cell-end=at_end aria-sort=order>{content}</div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_width_is_the_sum_of_the_tracks() {
        assert_eq!(least_width("minmax(9.5rem, 1fr)"), 9.5);
        assert_eq!(least_width("2.25rem 2rem"), 4.25);
        assert_eq!(least_width("1fr"), 0.0);
    }
}

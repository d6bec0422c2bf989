//! The sheet of keys and words, always behind the same button and the `?` key.

use leptos::wasm_split::{SplitLoaderError, wasm_split};
use leptos::{ev, prelude::*};

use super::page::use_paths;
use crate::router::{NavigateOptions, use_navigate};
use crate::routes::Area;
use crate::session::use_session;
use crate::ui::{Dialog, Fetched, Shown, dom::is_typing, use_toasts, when_wanted};

#[derive(Clone, Copy)]
struct HelpOpen(RwSignal<bool>);

/// Opens the sheet.
pub(super) fn open_help() {
    if let Some(HelpOpen(open)) = use_context() {
        open.set(true);
    }
}

/// The second key after `g`, and where it leads.
const GO: [(&str, Area); 7] = [
    ("o", Area::Overview),
    ("s", Area::Servers),
    ("b", Area::Backups),
    ("p", Area::Policies),
    ("v", Area::Vaults),
    ("r", Area::Restores),
    ("c", Area::Practice),
];

/// Keys that mean something in one place only.
const PLACES: [(&str, &[(&str, &str)]); 4] = [
    (
        "In the list of backups",
        &[
            ("↑ ↓ PgUp PgDn Home End", "Walks through the rows"),
            ("Enter", "Opens the backup"),
            ("→ ←", "Shows and hides its disk backups"),
            ("Space", "Chooses the row, or takes it out"),
            ("Shift + ↑ ↓ Space", "Chooses a range"),
            ("Ctrl + A", "Chooses the rows on screen"),
        ],
    ),
    (
        "In the filter bar",
        &[
            ("↑ ↓", "Walks through the suggestions"),
            ("Enter", "Adds the filter that is marked or typed"),
            (
                "Backspace",
                "In the empty bar: takes the last filter back into it",
            ),
            ("Esc", "Closes the suggestions, then empties the bar"),
        ],
    ),
    (
        "In the grid of hours, calendars and the timeline",
        &[
            ("Arrows Home End", "Walks"),
            ("Space", "Sets or clears an hour"),
            ("Shift + arrows", "Sets a range of hours"),
            ("PgUp PgDn", "In a calendar: the month before or after"),
            ("Enter", "In the timeline: shows the backups of a cell"),
        ],
    ),
    (
        "In menus and tabs",
        &[
            ("↑ ↓ Home End", "Walks through a menu; a letter jumps"),
            ("← →", "Walks through tabs; Enter opens one"),
        ],
    ),
];

/// The product's words and the service's.
const WORDS: [(&str, &str); 6] = [
    (
        "Backup",
        "a server's disks at one moment; the service calls it a checkpoint item",
    ),
    ("Disk backup", "one disk within a backup"),
    (
        "Policy",
        "when servers are backed up and how long backups are kept; the service also says plan",
    ),
    ("Full backup", "all used blocks of the disks"),
    (
        "Incremental backup",
        "only what changed since the backup before; restores read the whole chain",
    ),
    ("Task", "a backup, restore or deletion that is under way"),
];

/// Makes the sheet available to [`open_help`]; called where the frame's owner is.
pub fn provide_help() {
    provide_context(HelpOpen(RwSignal::new(false)));
}

/// The keys, and the sheet that explains them; it is fetched when it is first opened.
#[component]
pub(super) fn HelpSheet() -> AnyView {
    let open = expect_context::<HelpOpen>().0;
    let toasts = use_toasts();
    follow_keys(open);
    when_wanted(open.into(), fetch, move || {
        open.try_set(false);
        toasts.failure(
            "The sheet of keys could not be fetched",
            "Check the connection and open it again.",
        );
    })
}

fn follow_keys(open: RwSignal<bool>) {
    let (paths, navigate, session) = (use_paths(), use_navigate(), use_session());
    let after_g = StoredValue::new(false);
    let keys = window_event_listener(ev::keydown, move |event| {
        if is_typing(&event)
            || event.ctrl_key()
            || event.meta_key()
            || event.alt_key()
            || event.default_prevented()
        {
            return;
        }
        let key = event.key();
        let was_g = after_g.get_value();
        after_g.set_value(key == "g");
        if key == "?" {
            open.update(|open| *open = !*open);
        } else if let (true, Some((_, area))) =
            (was_g, GO.iter().find(|(letter, _)| *letter == key))
            && session.shows(*area)
        {
            navigate(&paths.area(*area), NavigateOptions::default());
        }
    });
    on_cleanup(move || keys.remove());
}

fn fetch() -> Fetched {
    Box::pin(async { help_sheet().await.ok() })
}

#[wasm_split(dialogs, fallible, wasm_split_path = leptos::wasm_split)]
fn help_sheet() -> Result<Shown, SplitLoaderError> {
    Ok(sheet)
}

fn sheet() -> AnyView {
    let open = expect_context::<HelpOpen>().0;
    let session = use_session();
    view! {
        <Dialog open=open title="Keys and words" wide=true>
            <h3>"Everywhere"</h3>
            <dl class="facts">
                <div class="fact"><dt><kbd>"?"</kbd></dt><dd>"Opens and closes this sheet"</dd></div>
                <div class="fact"><dt><kbd>"Ctrl"</kbd>"+"<kbd>"K"</kbd></dt><dd>"Searches everything; a pasted id is recognised"</dd></div>
                {GO.iter().filter(|(_, area)| session.shows(*area)).map(|(letter, area)| view! {
                    <div class="fact"><dt><kbd>"g"</kbd>" then "<kbd>{*letter}</kbd></dt><dd>{format!("Go to {}", area.title())}</dd></div>
                }).collect_view()}
                <div class="fact"><dt><kbd>"Esc"</kbd></dt><dd>"Closes a dialog, menu or panel"</dd></div>
            </dl>
            {PLACES.iter().map(|(place, keys)| view! {
                <h3>{*place}</h3>
                <dl class="facts">
                    {keys.iter().map(|(key, meaning)| view! {
                        <div class="fact"><dt><kbd>{*key}</kbd></dt><dd>{*meaning}</dd></div>
                    }).collect_view()}
                </dl>
            }).collect_view()}
            <h3>"Words"</h3>
            <dl class="facts">
                {WORDS.iter().map(|(word, meaning)| view! {
                    <div class="fact"><dt>{*word}</dt><dd>{*meaning}</dd></div>
                }).collect_view()}
            </dl>
        </Dialog>
    }
    .into_any()
}

//! Search from anywhere: Ctrl-K opens it over the page. What it shows is fetched when it is first
//! opened; the frame only knows the key and the dialog.

use leptos::{ev, prelude::*};

use crate::router::PageView;
use crate::ui::{Button, ButtonKind, Dialog, ErrorState, Glyph, Shown, Skeleton};

/// The dialog, for whoever opens it and for what stands in it.
#[derive(Clone, Copy)]
pub struct Palette {
    open: RwSignal<bool>,
    panel: fn() -> PageView,
}

impl Palette {
    /// Makes the dialog available; `panel` is what it shows.
    pub fn provide(panel: fn() -> PageView) {
        provide_context(Self {
            open: RwSignal::new(false),
            panel,
        });
    }

    /// Whether it is open; tracked.
    pub fn is_open(self) -> bool {
        self.open.get()
    }

    /// Closes it: something was chosen.
    pub fn close(self) {
        self.open.set(false);
    }
}

/// The dialog what is shown stands in, if it stands in one.
pub fn use_palette() -> Option<Palette> {
    use_context()
}

/// The button in the top bar.
#[component]
pub(super) fn SearchButton() -> AnyView {
    let palette = use_palette();
    let open = move || {
        if let Some(palette) = palette {
            palette.open.set(true);
        }
    };
    view! { <Button kind=ButtonKind::Quiet icon=Glyph::Search name="Search (Ctrl K)" on_press=open/> }
        .into_any()
}

/// The dialog and its key.
#[component]
pub(super) fn SearchDialog() -> AnyView {
    let Some(palette) = use_palette() else {
        return ().into_any();
    };
    let keys = window_event_listener(ev::keydown, move |event| {
        let chord =
            (event.ctrl_key() || event.meta_key()) && !event.shift_key() && !event.alt_key();
        if chord && event.key().eq_ignore_ascii_case("k") {
            event.prevent_default();
            palette.open.update(|open| *open = !*open);
        }
    });
    on_cleanup(move || keys.remove());
    let shown = RwSignal::new(None::<Result<Shown, ()>>);
    let fetch = move || {
        shown.set(None);
        match (palette.panel)() {
            PageView::There(panel) => shown.set(Some(Ok(panel))),
            PageView::Fetched(panel) => leptos::task::spawn_local(async move {
                let panel = panel.await.ok_or(());
                shown.try_set(Some(panel));
            }),
        }
    };
    Effect::new(move |_| {
        if palette.open.get() && !matches!(shown.get_untracked(), Some(Ok(_))) {
            fetch();
        }
    });
    let content = move || {
        match shown.get() {
        Some(Ok(panel)) => panel(),
        Some(Err(())) => view! {
            <ErrorState title="The search could not be fetched" text="The connection failed, or Anchorage was updated meanwhile." on_retry=move || fetch()/>
        }
        .into_any(),
        None => view! { <Skeleton label="Loading the search"/> }.into_any(),
    }
    };
    view! { <Dialog open=palette.open title="Search" wide=true>{content}</Dialog> }.into_any()
}

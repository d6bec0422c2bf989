//! Messages after a deed: announced, kept in the list of notices, undoable for ten seconds.

use std::time::Duration;

use contract::time::Timestamp;
use leptos::prelude::*;

use super::badge::Tone;
use super::button::{Button, ButtonKind};
use super::icon::{Glyph, Icon};
use crate::clock::Clock;

/// How long something can be undone, and how long a success stays on screen.
pub const HOLD: Duration = Duration::from_secs(10);

/// Notices kept in the list.
const KEPT: usize = 50;

/// What happens with a held deed.
#[derive(Clone, Copy)]
enum Held {
    /// It is done; `undo` takes it back.
    Done { undo: Callback<()> },
    /// It waits; it is carried out when the time is over.
    Waiting { commit: Callback<()> },
}

/// One message.
#[derive(Clone)]
pub struct Toast {
    id: u32,
    /// What it means.
    pub tone: Tone,
    /// What happened.
    pub title: String,
    /// More, or what to do.
    pub text: Option<String>,
    /// When it came, on the service's clock.
    pub at: Timestamp,
    link: Option<(String, String)>,
    held: Option<Held>,
    on_screen: bool,
}

impl Toast {
    /// A link to where it can be followed: address and text.
    pub fn link(&self) -> Option<&(String, String)> {
        self.link.as_ref()
    }
}

/// The center every page reports to.
#[derive(Clone, Copy)]
pub struct Toasts {
    all: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
    clock: Clock,
    /// Notices nobody has looked at.
    pub unread: RwSignal<usize>,
}

/// The console's message center.
pub fn use_toasts() -> Toasts {
    expect_context()
}

impl Toasts {
    /// Makes the center available to [`use_toasts`].
    pub fn provide(clock: Clock) -> Self {
        let toasts = Self {
            all: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
            clock,
            unread: RwSignal::new(0),
        };
        provide_context(toasts);
        toasts
    }

    /// Something went well; goes away by itself.
    pub fn success(self, title: impl Into<String>) {
        self.push(Tone::Good, title.into(), None, None, None);
    }

    /// Something was started that goes on elsewhere: address and text of where to follow it.
    pub fn started(self, title: impl Into<String>, href: String, link: impl Into<String>) {
        self.push(
            Tone::Active,
            title.into(),
            None,
            Some((href, link.into())),
            None,
        );
    }

    /// Something failed; stays until dismissed.
    pub fn failure(self, title: impl Into<String>, text: impl Into<String>) {
        self.push(Tone::Bad, title.into(), Some(text.into()), None, None);
    }

    /// Something was done that can be taken back for ten seconds (level 0).
    pub fn undoable(self, title: impl Into<String>, undo: impl Into<Callback<()>>) {
        self.push(
            Tone::Good,
            title.into(),
            None,
            None,
            Some(Held::Done { undo: undo.into() }),
        );
    }

    /// Something will be done in ten seconds unless it is stopped (level 1). Dismissing the
    /// message does it at once; closing the tab never does it.
    pub fn held(self, title: impl Into<String>, commit: impl Into<Callback<()>>) {
        self.push(
            Tone::Active,
            title.into(),
            None,
            None,
            Some(Held::Waiting {
                commit: commit.into(),
            }),
        );
    }

    /// The notices, newest first; tracked.
    pub fn list(self) -> Vec<Toast> {
        self.all.with(|all| all.iter().rev().cloned().collect())
    }

    /// Forgets everything that is not still held.
    pub fn clear(self) {
        self.all
            .update(|all| all.retain(|toast| toast.held.is_some()));
    }

    fn push(
        self,
        tone: Tone,
        title: String,
        text: Option<String>,
        link: Option<(String, String)>,
        held: Option<Held>,
    ) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        let at = self.clock.now();
        self.all.update(|all| {
            all.push(Toast {
                id,
                tone,
                title,
                text,
                at,
                link,
                held,
                on_screen: true,
            });
            let extra = all.len().saturating_sub(KEPT);
            all.drain(..extra);
        });
        self.unread.update(|unread| *unread += 1);
        if tone != Tone::Bad {
            set_timeout(move || self.expire(id), HOLD);
        }
    }

    fn expire(self, id: u32) {
        if let Some(Held::Waiting { commit }) = self.release(id) {
            commit.run(());
        }
    }

    fn undo(self, id: u32) {
        if let Some(Held::Done { undo }) = self.release(id) {
            undo.run(());
        }
    }

    /// Takes a toast off the screen; what was held comes back exactly once.
    fn release(self, id: u32) -> Option<Held> {
        let mut held = None;
        self.all.try_update(|all| {
            if let Some(toast) = all.iter_mut().find(|toast| toast.id == id) {
                toast.on_screen = false;
                held = toast.held.take();
            }
        });
        held
    }
}

/// The messages on screen. Two live regions are always there, so that what enters them is read.
#[component]
pub fn ToastRegion() -> AnyView {
    let toasts = use_toasts();
    let shown = move |urgent: bool| {
        toasts.all.with(|all| {
            all.iter()
                .filter(|toast| toast.on_screen && (toast.tone == Tone::Bad) == urgent)
                .map(|toast| (toast.id, toast.clone()))
                .collect::<Vec<_>>()
        })
    };
    view! {
        <div class="toasts">
            <div role="status" aria-live="polite" class="toasts-region">
                <For each=move || shown(false) key=|(id, _)| *id children=move |(_, toast)| card(toasts, toast)/>
            </div>
            <div role="alert" aria-live="assertive" class="toasts-region">
                <For each=move || shown(true) key=|(id, _)| *id children=move |(_, toast)| card(toasts, toast)/>
            </div>
        </div>
    }
    .into_any()
}

fn card(toasts: Toasts, toast: Toast) -> AnyView {
    let Toast {
        id,
        tone,
        title,
        text,
        link,
        held,
        ..
    } = toast;
    let undo = held.map(|held| match held {
        Held::Done { .. } => "Undo",
        Held::Waiting { .. } => "Stop",
    });
    view! {
        <div class=format!("toast {}", tone.class())>
            <Icon of=tone.glyph()/>
            <div class="toast-body">
                <p><bdi>{title}</bdi></p>
                {text.map(|text| view! { <p class="toast-text"><bdi>{text}</bdi></p> })}
                {link.map(|(href, text)| view! { <super::TextLink href=href>{text}</super::TextLink> })}
            </div>
            {undo.map(|word| view! {
                <Button kind=ButtonKind::Normal on_press=move || toasts.undo(id)>{word}</Button>
            })}
            <Button kind=ButtonKind::Quiet icon=Glyph::Close name="Dismiss" on_press=move || toasts.expire(id)/>
        </div>
    }
    .into_any()
}

//! Menu button (WAI-ARIA APG): arrows, Home and End, first letter, Escape.

use leptos::{ev, html, prelude::*};

use super::button::ButtonKind;
use super::dom::{all, fresh_id, is_inside, lowercase, rove};
use super::icon::{Glyph, Icon};

/// One entry of a [`Menu`].
#[derive(Clone)]
pub struct MenuItem {
    label: String,
    icon: Option<Glyph>,
    action: Callback<()>,
    blocked: Option<String>,
    danger: bool,
    checked: Option<bool>,
}

impl MenuItem {
    /// An entry that does something.
    pub fn new(label: impl Into<String>, action: impl Into<Callback<()>>) -> Self {
        Self {
            label: label.into(),
            icon: None,
            action: action.into(),
            blocked: None,
            danger: false,
            checked: None,
        }
    }

    /// With an icon before the text.
    #[must_use]
    pub fn icon(mut self, icon: Glyph) -> Self {
        self.icon = Some(icon);
        self
    }

    /// With the reason it cannot be chosen now, if there is one.
    #[must_use]
    pub fn blocked(mut self, reason: Option<String>) -> Self {
        self.blocked = reason;
        self
    }

    /// Marked as destroying something.
    #[must_use]
    pub fn danger(mut self) -> Self {
        self.danger = true;
        self
    }

    /// One of several choices, chosen or not.
    #[must_use]
    pub fn checked(mut self, checked: bool) -> Self {
        self.checked = Some(checked);
        self
    }
}

/// A button that opens a list of deeds or choices.
#[component]
pub fn Menu(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] items: Signal<Vec<MenuItem>>,
    #[prop(optional, into)] icon: Option<Glyph>,
    /// Show the icon only; the label is its name.
    #[prop(optional)]
    icon_only: bool,
    #[prop(optional)] kind: ButtonKind,
    /// Opens towards the line's start.
    #[prop(optional)]
    at_end: bool,
    /// Stands open when it is made.
    #[prop(optional)]
    start_open: bool,
) -> AnyView {
    let open = RwSignal::new(start_open);
    let root: NodeRef<html::Div> = NodeRef::new();
    let button: NodeRef<html::Button> = NodeRef::new();
    let list: NodeRef<html::Div> = NodeRef::new();
    let menu_id = fresh_id("menu");
    let close = move || {
        open.set(false);
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    let entries = move || {
        list.get_untracked()
            .map(|list| all(&list, "[role^=menuitem]"))
            .unwrap_or_default()
    };
    // The first entry takes the focus as soon as the list is there.
    Effect::new(move |_| {
        if let (true, Some(_)) = (open.get(), list.get()) {
            queue_microtask(move || {
                rove("Home", &entries(), ("ArrowUp", "ArrowDown"));
            });
        }
    });
    let outside = window_event_listener(ev::pointerdown, move |event| {
        let inside = root
            .get_untracked()
            .is_some_and(|root| is_inside(event.target(), &root));
        if open.get_untracked() && !inside {
            open.set(false);
        }
    });
    on_cleanup(move || outside.remove());
    let on_key = move |event: ev::KeyboardEvent| {
        let key = event.key();
        match key.as_str() {
            "Escape" if open.get_untracked() => close(),
            "Tab" if open.get_untracked() => {
                open.set(false);
                return;
            }
            "ArrowDown" | "ArrowUp" if !open.get_untracked() => open.set(true),
            _ if !open.get_untracked() => return,
            _ => {
                let entries = entries();
                if !rove(&key, &entries, ("ArrowUp", "ArrowDown"))
                    && !jump_to_letter(&key, &entries)
                {
                    return;
                }
            }
        }
        event.prevent_default();
        event.stop_propagation();
    };
    view! {
        <div class="menu" class:menu-at-end=at_end node_ref=root on:keydown=on_key>
            <button
                node_ref=button
                type="button"
                class=kind.class()
                class:button-icon=icon_only
                aria-haspopup="menu"
                aria-expanded=move || open.get().to_string()
                aria-controls=menu_id.clone()
                aria-label=move || icon_only.then(|| label.get())
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {icon.map(|icon| view! { <Icon of=icon/> })}
                {(!icon_only).then(|| view! { <span>{move || label.get()}</span> <Icon of=Glyph::Chevron/> })}
            </button>
            {move || open.get().then(|| view! {
                <div class="menu-list" role="menu" id=menu_id.clone() node_ref=list aria-label=move || label.get()>
                    {items.get().into_iter().map(|item| entry(item, Callback::new(move |()| close()))).collect_view()}
                </div>
            })}
        </div>
    }
    .into_any()
}

fn entry(item: MenuItem, close: Callback<()>) -> AnyView {
    let MenuItem {
        label,
        icon,
        action,
        blocked,
        danger,
        checked,
    } = item;
    let is_blocked = blocked.is_some();
    let role = if checked.is_some() {
        "menuitemradio"
    } else {
        "menuitem"
    };
    let icon = if checked == Some(true) {
        Some(Glyph::Check)
    } else {
        icon
    };
    let choose = move |_| {
        if !is_blocked {
            close.run(());
            action.run(());
        }
    };
    view! {
        <button
            type="button"
            class="menu-item"
            class:menu-item-danger=danger
            class:menu-item-choice=checked.is_some()
            role=role
            tabindex="-1"
            aria-checked=checked.map(|checked| checked.to_string())
            aria-disabled=is_blocked.then_some("true")
            on:click=choose
        >
            {icon.map(|icon| view! { <Icon of=icon/> })}
            <span class="menu-item-text">
                <bdi>{label}</bdi>
                {blocked.map(|reason| view! { <small>{reason}</small> })}
            </span>
        </button>
    }
    .into_any()
}

/// Moves to the next entry that begins with a typed letter.
fn jump_to_letter(key: &str, entries: &[web_sys::HtmlElement]) -> bool {
    if key.chars().count() != 1 {
        return false;
    }
    let letter = lowercase(key);
    let active = document().active_element();
    let here = entries
        .iter()
        .position(|item| active.as_ref() == Some(item.as_ref()))
        .unwrap_or(0);
    let found = (1..=entries.len())
        .map(|step| &entries[(here + step) % entries.len()])
        .find(|item| {
            item.text_content()
                .is_some_and(|text| lowercase(&text).starts_with(&letter))
        });
    found.is_some_and(|item| item.focus().is_ok())
}

//! The messages of this visit, for those that went away too soon.

use leptos::prelude::*;

use crate::ui::{
    Button, ButtonKind, Glyph, Icon, Popover, TextLink, Time, TimeShape, toast::Toast, use_toasts,
};

/// The list of notices; opening it marks them as seen.
#[component]
pub(super) fn NoticesTray() -> AnyView {
    let toasts = use_toasts();
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if open.get() {
            toasts.unread.set(0);
        }
    });
    let label = Signal::derive(move || match toasts.unread.get() {
        0 => "Notices".to_owned(),
        count => format!("Notices: {count} new"),
    });
    let entries = move || toasts.list().into_iter().map(entry).collect_view();
    let empty = move || toasts.list().is_empty();
    view! {
        <Popover label=label icon=Glyph::Bell count=toasts.unread open=open at_end=true>
            <p class="panel-head">"Notices"</p>
            {move || empty().then(|| view! { <p class="panel-empty">"Nothing has happened yet in this tab."</p> })}
            <ul class="panel-list">{entries}</ul>
            {move || (!empty()).then(|| view! {
                <p class="panel-foot">
                    <Button kind=ButtonKind::Quiet on_press=move || toasts.clear()>"Clear notices"</Button>
                </p>
            })}
        </Popover>
    }
    .into_any()
}

fn entry(toast: Toast) -> AnyView {
    let link = toast.link().cloned();
    view! {
        <li class=format!("panel-item panel-notice {}", toast.tone.class())>
            <Icon of=toast.tone.glyph()/>
            <div>
                <p><bdi>{toast.title}</bdi></p>
                {toast.text.map(|text| view! { <p class="field-hint"><bdi>{text}</bdi></p> })}
                {link.map(|(href, text)| view! { <TextLink href=href>{text}</TextLink> })}
                <p class="field-hint"><Time at=Some(toast.at) shape=TimeShape::Relative/></p>
            </div>
        </li>
    }
    .into_any()
}

//! The question before something is lost: names the deed, its consequences, and asks to type a
//! name when the loss is large.

use leptos::prelude::*;

use super::badge::Tone;
use super::button::{Button, ButtonKind};
use super::dialog::{Dialog, DialogActions};
use super::dom::fresh_id;
use super::notice::Notice;

/// Whether what was typed is the name asked for; surrounding blanks do not count.
pub fn is_typed(expected: &str, typed: &str) -> bool {
    expected.trim() == typed.trim()
}

/// A confirmation. The safe button has the focus first.
///
/// `title` is a question that names the object, `verb` the deed with its object. The dialog stays
/// open while `busy` and shows `failure` in place; the caller closes it when the deed is done.
#[component]
pub fn Confirm(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] verb: Signal<String>,
    #[prop(into)] on_confirm: Callback<()>,
    /// The name to type (levels 2 and 3); `None` for a plain question.
    #[prop(optional, into)]
    typed_name: Signal<Option<String>>,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(optional, into)] failure: Signal<Option<String>>,
    /// What stays as it is; the default keeps everything.
    #[prop(default = "Keep everything".into(), into)]
    safe_verb: Signal<String>,
    /// The consequences.
    children: ChildrenFn,
) -> AnyView {
    let typed = RwSignal::new(String::new());
    Effect::new(move |_| {
        if !open.get() {
            typed.set(String::new());
        }
    });
    let blocked = Signal::derive(move || {
        typed_name.with(|name| match name {
            Some(name) if !is_typed(name, &typed.read()) => Some(format!("Type “{name}” first.")),
            _ => None,
        })
    });
    let children = StoredValue::new(children);
    view! {
        <Dialog open=open title=title alert=true>
            <div class="confirm-consequences">{move || children.with_value(|children| children())}</div>
            {move || typed_name.get().map(|name| view! { <TypedName name=name typed=typed/> })}
            {move || failure.get().map(|text| view! { <Notice tone=Tone::Bad title=text announce=true/> })}
            <DialogActions>
                <Button first_focus=true on_press=move || open.set(false)>{move || safe_verb.get()}</Button>
                <Button kind=ButtonKind::Danger blocked=blocked busy=busy on_press=on_confirm>{move || verb.get()}</Button>
            </DialogActions>
        </Dialog>
    }
    .into_any()
}

/// The field for the typed name; says when what is there is something else.
#[component]
fn TypedName(name: String, typed: RwSignal<String>) -> AnyView {
    let (id, hint_id) = (fresh_id("typed-name"), fresh_id("typed-hint"));
    let expected = name.clone();
    let differs =
        move || typed.with(|typed| !typed.trim().is_empty() && !is_typed(&expected, typed));
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>"Type "<strong><bdi>{name}</bdi></strong>" to go on"</label>
            <input
                class="input"
                id=id
                type="text"
                autocomplete="off"
                spellcheck="false"
                aria-describedby=hint_id.clone()
                prop:value=move || typed.get()
                on:input:target=move |event| typed.set(event.target().value())
            />
            <p class="field-hint" id=hint_id role="status">
                {move || differs().then_some("This is not the name yet.")}
            </p>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surrounding_blanks_do_not_count_but_case_does() {
        assert!(is_typed("web-01", " web-01\n"));
        assert!(!is_typed("web-01", "Web-01"));
        assert!(!is_typed("web-01", "web-0"));
    }
}

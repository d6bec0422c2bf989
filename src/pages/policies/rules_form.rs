//! The rules of a policy: one builder, or a list of which one is open at a time.

use contract::cbr::rules::MAX_RULES;
use contract::schedule::Clock;
use leptos::prelude::*;

use super::draft::id;
use super::form::{Editing, RuleForm};
use crate::form::{Field, NumberInput};
use crate::schedule::ScheduleBuilder;
use crate::ui::{Button, ButtonKind, Glyph, Notice};

/// The schedule's part of the form.
pub fn rules_fields(editing: Editing) -> AnyView {
    let service = editing.form.generation.capabilities();
    let message = Signal::derive(move || editing.problems.message(id::SCHEDULE));
    let open = Memo::new(move |_| editing.form.rules.current().map(|rule| rule.key));
    let builder = move || {
        open.get();
        let rule = untrack(|| editing.form.rules.current())?;
        Some(rule_fields(rule, message))
    };
    let list = service.several_rules.then(|| rule_list(editing));
    let window = service.vaults.then(|| window_field(editing));
    view! { {list} {builder} {window} }.into_any()
}

/// A rule in words, as it is stored.
fn said(rule: RuleForm) -> String {
    if let Some(pattern) = rule.untouched.get() {
        return format!("Not readable here: {}", pattern.trim());
    }
    match rule.builder.rule() {
        Some(rule) => rule.describe(Clock::Utc).to_string(),
        None => "Not a schedule yet".to_owned(),
    }
}

/// All rules, and which of them is open below.
fn rule_list(editing: Editing) -> AnyView {
    let rules = editing.form.rules;
    let number = Memo::new(move |_| rules.all.with(Vec::len));
    let blocked = Signal::derive(move || {
        (number.get() >= MAX_RULES).then(|| format!("A policy has at most {MAX_RULES} rules."))
    });
    let place = move |key: usize| {
        rules
            .all
            .with(|all| all.iter().position(|rule| rule.key == key))
            .map_or(1, |at| at + 1)
    };
    let row = move |rule: RuleForm| {
        let key = rule.key;
        let is_open = Memo::new(move |_| rules.current().is_some_and(|open| open.key == key));
        let name = move || format!("Rule {}", place(key));
        let edit_name = Signal::derive(move || format!("Edit rule {}", place(key)));
        let remove_name = Signal::derive(move || format!("Remove rule {}", place(key)));
        let only = Signal::derive(move || {
            (number.get() < 2).then(|| "A policy has at least one rule.".to_owned())
        });
        view! {
            <li class="policy-rule" class:policy-rule-open=move || is_open.get() aria-current=move || is_open.get().then_some("true")>
                <span class="policy-rule-said"><strong>{name}</strong> " " {move || said(rule)}</span>
                <span class="policy-rule-deeds">
                    {move || (!is_open.get()).then(|| view! {
                        <Button kind=ButtonKind::Quiet icon=Glyph::Edit name=edit_name on_press=move |()| rules.open.set(key)/>
                    })}
                    <Button kind=ButtonKind::Quiet icon=Glyph::Close name=remove_name blocked=only on_press=move |()| rules.remove(key)/>
                </span>
            </li>
        }
    };
    view! {
        <div class="policy-rules">
            <ul aria-label="Rules of the schedule">
                <For each=move || rules.all.get() key=|rule| rule.key children=row/>
            </ul>
            <p class="field-hint">
                {move || format!("{} of {MAX_RULES} rules. The policy runs whenever one of them says so; an hour lies between any two runs. The open rule is below.", number.get())}
            </p>
            <Button icon=Glyph::Plus blocked=blocked on_press=move |()| rules.add()>"Add rule"</Button>
        </div>
    }
    .into_any()
}

/// The builder, or the text of a pattern that cannot be read.
fn rule_fields(rule: RuleForm, message: Signal<Option<String>>) -> AnyView {
    let replace = move |()| rule.untouched.set(None);
    view! {
        {move || match rule.untouched.get() {
            Some(pattern) => {
                let problems = contract::schedule::Schedule::parse(&pattern).err().unwrap_or_default();
                let list = problems.iter().take(6).map(|problem| view! { <li>{problem.to_string()}</li> }).collect_view();
                view! {
                    <div id=id::SCHEDULE tabindex="-1">
                        <Notice title="This schedule holds something the builder does not know">
                            <p>"It is shown as it is stored, and stays as it is when you save other fields."</p>
                            <pre class="policy-pattern" tabindex="0">{pattern}</pre>
                            <ul>{list}</ul>
                            <Button on_press=replace>"Replace the schedule"</Button>
                        </Notice>
                    </div>
                }
                .into_any()
            }
            None => view! { <ScheduleBuilder builder=rule.builder message=message/> }.into_any(),
        }}
    }
    .into_any()
}

fn window_field(editing: Editing) -> AnyView {
    let typed = editing.form.start_window;
    let message = Signal::derive(move || editing.problems.message(id::WINDOW));
    view! {
        <Field id=id::WINDOW label="Start window" message=message
            hint="60 to 480 minutes: the service may begin a run any time within it, to spread the load. Empty: at the minute.">
            <NumberInput value=typed unit="minutes" on_input=move |text| typed.set(text)/>
        </Field>
    }
    .into_any()
}

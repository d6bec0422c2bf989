//! The last look before a policy is saved: fields, sentence, next runs, what retention deletes,
//! which servers move, and the request itself.

use crate::router::use_navigate;
use contract::schedule::{Schedule, together};
use contract::terraform;
use contract::time::Timestamp;
use leptos::prelude::*;

use super::fields::{Field, PolicyFields};
use super::form::Editing;
use super::keep::DraftPlace;
use super::save::Saved;
use super::timeline::{losses_notice, saving_loses};
use super::vaults_form::other_policy;
use crate::api::{operation_id, use_api};
use crate::clock::use_clock;
use crate::form::{ShowRequest, Submission};
use crate::format::zone::Zone;
use crate::layout::use_paths;
use crate::schedule::zone_of;
use crate::session::remember;
use crate::ui::{
    Button, ButtonKind, Cell, Column, Dialog, DialogActions, Notice, Table, Tone, use_toasts,
};

/// Next runs shown on each side.
const RUNS: usize = 4;

/// Under which key the zone a policy is meant in is remembered in this browser.
pub fn zone_key(policy: &str) -> String {
    format!("zone.policy.{policy}")
}

/// The dialog; `changed` gets the policy when somebody else changed it meanwhile.
pub fn review(
    editing: Editing,
    open: RwSignal<bool>,
    place: StoredValue<DraftPlace>,
    changed: RwSignal<Option<contract::model::Policy>>,
) -> AnyView {
    let (api, toasts, paths, navigate) = (use_api(), use_toasts(), use_paths(), use_navigate());
    let submission = Submission::new();
    // One id for one review: whatever is clicked, the policy is made once.
    let once = StoredValue::new(String::new());
    Effect::new(move |_| {
        if open.get() {
            once.set_value(operation_id());
            submission.reset();
        }
    });
    let is_new = move || editing.base.with(Option::is_none);
    let title = Signal::derive(move || {
        let name = editing.form.name.get();
        if is_new() {
            format!("Create policy {name}?")
        } else {
            format!("Save these changes to {name}?")
        }
    });
    let verb = move || {
        if is_new() {
            "Create policy"
        } else {
            "Save policy"
        }
    };
    let navigate = StoredValue::new_local(navigate);
    let save = move |()| {
        let Some(plan) = editing.plan() else { return };
        let (once, paths) = (once.get_value(), paths.clone());
        let zone = editing.form.rules.zone_untracked();
        submission.send(
            async move { plan.carry_out(api, toasts, &once).await },
            move |saved| match saved {
                Saved::Done(policy) => {
                    remember(&zone_key(&policy.id), Some(&zone));
                    place.with_value(DraftPlace::forget);
                    toasts.success(format!("Policy {} saved", policy.name));
                    open.try_set(false);
                    navigate.with_value(|navigate| {
                        navigate(&paths.policy(&policy.id), Default::default())
                    });
                }
                Saved::Changed(now) => {
                    open.set(false);
                    changed.set(Some(*now));
                }
            },
        );
    };
    let save = StoredValue::new(Callback::new(save));
    view! {
        <Dialog open=open title=title wide=true>
            {move || differences(editing)}
            {move || submission.failure().get().map(|text| view! {
                <Notice tone=Tone::Bad title="The policy was not saved" announce=true>
                    <p>{text}</p>
                    <p>"Everything you entered is still here."</p>
                </Notice>
            })}
            <DialogActions>
                <Button on_press=move |()| open.set(false)>"Go on editing"</Button>
                <Button kind=ButtonKind::Primary busy=submission.busy() on_press=save.get_value()>{verb}</Button>
            </DialogActions>
        </Dialog>
    }
    .into_any()
}

fn differences(editing: Editing) -> AnyView {
    let (Some(wanted), Some(plan)) = (editing.wanted(), editing.plan()) else {
        return view! { <p>"The form has problems again; go on editing."</p> }.into_any();
    };
    let base = editing.base.get();
    let zone = zone_of(&editing.form.rules.zone().get());
    let moves = plan
        .leaves
        .iter()
        .map(|leave| {
            let names: Vec<&str> = leave.servers.iter().map(|server| server.name.as_str()).collect();
            view! { <li><bdi>{names.join(", ")}</bdi> " is taken out of " <bdi>{leave.policy.name.clone()}</bdi> " first."</li> }
        })
        .collect_view();
    let requests = plan.requests();
    let several = requests.len() > 1;
    let terraform = editing
        .policy
        .with(|policy| terraform::policy(&wanted.to_policy(policy.as_ref())));
    let terraform = Some(terraform);
    view! {
        <div class="policy-review">
            {field_table(base.as_ref(), &wanted)}
            {(!plan.leaves.is_empty()).then(|| view! {
                <Notice tone=Tone::Warning title="Servers leave other policies"><ul>{moves}</ul></Notice>
            })}
            {runs_table(editing, base.as_ref(), &wanted, &zone)}
            {losses(editing, base.as_ref(), &wanted)}
            {replaced(editing, &wanted)}
            {several.then(|| view! { <p>{format!("Saving sends {} requests, in this order:", requests.len())}</p> })}
            {requests.into_iter().enumerate().map(|(n, request)| {
                // The configuration says it all at once.
                let terraform = terraform.clone().filter(|_| n == 0);
                view! { <ShowRequest request=Signal::stored(request) terraform=terraform/> }
            }).collect_view()}
        </div>
    }
    .into_any()
}

/// A field's words; nothing is a dash.
fn said(fields: &PolicyFields, field: Field) -> String {
    let said = fields.say(field);
    if said.is_empty() {
        "—".to_owned()
    } else {
        said
    }
}

fn field_table(base: Option<&PolicyFields>, wanted: &PolicyFields) -> AnyView {
    let all = || Field::of(wanted.generation.capabilities());
    let fields = base.map_or_else(all, |base| wanted.changed(base));
    let rows = fields
        .into_iter()
        .map(|field| {
            let before = base.map(|base| {
                let text = said(base, field);
                view! { <Cell label="Now"><bdi>{text}</bdi></Cell> }
            });
            let after = said(wanted, field);
            view! {
                <tr role="row">
                    <Cell heading=true label="Field">{field.title()}</Cell>
                    {before}
                    <Cell label="After saving"><bdi>{after}</bdi></Cell>
                </tr>
            }
        })
        .collect_view();
    let mut columns = vec![Column::text("Field")];
    if base.is_some() {
        columns.push(Column::text("Now"));
    }
    columns.push(Column::text("After saving"));
    view! { <Table caption="Fields" columns=columns>{rows}</Table> }.into_any()
}

/// The policies that vaults lose by this.
fn replaced(editing: Editing, wanted: &PolicyFields) -> Option<AnyView> {
    let others = editing.others();
    let base = editing.base.get();
    let is_new = |id: &str| {
        base.as_ref()
            .is_none_or(|base| base.vaults.iter().all(|vault| vault.id != id))
    };
    let lines: Vec<String> = wanted
        .vaults
        .iter()
        .filter(|vault| is_new(&vault.id))
        .filter_map(|vault| {
            let other = other_policy(&vault.id, &wanted.kind, &others)?;
            Some(format!("{} is taken off {}.", other, vault.shown()))
        })
        .collect();
    (!lines.is_empty()).then(|| {
        let lines = lines.into_iter().map(|line| view! { <li><bdi>{line}</bdi></li> }).collect_view();
        view! { <Notice tone=Tone::Warning title="Vaults lose their present policy"><ul>{lines}</ul></Notice> }.into_any()
    })
}

/// The next runs of some rules on a clock, one line each.
fn next(
    rules: Option<Vec<Schedule>>,
    start: Timestamp,
    now: Timestamp,
    zone: &Zone,
) -> Vec<String> {
    let Some(rules) = rules else {
        return vec!["the schedule cannot be read".to_owned()];
    };
    together(&rules, start, now)
        .take(RUNS)
        .map(|run| zone.exact(run))
        .collect()
}

fn runs_table(
    editing: Editing,
    base: Option<&PolicyFields>,
    wanted: &PolicyFields,
    zone: &Zone,
) -> Option<AnyView> {
    if base.is_some_and(|base| !wanted.differs(base, Field::Schedule)) {
        return None;
    }
    let now = use_clock().now();
    let start = editing
        .policy
        .with(|policy| policy.as_ref().and_then(|policy| policy.start_time))
        .unwrap_or(now);
    let list = |runs: Vec<String>| {
        let items = runs
            .into_iter()
            .map(|run| view! { <li>{run}</li> })
            .collect_view();
        view! { <ul class="run-list">{items}</ul> }
    };
    let before = base.map(|base| {
        view! { <div><h3>"Next runs now"</h3>{list(next(base.rules(), start, now, zone))}</div> }
    });
    let after = list(next(wanted.rules(), start, now, zone));
    Some(view! { <div class="review-runs">{before}<div><h3>"Next runs after saving"</h3>{after}</div></div> }.into_any())
}

fn losses(editing: Editing, base: Option<&PolicyFields>, wanted: &PolicyFields) -> Option<AnyView> {
    let touched = [Field::Retention, Field::Schedule, Field::Enabled];
    base.filter(|base| touched.iter().any(|field| wanted.differs(base, *field)))?;
    if editing.backups().is_none() {
        return Some(
            view! { <p class="field-hint">"What the new retention deletes is not known: the backups could not be loaded."</p> }
                .into_any(),
        );
    }
    Some(losses_notice(saving_loses(editing, use_clock())))
}

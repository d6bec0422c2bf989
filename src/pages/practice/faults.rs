//! Breaking things on purpose: what is armed, and arming more.

use std::sync::Arc;

use contract::operations::{self, Service};
use leptos::prelude::*;

use crate::api::{ArmedFault, Fault, FaultEffect, arm_fault, clear_faults, faults, use_api};
use crate::form::{Field, Select, SelectOption, Submission};
use crate::format::count;
use crate::query::{Query, query_view};
use crate::ui::{Button, Card, EmptyState, Glyph, Notice, Tone, use_toasts};

/// Faults that can be armed here: key, name, effect.
fn effect(key: &str) -> FaultEffect {
    let status = |status, code: &str, text: &str| FaultEffect::Status {
        status,
        error_code: code.to_owned(),
        error_msg: text.to_owned(),
    };
    match key {
        "quota" => status(400, "CSBS.9006", "The backup quota is used up."),
        "denied" => status(403, "CSBS.9009", "You are not allowed to do this."),
        "slow" => FaultEffect::Delay { delay_ms: 10_000 },
        "cut" => FaultEffect::Cut {
            cut_after_bytes: 100,
        },
        "reset" => FaultEffect::Reset { reset: true },
        "html" => FaultEffect::Body {
            body: "<html><body>Maintenance</body></html>".to_owned(),
            content_type: "text/html".to_owned(),
        },
        "job" => FaultEffect::Job {
            job: "fail".to_owned(),
            code: "CSBS.9999".to_owned(),
        },
        _ => status(503, "CSBS.9998", "The service is not available."),
    }
}

const EFFECTS: [(&str, &str); 8] = [
    ("unavailable", "Service not available (503)"),
    ("quota", "Quota used up (CSBS.9006)"),
    ("denied", "Not allowed (403)"),
    ("slow", "Answer 10 seconds late"),
    ("cut", "Answer breaks off"),
    ("reset", "Connection breaks"),
    ("html", "A page of HTML instead of an answer"),
    (
        "job",
        "The next backup, restore or deletion fails while it runs",
    ),
];

fn operation_options() -> Vec<SelectOption> {
    let all = [
        SelectOption::new("csbs.*", "Every call of the backup service"),
        SelectOption::new("*", "Every call"),
    ];
    let each = operations::ALL
        .iter()
        .filter(|operation| !matches!(operation.service, Service::Sandbox | Service::Identity))
        .map(|operation| SelectOption::new(operation.id, operation.id));
    all.into_iter().chain(each).collect()
}

/// The faults.
#[component]
pub(super) fn FaultsCard() -> AnyView {
    let armed = Query::new(faults);
    let list = move |armed_now: Signal<Arc<Vec<ArmedFault>>>| {
        view! { <Armed armed=armed_now query=armed/> }.into_any()
    };
    view! {
        <Card title="Faults">
            {query_view(armed, "armed faults", list)}
            <Arm armed=armed/>
        </Card>
    }
    .into_any()
}

#[component]
fn Armed(armed: Signal<Arc<Vec<ArmedFault>>>, query: Query<Vec<ArmedFault>>) -> AnyView {
    let (api, toasts, busy) = (use_api(), use_toasts(), RwSignal::new(false));
    let disarm = move || {
        busy.set(true);
        leptos::task::spawn_local(async move {
            match clear_faults(api).await {
                Ok(()) => toasts.success("All faults are disarmed"),
                Err(error) => toasts.failure("The faults could not be disarmed", error.to_string()),
            }
            busy.try_set(false);
            query.refresh();
        });
    };
    let entries = move || {
        armed.with(|armed| {
            armed
                .iter()
                .map(|fault| {
                    let (operation, times, rule) = (fault.operation.clone(), fault.times, fault.rule.clone());
                    let times = times.and_then(|times| usize::try_from(times).ok()).map(|times| count(times, "time", "times"));
                    view! { <li><strong><bdi>{operation}</bdi></strong>" "{times}<code class="fault-rule">{rule}</code></li> }
                })
                .collect_view()
        })
    };
    let none = Memo::new(move |_| armed.with(|armed| armed.is_empty()));
    view! {
        {move || if none.get() {
            view! { <EmptyState title="Nothing is broken"><p>"Arm a fault below and see what the console makes of it."</p></EmptyState> }.into_any()
        } else {
            view! {
                <ul class="fault-list">{entries}</ul>
                <div class="form-actions"><Button icon=Glyph::Close busy=busy on_press=disarm>"Disarm all faults"</Button></div>
            }.into_any()
        }}
    }
    .into_any()
}

#[component]
fn Arm(armed: Query<Vec<ArmedFault>>) -> AnyView {
    let api = use_api();
    let operation = RwSignal::new("csbs.*".to_owned());
    let (kind, times) = (
        RwSignal::new("unavailable".to_owned()),
        RwSignal::new("1".to_owned()),
    );
    let submission = Submission::new();
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let fault = Fault {
            operation: operation.get_untracked(),
            times: times.read_untracked().parse().unwrap_or(1),
            after: 0,
            effect: effect(&kind.read_untracked()),
        };
        submission.send(async move { arm_fault(api, &fault).await }, move |()| {
            submission.reset();
            armed.refresh();
        });
    };
    let kinds: Vec<SelectOption> = EFFECTS
        .map(|(key, name)| SelectOption::new(key, name))
        .into();
    let often: Vec<SelectOption> = ["1", "3", "10", "100"]
        .map(|times| SelectOption::new(times, times))
        .into();
    view! {
        <form class="inline-form" on:submit=send>
            <Field id="fault-operation" label="Calls to break" required=true>
                <Select options=operation_options() value=operation on_change=move |id| operation.set(id)/>
            </Field>
            <Field id="fault-effect" label="What happens" required=true>
                <Select options=kinds value=kind on_change=move |key| kind.set(key)/>
            </Field>
            <Field id="fault-times" label="How often" required=true>
                <Select options=often value=times on_change=move |number| times.set(number)/>
            </Field>
            <Button submit=true icon=Glyph::Warning busy=submission.busy() on_press=|| ()>"Arm the fault"</Button>
        </form>
        {move || submission.failure().get().map(|text| view! {
            <Notice tone=Tone::Bad title="The fault was not armed" announce=true><p>{text}</p></Notice>
        })}
    }
    .into_any()
}

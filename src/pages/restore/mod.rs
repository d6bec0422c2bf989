//! The restore wizard: four steps with an address each, then the progress of what was started.

mod check;
mod draft;
mod known;
mod point;
mod progress;
mod review;
mod run;
mod runner;
mod store;
mod target;
mod wizard;

pub(super) use run::Stage;
pub(super) use store::Runs;

use crate::router::use_params_map;
use leptos::{html, prelude::*};

use crate::form::ErrorSummary;
use crate::layout::{Page, use_paths};
use crate::query::query_view;
use crate::ui::{Button, ButtonKind, ButtonLink, Glyph, Icon, Notice, Tone};

use draft::Step;
use wizard::{Wizard, use_go};

/// The word in the address of the page that follows a run.
pub const PROGRESS: &str = "progress";

/// The wizard; its step stands in the address.
pub fn restore_page() -> AnyView {
    let params = use_params_map();
    let word = Memo::new(move |_| params.read().get("step").unwrap_or_default());
    let following = Memo::new(move |_| word.with(|word| word == PROGRESS));
    let content = move || {
        if following.get() {
            progress::follow()
        } else {
            wizard_page(word)
        }
    };
    view! { {content} }.into_any()
}

fn wizard_page(word: Memo<String>) -> AnyView {
    let wizard = Wizard::open();
    let title = Signal::derive(move || {
        wizard
            .backup()
            .map_or("Restore a backup".to_owned(), |backup| {
                format!("Restore {}", backup.server_name)
            })
    });
    let steps = move |_| frame(wizard, word);
    view! { <Page title=title>{query_view(wizard.known, "backup and its server", steps)}</Page> }
        .into_any()
}

/// The steps, or the notice that the draft was sent already.
fn frame(wizard: Wizard, word: Memo<String>) -> AnyView {
    let go = use_go();
    let step = Memo::new(move |_| {
        wizard
            .draft
            .with(|draft| draft.admit(Step::from_word(&word.read()).unwrap_or(Step::Point)))
    });
    let sent = Memo::new(move |_| wizard.draft.with(|draft| draft.submitted.clone()));
    let ready = Memo::new(move |_| wizard.backup().is_some());
    // Whoever skips ahead lands on the first step that is not done.
    Effect::new(move |_| {
        let wanted = word.get();
        if ready.get() && sent.with(Option::is_none) && step.get().word() != wanted {
            let backup = wizard
                .draft
                .with_untracked(|draft| draft.plan.backup.clone());
            go(&backup, step.get_untracked().word(), true);
        }
    });
    let content = move || match (ready.get(), sent.get()) {
        (false, _) => ().into_any(),
        (true, Some(_)) => already_sent(wizard),
        (true, None) => steps(wizard, step),
    };
    view! { {content} }.into_any()
}

fn already_sent(wizard: Wizard) -> AnyView {
    let paths = use_paths();
    let progress = Signal::derive(move || {
        wizard
            .draft
            .with(|draft| paths.restore(&draft.plan.backup, PROGRESS))
    });
    view! {
        <Notice tone=Tone::Active title="This restore was already asked for">
            <p>"It is not sent a second time. Follow it, or begin another one."</p>
            <div class="form-actions">
                <ButtonLink kind=ButtonKind::Primary href=progress>"Follow the restore"</ButtonLink>
                <Button on_press=move || wizard.start_over()>"Begin another restore"</Button>
            </div>
        </Notice>
    }
    .into_any()
}

fn steps(wizard: Wizard, step: Memo<Step>) -> AnyView {
    let heading: NodeRef<html::H2> = NodeRef::new();
    let shown = StoredValue::new(None::<Step>);
    Effect::new(move |_| {
        let now = step.get();
        let Some(heading) = heading.get() else { return };
        // The page's own heading has the focus first; each further step takes it to its heading.
        let before = shown.try_update_value(|shown| shown.replace(now)).flatten();
        if before.is_some_and(|before| before != now) {
            let problems = wizard
                .arriving
                .try_update_value(std::mem::take)
                .unwrap_or_default();
            if problems.is_empty() {
                let _ = heading.focus();
            } else {
                wizard.problems.show(problems);
            }
        }
    });
    let title = move || {
        let step = step.get();
        format!(
            "Step {} of {}: {}",
            step as usize + 1,
            Step::ALL.len(),
            step.title()
        )
    };
    let content = move || match step.get() {
        Step::Point => point::view(wizard),
        Step::Target => target::view(wizard),
        Step::Check => check::view(wizard),
        Step::Review => review::view(wizard),
    };
    view! {
        <div class="wizard">
            {navigation(wizard, step)}
            <h2 class="wizard-heading" tabindex="-1" node_ref=heading>{title}</h2>
            <ErrorSummary problems=wizard.problems/>
            <div class="wizard-content">{content}</div>
            {moves(wizard, step)}
        </div>
    }
    .into_any()
}

/// The ordered list of steps; those that were passed are links.
fn navigation(wizard: Wizard, step: Memo<Step>) -> AnyView {
    let paths = StoredValue::new(use_paths());
    let entry = move |of: Step| {
        let href = move || {
            let backup = wizard.draft.with(|draft| draft.plan.backup.clone());
            paths.with_value(|paths| paths.restore(&backup, of.word()))
        };
        let open = Memo::new(move |_| wizard.draft.with(|draft| draft.admit(of) == of));
        let done = Memo::new(move |_| wizard.draft.with(|draft| draft.confirmed > of as usize));
        let here = Memo::new(move |_| step.get() == of);
        let mark = move || {
            if done.get() {
                view! { <Icon of=Glyph::Check/> }.into_any()
            } else {
                (of as usize + 1).to_string().into_any()
            }
        };
        let label = move || view! { <span class="wizard-mark" aria-hidden="true">{mark}</span><span>{of.title()}</span> };
        view! {
            <li class="wizard-step">
                {move || match (here.get(), open.get()) {
                    (true, _) => view! { <span class="wizard-link" aria-current="step">{label()}</span> }.into_any(),
                    (false, true) => view! {
                        <a href=href class="wizard-link">
                            {label()}
                            {move || done.get().then(|| view! { <span class="visually-hidden">" (done)"</span> })}
                        </a>
                    }.into_any(),
                    (false, false) => view! {
                        <span class="wizard-link wizard-ahead">{label()}<span class="visually-hidden">" (not reached yet)"</span></span>
                    }.into_any(),
                }}
            </li>
        }
    };
    view! {
        <nav aria-label="Steps of the restore"><ol class="wizard-steps">{Step::ALL.map(entry).collect_view()}</ol></nav>
    }
    .into_any()
}

/// Back and Next. Next is always there: it says what is missing. The last step has its own button.
fn moves(wizard: Wizard, step: Memo<Step>) -> AnyView {
    let go = StoredValue::new(use_go());
    let backup = move || {
        wizard
            .draft
            .with_untracked(|draft| draft.plan.backup.clone())
    };
    let forward = move || {
        let now = step.get_untracked();
        let problems = wizard.problems_at(now);
        let earlier = untrack(|| wizard.refusals.with(|all| all.iter().map(Step::of).min()))
            .filter(|first| *first < now);
        let go_to =
            |backup: &str, step: &str, replace: bool| go.with_value(|go| go(backup, step, replace));
        if let Some(first) = earlier {
            // What stands against it can only be changed on an earlier step.
            wizard.resolve_at(first, now, problems, &go_to);
            return;
        }
        let stuck = !problems.is_empty();
        wizard.problems.show(problems);
        if !stuck && let Some(next) = now.next() {
            wizard.draft.update(|draft| draft.confirm(now));
            go_to(&backup(), next.word(), false);
        }
    };
    let back = move || {
        wizard.problems.show(Vec::new());
        if let Some(previous) = step.get_untracked().previous() {
            go.with_value(|go| go(&backup(), previous.word(), false));
        }
    };
    view! {
        <div class="form-actions wizard-moves">
            {move || step.get().previous().map(|previous| view! {
                <Button on_press=back>{format!("Back to {}", previous.title().to_lowercase())}</Button>
            })}
            {move || step.get().next().map(|next| view! {
                <Button kind=ButtonKind::Primary on_press=forward>{format!("Next: {}", next.title().to_lowercase())}</Button>
            })}
            <p class="field-hint">"Your choices are kept in this tab until you close it."</p>
        </div>
    }
    .into_any()
}

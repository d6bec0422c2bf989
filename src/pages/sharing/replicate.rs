//! Copying a backup, or what a vault holds, to a vault in another region.

use contract::cbr::backups::Backup;
use contract::cbr::checkpoints::{CheckpointReplicate, CheckpointReplicateRequest};
use contract::cbr::replicate::{self, ReplicationRefusal, destination_refusal, vault_refusal};
use contract::cbr::rules::{LongText, ShortName};
use contract::cbr::sharing::{BackupReplicate, BackupReplicateRequest};
use contract::cbr::vaults::Vault;
use contract::operations::cbr;
use contract::request::RequestText;
use leptos::prelude::*;

use super::destination::{Choice, Chosen, destination_fields, sentence};
use super::words::{backup_name, named};
use crate::api::{Api, ApiError, operation_id, replicate_backup, replicate_vault, use_api};
use crate::form::{
    ErrorSummary, Field, Problem, Problems, ShowRequest, Submission, TextArea, TextInput,
};
use crate::format::count;
use crate::layout::use_paths;
use crate::routes::with_query;
use crate::tasks::use_tasks;
use crate::ui::{Button, ButtonKind, Dialog, DialogActions, Notice, Tone, use_toasts};

const NAME: &str = "copy-name";
const DESCRIPTION: &str = "copy-description";

/// What is copied.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    Backup(Box<Backup>),
    Vault(Box<Vault>),
}

/// What the copy of one backup is called.
#[derive(Clone, Copy, Default)]
struct Names {
    name: RwSignal<String>,
    description: RwSignal<String>,
}

impl Names {
    /// The names as they are sent, or what is wrong with each and at which field.
    fn read(self) -> Result<(Option<ShortName>, Option<LongText>), Vec<Problem>> {
        let mut problems = Vec::new();
        let name = match self.name.read().trim() {
            "" => None,
            text => ShortName::try_from(text.to_owned())
                .map_err(|rule| problems.push(Problem::at(NAME, format!("Name: {rule}"))))
                .ok(),
        };
        let description = match self.description.read().trim() {
            "" => None,
            text => LongText::try_from(text.to_owned())
                .map_err(|rule| {
                    problems.push(Problem::at(DESCRIPTION, format!("Description: {rule}")))
                })
                .ok(),
        };
        if problems.is_empty() {
            Ok((name, description))
        } else {
            Err(problems)
        }
    }
}

impl Source {
    fn name(&self) -> String {
        match self {
            Self::Backup(backup) => backup_name(backup),
            Self::Vault(vault) => named(&vault.name, &vault.id),
        }
    }

    /// What is against copying it to what is chosen; tracked.
    fn refusal(&self, choice: Choice) -> Option<ReplicationRefusal> {
        choice.check(|wanted, facts| match self {
            Self::Backup(backup) => replicate::refusal(backup, None, wanted, facts),
            Self::Vault(vault) => {
                vault_refusal(vault).or_else(|| destination_refusal(wanted, facts))
            }
        })
    }

    /// The request in words.
    fn request(&self, to: Chosen, names: Names) -> RequestText {
        match self {
            Self::Backup(backup) => RequestText::new(&cbr::BACKUPS_REPLICATE, &[&backup.id])
                .with_body(&of_backup(to, names)),
            Self::Vault(vault) => RequestText::new(&cbr::CHECKPOINTS_REPLICATE, &[])
                .with_body(&of_vault(&vault.id, to)),
        }
    }

    /// Begins it; says how many copies were begun.
    async fn begin(
        self,
        api: Api,
        to: Chosen,
        names: Names,
        once: String,
    ) -> Result<usize, ApiError> {
        match self {
            Self::Backup(backup) => {
                let request = untrack(|| of_backup(to, names));
                replicate_backup(api, &backup.id, &request, &once).await?;
                Ok(1)
            }
            Self::Vault(vault) => {
                let begun = replicate_vault(api, &of_vault(&vault.id, to), &once).await?;
                Ok(begun.backups.len())
            }
        }
    }
}

fn of_backup(to: Chosen, names: Names) -> BackupReplicateRequest {
    let (name, description) = names.read().unwrap_or_default();
    BackupReplicateRequest {
        replicate: BackupReplicate {
            destination_project_id: to.project,
            destination_region: to.region,
            destination_vault_id: to.vault,
            name,
            description,
            enable_acceleration: None,
        },
    }
}

fn of_vault(id: &str, to: Chosen) -> CheckpointReplicateRequest {
    CheckpointReplicateRequest {
        replicate: Some(CheckpointReplicate {
            vault_id: id.to_owned(),
            destination_project_id: to.project,
            destination_region: to.region,
            destination_vault_id: to.vault,
            auto_trigger: None,
            enable_acceleration: None,
        }),
        checkpoint: None,
    }
}

/// The dialog, open while `open` is true; `done` is told when copying has begun.
pub fn replicate_dialog(
    open: RwSignal<bool>,
    source: Signal<Option<Source>>,
    done: Callback<()>,
) -> AnyView {
    let title = Signal::derive(move || {
        let name = source.with(|source| source.as_ref().map(Source::name));
        format!("Replicate {}", name.unwrap_or_default())
    });
    let content = move || Some(form(open, source.get_untracked()?, done));
    view! { <Dialog open=open title=title>{content}</Dialog> }.into_any()
}

fn form(open: RwSignal<bool>, source: Source, done: Callback<()>) -> AnyView {
    let (api, toasts, paths, tasks) = (use_api(), use_toasts(), use_paths(), use_tasks());
    let (choice, names) = (Choice::new(), Names::default());
    let (problems, submission) = (Problems::default(), Submission::new());
    let once = StoredValue::new(operation_id());
    let tried = RwSignal::new(false);
    let name = source.name();
    let whole = matches!(source, Source::Vault(_));
    let source = StoredValue::new(source);
    let found = Memo::new(move |_| {
        let refusal = source.with_value(|source| source.refusal(choice));
        let mut found = Vec::new();
        // A list of vaults says which there are, not which is wanted.
        let chosen = choice.chosen();
        match refusal {
            Some(refusal) => found.push(Problem::at(choice.field_of(&refusal), sentence(&refusal))),
            None if chosen.vault.is_empty() => found.push(Problem::at(
                super::destination::VAULT,
                sentence(&ReplicationRefusal::NoVault(String::new())),
            )),
            None => {}
        }
        found.extend(names.read().err().unwrap_or_default());
        found
    });
    let message = move |field: &str| {
        if !tried.get() {
            return None;
        }
        let found = found.read();
        let problem = found.iter().find(|problem| problem.field == field);
        problem.map(|problem| problem.text.clone())
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let list = found.get_untracked();
        let any = !list.is_empty();
        problems.show(list);
        if any {
            return;
        }
        let to = untrack(|| choice.chosen());
        let (source, name) = (source.get_value(), name.clone());
        let follow = with_query(paths.tasks(), &[("kind", "replication")]);
        submission.send(
            source.begin(api, to, names, once.get_value()),
            move |number| {
                let title = if whole {
                    format!(
                        "Replicating {} of {name}",
                        count(number, "backup", "backups")
                    )
                } else {
                    format!("Replicating {name}")
                };
                toasts.started(title, follow, "Follow the tasks");
                tasks.look_now();
                open.try_set(false);
                done.try_run(());
            },
        );
    };
    let preview = move || {
        let request = source.with_value(|source| source.request(choice.chosen(), names));
        view! { <ShowRequest request=Signal::stored(request)/> }
    };
    let hint = if whole {
        "Every available backup of the vault that has no copy in the destination yet is copied. The originals stay."
    } else {
        "A copy is made in the other region; the backup stays. A copy cannot be restored from (BackupService.2004): make images from it there."
    };
    let text_message = move |field: &'static str| Signal::derive(move || message(field));
    view! {
        <form class="form" novalidate=true on:submit=send>
            <p class="field-hint">{hint}</p>
            <ErrorSummary problems=problems/>
            {move || submission.failure().get().map(|text| view! {
                <Notice tone=Tone::Bad title="Nothing was replicated" announce=true><p>{text}</p></Notice>
            })}
            {destination_fields(choice, message)}
            {(!whole).then(|| view! {
                <Field id=NAME label="Name of the copy" message=text_message(NAME) hint="The same as the backup's, if left out.">
                    <TextInput value=names.name on_input=move |text: String| names.name.set(text)/>
                </Field>
                <Field id=DESCRIPTION label="Description of the copy" message=text_message(DESCRIPTION)>
                    <TextArea rows=2 value=names.description on_input=move |text: String| names.description.set(text)/>
                </Field>
            })}
            {preview}
            <DialogActions>
                <Button on_press=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=submission.busy() on_press=|| ()>
                    {if whole { "Replicate vault" } else { "Replicate backup" }}
                </Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

/// The button that copies a whole vault, with its dialog.
pub fn replicate_vault_button(vault: Vault) -> AnyView {
    let open = RwSignal::new(false);
    let blocked = vault_refusal(&vault).map(|refusal| format!("{refusal} ({})", refusal.code()));
    let label = format!("Replicate vault {}", named(&vault.name, &vault.id));
    let source = Signal::stored(Some(Source::Vault(Box::new(vault))));
    view! {
        <Button name=label blocked=Signal::stored(blocked) on_press=move || open.set(true)>
            "Replicate"
        </Button>
        {replicate_dialog(open, source, Callback::new(|()| ()))}
    }
    .into_any()
}

//! What the service would do with a server now: its own checks, each with the reason.

use std::sync::Arc;

use contract::csbs::backups::CheckResult;
use contract::model::{Backup, BackupAction, Server, Vault, Volume};
use contract::operations::Service;
use contract::restore::{Assignment, Proposal, RestoreFacts, RestorePlan, TargetVolume, first};
use leptos::prelude::*;

use crate::api::{Api, ApiError, can_be_restored};
use crate::coverage::{backup_refusal, refusal};
use crate::query::Query;
use crate::session::use_session;
use crate::ui::{Badge, Button, ButtonKind, Card, Glyph, Time, Tone};

/// What the second check is asked about: the newest backup that could be restored, sent back to
/// the volumes it fits on.
#[derive(Clone, Debug, PartialEq)]
struct Question {
    plan: RestorePlan,
    /// What our own check says, where the service has none.
    ours: Option<Verdict>,
    backup: String,
    made: Option<contract::time::Timestamp>,
}

fn question(server: &Server, volumes: &[Volume], recent: &[Backup]) -> Option<Question> {
    let usable = |backup: &&Backup| BackupAction::Restore.blocked_by(backup).is_none();
    let backup = recent.iter().find(usable)?;
    let targets: Vec<TargetVolume> = volumes
        .iter()
        .map(|volume| TargetVolume::of(server, volume))
        .collect();
    let rows = Proposal::of(&backup.disks, &targets).rows.into_iter();
    let mapping = rows
        .filter_map(|row| {
            Some(Assignment {
                disk: row.disk,
                volume: row.volume?,
            })
        })
        .collect();
    let plan = RestorePlan {
        generation: backup.generation,
        backup: backup.id.clone(),
        checkpoint: backup.checkpoint_id.clone(),
        server: server.id.clone(),
        mapping,
        ..RestorePlan::default()
    };
    // A service without a check of its own decides by these rules when it is asked to restore.
    let ours = (!backup.generation.capabilities().restore_check).then(|| {
        let facts = RestoreFacts {
            backup: Some(backup),
            target: Some(server),
            volumes: &targets,
            restoring: false,
        };
        Verdict::of(first(&plan, &facts).map(|refusal| {
            let code = refusal.code_in(plan.generation);
            format!("{refusal} {} ({code})", refusal.way_out())
        }))
    });
    Some(Question {
        ours,
        plan,
        backup: backup.name.clone(),
        made: backup.created_at,
    })
}

async fn ask(api: Api, question: Option<Question>) -> Result<Option<CheckResult>, ApiError> {
    match question {
        Some(question) if question.ours.is_some() => Ok(None),
        Some(question) => Ok(Some(can_be_restored(api, &question.plan.to_check()).await?)),
        None => Ok(None),
    }
}

/// The card; `check` is the service's answer about backing the server up.
pub(super) fn capabilities(
    server: Signal<Arc<Server>>,
    volumes: Signal<Arc<Vec<Volume>>>,
    recent: Signal<Arc<Vec<Backup>>>,
    vault: Signal<Option<Vault>>,
    check: Query<Option<CheckResult>>,
) -> AnyView {
    let about = Memo::new(move |_| question(&server.get(), &volumes.get(), &recent.get()));
    let restorable = Query::new(move |api| ask(api, about.get()));
    let busy = Signal::derive(move || check.loading().get() || restorable.loading().get());
    let again = move || {
        check.refresh();
        restorable.refresh();
    };
    let actions = move || {
        view! { <Button kind=ButtonKind::Quiet icon=Glyph::Refresh busy=busy name="Check again" on_press=again>"Check again"</Button> }
    };
    let by_itself = use_session().has(Service::Csbs);
    let back_up = move || {
        if let Some(vault) = vault.get() {
            return verdict(Some(Verdict::of(vault.closed())), None);
        }
        if !by_itself {
            let why = "It is in no vault; put it into one first.".to_owned();
            return verdict(Some(Verdict::No(why)), None);
        }
        let found = check.data().map(|found| {
            let result = found.as_ref().as_ref();
            result.map_or(Verdict::Silent, |result| {
                Verdict::of(backup_refusal(result))
            })
        });
        verdict(found, check.error())
    };
    let restore = move || {
        if about.with(Option::is_none) {
            let text = "There is no usable backup to restore from.".to_owned();
            return verdict(Some(Verdict::No(text)), None);
        }
        if let Some(ours) = about.with(|about| about.as_ref().and_then(|about| about.ours.clone()))
        {
            return verdict(Some(ours), None);
        }
        let found = restorable.data().and_then(|found| {
            let result = found.as_ref().as_ref()?;
            Some(Verdict::of(refusal(result)))
        });
        verdict(found, restorable.error())
    };
    let from = move || {
        about.get().map(|question| {
            view! {
                <p class="field-hint">
                    {if question.ours.is_some() { "Checked by the documented rules with the newest usable backup, " } else { "Asked about the newest usable backup, " }} <bdi>{question.backup}</bdi> ", "
                    <Time at=question.made shape=crate::ui::TimeShape::Exact/>
                    ", each disk to its own volume."
                </p>
            }
        })
    };
    view! {
        <Card title="What the service would do now" actions=actions>
            <dl class="facts">
                <div class="fact"><dt>"Back it up"</dt><dd aria-live="polite">{back_up}</dd></div>
                <div class="fact"><dt>"Restore to it"</dt><dd aria-live="polite">{restore}{from}</dd></div>
            </dl>
        </Card>
    }
    .into_any()
}

/// What a check said.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    Yes,
    /// With the reason and the way out.
    No(String),
    /// An answer without a result.
    Silent,
}

impl Verdict {
    fn of(refusal: Option<String>) -> Self {
        refusal.map_or(Self::Yes, Self::No)
    }
}

fn verdict(found: Option<Verdict>, error: Option<ApiError>) -> AnyView {
    match (found, error) {
        // An old answer says nothing about now.
        (_, Some(error)) => view! {
            <span class="stack"><Badge tone=Tone::Neutral text="Could not be asked"/><span>{error.to_string()}</span></span>
        }
        .into_any(),
        (None, None) => view! { <span class="field-hint">"Asking the service…"</span> }.into_any(),
        (Some(Verdict::Yes), None) => view! { <Badge tone=Tone::Good text="Yes"/> }.into_any(),
        (Some(Verdict::No(why)), None) => view! {
            <span class="stack"><Badge tone=Tone::Warning text="No"/><bdi>{why}</bdi></span>
        }
        .into_any(),
        (Some(Verdict::Silent), None) => {
            view! { <Badge tone=Tone::Neutral text="The service does not say"/> }.into_any()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::csbs::backups::CheckpointItem;
    use contract::model::{BackupStatus, DiskBackup};

    #[test]
    fn the_newest_backup_that_can_be_restored_is_asked_about() {
        let backup = |id: &str, status: BackupStatus| {
            let mut backup = Backup::from(CheckpointItem::default());
            backup.id = id.to_owned();
            backup.status = status;
            backup.disks = vec![DiskBackup {
                id: "d1".into(),
                volume_id: "v1".into(),
                ..DiskBackup::default()
            }];
            backup
        };
        let server: Server = contract::compute::ServerAnswer::default().server.into();
        let recent = [
            backup("running", BackupStatus::Protecting),
            backup("usable", BackupStatus::Available),
        ];
        let found = question(&server, &[], &recent).expect("one is usable");
        assert_eq!(found.plan.backup, "usable");
        assert!(found.plan.mapping.is_empty(), "there is no volume to go to");
        assert_eq!(question(&server, &[], &recent[..1]), None);
    }
}

//! Step 2: the server to restore to, and which disk backup goes to which of its volumes.

use contract::model::{Backup, DiskBackup, ResourceKind, Server};
use contract::restore::{Proposal, RestoreRefusal, TargetVolume};
use leptos::prelude::*;

use super::draft::{Step, targets};
use super::known::Known;
use super::wizard::{Wizard, control_of};
use crate::form::{Field, Select, SelectOption};
use crate::format::gigabytes;
use crate::layout::use_paths;
use crate::ui::{
    Badge, Button, Card, Cell, Column, EmptyState, Glyph, Icon, Notice, Table, TextLink, Tone,
};

/// All volumes of the project as targets of a single volume's backup, each with the server it is attached to.
fn alone(known: &Known) -> Vec<TargetVolume> {
    let mut volumes: Vec<TargetVolume> = known
        .volumes
        .iter()
        .map(|volume| {
            let users: Vec<&str> = known
                .users_of(&volume.id)
                .into_iter()
                .map(|server| server.name.as_str())
                .collect();
            TargetVolume {
                device: users.join(", "),
                ..TargetVolume::alone(volume)
            }
        })
        .collect();
    volumes.sort_by(|a, b| (&a.device, &a.name, &a.id).cmp(&(&b.device, &b.name, &b.id)));
    volumes
}

/// `40 GB`.
pub fn size(gb: i64) -> String {
    gigabytes(u64::try_from(gb).unwrap_or_default())
}

/// What a disk backup is called: after the volume it was made of.
pub fn disk_name(disk: &DiskBackup) -> String {
    [&disk.volume_name, &disk.name, &disk.id]
        .into_iter()
        .find(|name| !name.is_empty())
        .cloned()
        .unwrap_or_default()
}

/// What a volume is called: device, name, size.
pub fn volume_name(volume: &TargetVolume) -> String {
    let name = if volume.name.is_empty() {
        &volume.id
    } else {
        &volume.name
    };
    let mut text = String::new();
    if !volume.device.is_empty() {
        text.push_str(&volume.device);
        text.push_str(" · ");
    }
    text.push_str(name);
    text.push_str(" · ");
    text.push_str(&size(volume.size_gb));
    text
}

pub(super) fn view(wizard: Wizard) -> AnyView {
    let kind = Memo::new(move |_| wizard.kind());
    view! {
        <div class="wizard-step-body">
            {move || match kind.get() {
                ResourceKind::Volume => ().into_any(),
                ResourceKind::FileSystem => to_itself(wizard),
                _ => server_choice(wizard),
            }}
            {mapping(wizard)}
        </div>
    }
    .into_any()
}

/// A file system has no choice of a target.
fn to_itself(wizard: Wizard) -> AnyView {
    let title = move || format!("It goes back to {}", wizard.target_name());
    view! {
        <Notice title=Signal::derive(title)>
            <p>"The service restores a file system only to itself (BackupService.7510). What was changed on it since the backup is gone afterwards."</p>
        </Notice>
    }
    .into_any()
}

fn server_choice(wizard: Wizard) -> AnyView {
    let paths = use_paths();
    let chosen = Signal::derive(move || wizard.draft.with(|draft| draft.plan.server.clone()));
    let options = Signal::derive(move || {
        let (Some(known), Some(backup)) = (wizard.data(), wizard.backup()) else {
            return Vec::new();
        };
        let mut options: Vec<SelectOption> = known
            .servers
            .iter()
            .map(|server| option(server, &backup))
            .collect();
        options.sort_by_key(|option| {
            (
                option.value != backup.server_id,
                option.label.to_lowercase(),
            )
        });
        if known.server(&backup.server_id).is_none() || chosen.read().is_empty() {
            options.insert(0, SelectOption::new("", "Choose a server"));
        }
        options
    });
    let change = move |id: String| {
        let (Some(known), Some(backup)) = (wizard.data(), untrack(|| wizard.backup())) else {
            return;
        };
        if let Some(server) = known.server(&id) {
            wizard
                .draft
                .update(|draft| draft.choose_target(server, &backup, &known.volumes));
        }
    };
    let gone = move || {
        let (known, backup) = (wizard.data()?, wizard.backup()?);
        let missing = known.server(&backup.server_id).is_none();
        let link = paths.backup(&backup.id);
        missing.then(|| view! {
            <Notice tone=Tone::Warning title="The server this backup was made of no longer exists">
                <p>"Choose another server with enough volumes, or make an image of the backup and a new server from that."</p>
                <TextLink href=link>"Show the backup"</TextLink>
            </Notice>
        })
    };
    let message = Signal::derive(move || {
        wizard.refusals.with(|refusals| {
            refusals
                .iter()
                .filter(|refusal| matches!(refusal.concern(), contract::restore::Concern::Server))
                .map(|refusal| format!("{refusal} {}", refusal.way_out()))
                .reduce(|all, next| format!("{all} {next}"))
        })
    });
    view! {
        {gone}
        <div class="wizard-narrow">
            <Field id="restore-server" label="Target server" required=true message=message
                hint="It is shut down for the restore. The original server is the usual choice.">
                <Select options=options value=chosen on_change=change/>
            </Field>
        </div>
    }
    .into_any()
}

/// A server to choose, with the reason it cannot be.
fn option(server: &Server, backup: &Backup) -> SelectOption {
    let original = server.id == backup.server_id;
    let mut label = if server.name.is_empty() {
        server.id.clone()
    } else {
        server.name.clone()
    };
    if original {
        label.push_str(" – original server");
    }
    // In vaults neither a bare-metal server nor another zone is in the way.
    let strict = !backup.generation.capabilities().vaults;
    let blocked = if strict && server.bare_metal {
        Some("bare metal".to_owned())
    } else if strict
        && !original
        && !backup.zone.is_empty()
        && !server.zone.is_empty()
        && server.zone != backup.zone
    {
        Some(format!("in zone {}", server.zone))
    } else {
        None
    };
    SelectOption {
        value: server.id.clone(),
        label,
        blocked,
    }
}

fn mapping(wizard: Wizard) -> AnyView {
    let server = Memo::new(move |_| wizard.target());
    let backup = Memo::new(move |_| wizard.backup());
    let content = move || {
        let backup = backup.get()?;
        match backup.resource() {
            ResourceKind::FileSystem => None,
            ResourceKind::Volume => Some(table(wizard, &backup, None)),
            _ => Some(table(wizard, &backup, Some(&server.get()?))),
        }
    };
    view! { {content} }.into_any()
}

fn table(wizard: Wizard, backup: &Backup, server: Option<&Server>) -> AnyView {
    if backup.disks.is_empty() {
        return view! {
            <EmptyState title="This backup holds no disk backup" icon=Glyph::Volume>
                <p>"There is nothing to restore in it. Choose another point in time."</p>
            </EmptyState>
        }
        .into_any();
    }
    let volumes = wizard
        .data()
        .map(|known| match server {
            Some(server) => targets(server, &known.volumes),
            None => alone(&known),
        })
        .unwrap_or_default();
    let single = server.is_none();
    let proposal = Proposal::of(&backup.disks, &volumes);
    let attached: Vec<TargetVolume> = volumes
        .into_iter()
        .filter(|volume| volume.attached)
        .collect();
    let rows = backup
        .disks
        .iter()
        .zip(&proposal.rows)
        .map(|(disk, proposed)| {
            let reason = if single {
                "The volume this backup was made of."
            } else {
                proposed.reason.sentence()
            };
            row(wizard, disk, &attached, reason)
        })
        .collect_view();
    let untouched = {
        let attached = attached.clone();
        move || {
            let left: Vec<String> = wizard.draft.with(|draft| {
                attached
                    .iter()
                    .filter(|volume| draft.plan.disk_for(&volume.id).is_none())
                    .map(volume_name)
                    .collect()
            });
            (!single && !left.is_empty()).then(|| {
                view! {
                    <p class="field-hint">{format!("Not overwritten: {}.", left.join("; "))}</p>
                }
            })
        }
    };
    let anew = {
        let (backup, server) = (backup.clone(), server.cloned());
        move || {
            if let Some(known) = wizard.data() {
                wizard.draft.update(|draft| match &server {
                    Some(server) => draft.propose(server, &backup, &known.volumes),
                    None => draft.propose_alone(&backup, &known.volumes),
                });
            }
        }
    };
    view! {
        <Card title=if single { "Volume" } else { "Disks" } actions=move || {
            let anew = anew.clone();
            view! { <Button icon=Glyph::Refresh on_press=anew>"Propose the mapping anew"</Button> }.into_any()
        }>
            <p>{if single {
                "Choose the volume to overwrite: the one the backup was made of, or another that is large enough. It does not have to be attached to a server."
            } else {
                "Every disk backup needs a volume of its own; the service does not restore only some of them."
            }}</p>
            <Table caption="Disk backups and the volumes they go to" columns=vec![
                Column::text("Disk backup"), Column::text("Goes to volume"), Column::text("Why this one"),
            ]>{rows}</Table>
            {untouched}
        </Card>
    }
    .into_any()
}

fn row(
    wizard: Wizard,
    disk: &DiskBackup,
    volumes: &[TargetVolume],
    reason: &'static str,
) -> AnyView {
    let id = StoredValue::new(disk.id.clone());
    let name = disk_name(disk);
    let chosen = Memo::new(move |_| {
        wizard.draft.with(|draft| {
            id.with_value(|id| draft.plan.volume_of(id).unwrap_or_default().to_owned())
        })
    });
    let problems = Memo::new(move |_| id.with_value(|id| wizard.disk_problems(id)));
    let by_hand = Memo::new(move |_| {
        wizard
            .draft
            .with(|draft| id.with_value(|id| draft.by_hand.contains(id)))
    });
    let control = control_of(&disk.id);
    let problem_id = format!("{control}-problem");
    let described = {
        let problem_id = problem_id.clone();
        move || (!problems.with(Vec::is_empty)).then(|| problem_id.clone())
    };
    let options = volumes
        .iter()
        .map(|volume| choice(volume, disk, chosen))
        .collect_view();
    let assign = move |volume: String| {
        let volume = Some(volume.as_str()).filter(|volume| !volume.is_empty());
        wizard
            .draft
            .update(|draft| id.with_value(|id| draft.assign(id, volume)));
        wizard.draft.update(|draft| draft.reopen(Step::Target));
    };
    let label = format!("Volume for {name}");
    let facts = format!(
        "{} · {}",
        size(disk.volume_size_gb),
        if disk.bootable {
            "system disk"
        } else {
            "data disk"
        }
    );
    view! {
        <tr role="row">
            <Cell label="Disk backup" heading=true><div><bdi>{name}</bdi><p class="field-hint">{facts}</p></div></Cell>
            <Cell label="Goes to volume">
                <div class="mapping-choice">
                    <select class="input select" id=control aria-label=label
                        aria-invalid=move || (!problems.with(Vec::is_empty)).then_some("true")
                        aria-describedby=described
                        on:change:target=move |event| assign(event.target().value())>
                        <option value="" prop:selected=move || chosen.with(String::is_empty)>"No volume yet"</option>
                        {options}
                    </select>
                    <div class="mapping-problems" id=problem_id aria-live="polite">
                        {move || problems.get().into_iter().map(|refusal| problem(wizard, refusal)).collect_view()}
                    </div>
                </div>
            </Cell>
            <Cell label="Why this one">
                {move || if by_hand.get() {
                    view! { <Badge tone=Tone::Active text="Chosen by you" icon=Glyph::Check/> }.into_any()
                } else {
                    view! { <span class="field-hint">{reason}</span> }.into_any()
                }}
            </Cell>
        </tr>
    }
    .into_any()
}

/// A volume to choose. What the documents refuse cannot be chosen and says why.
fn choice(volume: &TargetVolume, disk: &DiskBackup, chosen: Memo<String>) -> AnyView {
    let blocked = if volume.shared {
        Some("shared between servers".to_owned())
    } else if volume.system && !disk.bootable {
        Some("system disk".to_owned())
    } else if volume.size_gb < disk.volume_size_gb {
        Some(format!("smaller than {}", size(disk.volume_size_gb)))
    } else if !matches!(volume.status.as_str(), "" | "available" | "in-use") {
        Some(volume.status.clone())
    } else {
        None
    };
    let mut text = volume_name(volume);
    if volume.system {
        text.push_str(" · system disk");
    }
    if let Some(reason) = &blocked {
        text = format!("{text} ({reason})");
    }
    let (mine, value) = (volume.id.clone(), volume.id.clone());
    view! {
        <option value=value disabled=blocked.is_some() prop:selected=move || chosen.with(|chosen| *chosen == mine)>{text}</option>
    }
    .into_any()
}

fn problem(wizard: Wizard, refusal: RestoreRefusal) -> AnyView {
    let code = wizard
        .draft
        .with_untracked(|draft| refusal.code_in(draft.plan.generation));
    view! {
        <p class="field-message"><Icon of=Glyph::Warning/><span>{refusal.to_string()}" "{refusal.way_out()}" "<span class="reference">{code}</span></span></p>
    }
    .into_any()
}

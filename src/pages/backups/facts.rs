//! The facts of one backup, in cards of its page.

use contract::model::{Backup, Failure, InVault, RestoreMode};
use leptos::prelude::*;

use crate::api::explain;
use crate::data::status;
use crate::format::{gigabytes, megabytes};
use crate::layout::use_paths;
use crate::ui::{Badge, CopyId, Fact, Facts, Notice, TextLink, Time, TimeShape, Tip, Tone};

/// What failed, in our words and the service's.
pub(super) fn failure_notice(failure: &Failure) -> AnyView {
    let what = match failure.operation.as_str() {
        "backup" => "Backing up failed",
        "restore" => "The last restore from this backup failed",
        "delete" => "Deleting this backup failed",
        "copy" => "Copying this backup failed",
        "" => "Something failed",
        _ => "An operation failed",
    };
    let known = explain(&failure.code, 400)
        .map(|known| view! { <p>{format!("{} {}", known.meaning, known.remedy)}</p> });
    let said = (!failure.reason.is_empty()).then(|| {
        let reason = failure.reason.clone();
        view! { <p>"The service says: "<bdi>{reason}</bdi></p> }
    });
    let code = (!failure.code.is_empty()).then(|| {
        let code = failure.code.clone();
        view! { <p class="reference"><bdi>{code}</bdi></p> }
    });
    view! { <Notice tone=Tone::Bad title=what>{known}{said}{code}</Notice> }.into_any()
}

fn fact(name: &str, content: AnyView) -> AnyView {
    view! { <Fact name=name>{content}</Fact> }.into_any()
}

fn facts_of(facts: Vec<AnyView>) -> AnyView {
    view! { <Facts>{facts}</Facts> }.into_any()
}

fn dash(text: &str) -> AnyView {
    if text.is_empty() {
        view! { <span class="dash">"—"</span> }.into_any()
    } else {
        text.to_owned().into_any()
    }
}

/// What only backups in vaults have: where it lies, when it goes, where it comes from.
pub(super) fn vault_facts(vault: &InVault, vault_name: Option<String>) -> AnyView {
    let paths = use_paths();
    let lies_in = if vault.vault_id.is_empty() {
        dash("")
    } else {
        let name = vault_name.unwrap_or_else(|| vault.vault_id.clone());
        view! { <TextLink href=paths.vault(&vault.vault_id)><bdi>{name}</bdi></TextLink> }
            .into_any()
    };
    let expires = match vault.expires_at {
        None => "Never: it stays until somebody deletes it".into_any(),
        Some(at) => view! { <Time at=Some(at) shape=TimeShape::Both/> }.into_any(),
    };
    let expiry_help = view! {
        <Tip about="Expires">"The service changes the end of all backups of a vault together, on the vault's page, and not of a single one."</Tip>
    };
    let origin = match (vault.replica, vault.shared_from.as_str()) {
        (_, project) if !project.is_empty() => {
            let project = project.to_owned();
            view! { "Shared by the project "<CopyId id=project what="project id"/> }.into_any()
        }
        (true, _) => "A copy of a backup of another region or project".into_any(),
        (false, _) => "Made here".into_any(),
    };
    let policy = if vault.policy_id.is_empty() {
        dash("")
    } else {
        let href = paths.policy(&vault.policy_id);
        view! { <TextLink href=href>"Show the policy"</TextLink> }.into_any()
    };
    facts_of(vec![
        fact("Vault", lies_in),
        fact("Expires", view! { {expires}" "{expiry_help} }.into_any()),
        fact("Comes from", origin),
        fact("Made by policy", policy),
    ])
}

fn id_or_dash(id: &str, what: &str) -> AnyView {
    if id.is_empty() {
        dash("")
    } else {
        view! { <CopyId id=id.to_owned() what=what/> }.into_any()
    }
}

pub(super) fn main_facts(backup: &Backup) -> AnyView {
    let paths = use_paths();
    let server_name = if backup.server_name.is_empty() {
        &backup.server_id
    } else {
        &backup.server_name
    };
    let kind = backup.resource();
    let server = if backup.server_id.is_empty() || !kind.is_server() {
        dash(server_name)
    } else {
        let name = server_name.clone();
        view! { <TextLink href=paths.server(&backup.server_id)>{name}</TextLink> }.into_any()
    };
    let restores = match &backup.restore_mode {
        RestoreMode::Disks => "From its disk backups".to_owned(),
        RestoreMode::ImageOnly => "Only as an image".to_owned(),
        RestoreMode::None => "Not at all".to_owned(),
        RestoreMode::Unknown(word) => word.clone(),
    };
    let size = match &backup.in_vault {
        Some(vault) => format!(
            "{} were backed up; the service does not say how much room the backup takes",
            gigabytes(vault.resource_gb.unsigned_abs())
        ),
        None if backup.size_mb > 0 => megabytes(backup.size_mb.unsigned_abs()),
        None => String::new(),
    };
    let description = backup.description.clone();
    facts_of(vec![
        fact(
            "Status",
            view! { <Badge tone=status::tone(&backup.status) text=status::title(&backup.status)/> }
                .into_any(),
        ),
        fact(kind.title(), server),
        fact("Created", view! { <Time at=backup.created_at/> }.into_any()),
        fact(
            "Finished",
            view! { <Time at=backup.finished_at/> }.into_any(),
        ),
        fact(
            "Last changed",
            view! { <Time at=backup.updated_at/> }.into_any(),
        ),
        fact("Size", dash(&size)),
        fact(
            "Type",
            {
                if backup.incremental {
                    "Incremental: what changed since the backup before"
                } else {
                    "Full"
                }
            }
            .into_any(),
        ),
        fact(
            "Origin",
            {
                if backup.automatic {
                    "Made by a schedule"
                } else {
                    "Made by hand"
                }
            }
            .into_any(),
        ),
        fact("Can be restored", restores.into_any()),
        fact("Availability zone", dash(&backup.zone)),
        fact("Description", dash(&description)),
    ])
}

pub(super) fn server_facts(backup: &Backup) -> AnyView {
    let server = &backup.server;
    let number = |value: Option<i64>, show: &dyn Fn(u64) -> String| {
        value
            .filter(|value| *value > 0)
            .map_or(String::new(), |value| show(value.unsigned_abs()))
    };
    let image = match server.image_type.as_str() {
        "gold" => "Public image",
        "private" => "Private image",
        "market" => "Image of the marketplace",
        other => other,
    };
    let mut facts = vec![
        fact("Id", id_or_dash(&backup.server_id, "id")),
        fact("Kind", dash(backup.resource().title())),
    ];
    // With a backup in a vault nothing else is kept about it.
    if backup.in_vault.is_some() {
        return facts_of(facts);
    }
    facts.extend([
        fact("Region", dash(&server.region)),
        fact(
            "Virtual CPUs",
            dash(&number(server.vcpus, &|value| value.to_string())),
        ),
        fact("Memory", dash(&number(server.ram_mb, &megabytes))),
        fact(
            "System disk of the flavour",
            dash(&number(server.disk_gb, &gigabytes)),
        ),
        fact("Made from", dash(image)),
        fact("Private address", dash(&server.private_ip)),
        fact("Public address", dash(&server.eip)),
    ]);
    facts_of(facts)
}

pub(super) fn service_facts(backup: &Backup) -> AnyView {
    let speed = if backup.speed_kbs > 0 {
        format!("{}/s", megabytes((backup.speed_kbs / 1024).unsigned_abs()))
    } else {
        String::new()
    };
    let called = if backup.generation.capabilities().vaults {
        "The service's word is the same."
    } else {
        "The service calls a backup of one server a checkpoint item."
    };
    let copied = match backup.copy_status.as_str() {
        "" | "na" => "Not copied",
        "waiting_copy" => "Waiting to be copied",
        "copying" => "Being copied",
        "success" => "Copied",
        "fail" => "Copying failed",
        other => other,
    };
    let images = backup
        .image_ids
        .iter()
        .map(|id| view! { <li><CopyId id=id.clone() what="image id"/></li> })
        .collect_view();
    facts_of(vec![
        fact("Backup id", view! { {id_or_dash(&backup.id, "backup id")}
                <Tip about="Backup id">{called}</Tip> }.into_any()),
        fact("Made together as", view! { {id_or_dash(&backup.checkpoint_id, "checkpoint id")}
                <Tip about="Made together as">"The service calls backups that were made together a checkpoint."</Tip> }.into_any()),
        fact("Status word", dash(backup.status.as_str())),
        fact("Progress", view! { {format!("{} %", backup.progress)} }.into_any()),
        fact("Average speed", dash(&speed)),
        fact("Kept by", format!("{} ({})", backup.generation.name(), backup.generation.short_name()).into_any()),
        fact("Job id", id_or_dash(&backup.task_id, "job id")),
        fact("Replication", copied.to_owned().into_any()),
        fact("Copied from", dash(&backup.copy_from)),
        fact("Images made from it", if backup.image_ids.is_empty() { dash("") } else { view! { <ul>{images}</ul> }.into_any() }),
    ])
}

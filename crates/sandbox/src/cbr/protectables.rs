//! What could be backed up, and whether it can (cbr-v3 4.11, 5.9).

use contract::cbr::rules::{MAX_PROTECTABLES, ObjectType, TURBO_KIND, VOLUME_KIND};
use contract::cbr::tasks::{Protectable, Protection};
use contract::rules::{BARE_METAL_KIND, SERVER_KIND};
use serde_json::{Value, json};

use super::page::{self, Listed};
use super::subjects::{self, Subject, What};
use super::{invalid, resources};
use crate::csbs::Page;
use crate::http::Pairs;
use crate::refusal::Outcome;
use crate::turn::Turn;

/// What the path names.
fn object(word: &str) -> Outcome<ObjectType> {
    match word {
        "server" => Ok(ObjectType::Server),
        "disk" => Ok(ObjectType::Disk),
        "turbo" => Ok(ObjectType::Turbo),
        "workspace" | "workspace_v2" => Ok(ObjectType::Workspace),
        other => {
            let rule = format!("`{other}` is none of server, disk, turbo, workspace, workspace_v2");
            Err(invalid("protectable_type", rule).into())
        }
    }
}

/// Kind and id of everything of a type, newest first.
fn all(turn: &Turn<'_>, project_id: &str, object: ObjectType) -> Outcome<Vec<(String, String)>> {
    let sql = match object {
        ObjectType::Server => {
            "SELECT iif(kind = 'bms', 'OS::Ironic::BareMetalServer', 'OS::Nova::Server'), id FROM servers
             WHERE project_id = ?1 ORDER BY created_at DESC, id DESC"
        }
        ObjectType::Disk => {
            "SELECT 'OS::Cinder::Volume', id FROM volumes WHERE project_id = ?1 ORDER BY created_at DESC, id DESC"
        }
        ObjectType::Turbo => {
            "SELECT 'OS::Sfs::Turbo', id FROM file_systems WHERE project_id = ?1 ORDER BY created_at DESC, id DESC"
        }
        _ => return Ok(Vec::new()),
    };
    let found = turn
        .db
        .prepare_cached(sql)?
        .query_map([project_id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

fn protection(turn: &Turn<'_>, subject: &Subject) -> Outcome<Protection> {
    if let Some(stored) = resources::vault_of(turn, &subject.id)? {
        let name = &stored.vault.name;
        // What else is in it would be most of the answer.
        let mut vault = json!(stored.vault);
        if let Some(members) = vault.as_object_mut() {
            members.remove("resources");
        }
        return Ok(Protection {
            result: Some(false),
            code: "BackupService.6103".to_owned(),
            reason: "in a vault".to_owned(),
            message: format!("{} is in vault {name} already.", subject.name()),
            vault,
        });
    }
    Ok(match subject.unfit(false).first() {
        None => Protection {
            result: Some(true),
            vault: Value::Null,
            ..Protection::default()
        },
        Some(unfit) => Protection {
            result: Some(false),
            code: unfit.code().to_owned(),
            reason: unfit.to_string(),
            message: subject.refused(unfit).message,
            vault: Value::Null,
        },
    })
}

fn status(subject: &Subject) -> String {
    match &subject.what {
        What::Server(server) => server.server.status.as_str().to_owned(),
        What::Volume(volume) => volume.status.clone(),
        What::FileSystem(files) => files.status.clone(),
    }
}

fn shown(turn: &Turn<'_>, project_id: &str, subject: &Subject) -> Outcome<Protectable> {
    let mut children = Vec::new();
    if let What::Server(server) = &subject.what {
        for volume in &server.volumes {
            let child = subjects::find(turn, project_id, VOLUME_KIND, &volume.id, &[])?;
            children.push(Protectable {
                id: volume.id.clone(),
                name: volume.name.clone(),
                kind: VOLUME_KIND.to_owned(),
                size: Some(volume.size_gb),
                status: volume.status.clone(),
                protectable: protection(turn, &child)?,
                children: Vec::new(),
                detail: detail(&child),
            });
        }
    }
    Ok(Protectable {
        id: subject.id.clone(),
        name: subject.name().to_owned(),
        kind: subject.kind.clone(),
        size: Some(subject.size_gb()),
        status: status(subject),
        protectable: protection(turn, subject)?,
        children,
        detail: detail(subject),
    })
}

/// The resource as its own service knows it.
fn detail(subject: &Subject) -> Value {
    match &subject.what {
        What::Server(server) => {
            let server = &server.server;
            json!({
                "id": server.id,
                "name": server.name,
                "status": server.status.as_str(),
                "OS-EXT-AZ:availability_zone": server.zone,
                "OS-EXT-STS:task_state": (!server.task_state.is_empty()).then_some(&server.task_state),
                "flavor": {"id": server.flavor, "vcpus": server.vcpus, "ram": server.ram_mb},
                "addresses": server.private_ips,
                "tags": server.tags,
                "metadata": {"os_type": server.os_type},
            })
        }
        What::Volume(volume) => json!({
            "id": volume.id,
            "name": volume.name,
            "status": volume.status,
            "size": volume.size_gb,
            "availability_zone": volume.zone,
            "volume_type": volume.kind,
            "multiattach": volume.shared,
            "encrypted": volume.encrypted,
            "attachments": volume
                .attachments
                .iter()
                .map(|(server, device)| json!({"server_id": server, "device": device}))
                .collect::<Vec<_>>(),
        }),
        What::FileSystem(files) => json!({
            "id": files.id,
            "name": files.name,
            "status": files.status,
            "sub_status": files.sub_status,
            "size": files.size_gb,
            "availability_zone": files.zone,
        }),
    }
}

/// Everything of a type, filtered and paged (56).
pub fn list(
    turn: &Turn<'_>,
    project_id: &str,
    word: &str,
    pairs: &Pairs,
    page: &Page,
) -> Outcome<Listed<Protectable>> {
    let object = object(word)?;
    let mut found = Vec::new();
    if !page::other_enterprise_project(pairs) {
        for (kind, id) in all(turn, project_id, object)? {
            if pairs.filled("id").is_some_and(|wanted| wanted != id) {
                continue;
            }
            let subject = subjects::find(turn, project_id, &kind, &id, &[])?;
            let attached = |server: &str| match &subject.what {
                What::Volume(volume) => volume.attachments.iter().any(|(of, _)| of == server),
                _ => false,
            };
            let matches = pairs
                .filled("name")
                .is_none_or(|part| subject.name().contains(part))
                && pairs
                    .filled("status")
                    .is_none_or(|word| status(&subject).eq_ignore_ascii_case(word))
                && pairs.filled("server_id").is_none_or(attached);
            if matches {
                found.push(subject);
            }
        }
    }
    let page = Page {
        limit: page.limit.min(MAX_PROTECTABLES),
        ..page.clone()
    };
    let cut = page::cut(found, &page, |subject| &subject.id)?;
    let rows = cut
        .rows
        .iter()
        .map(|subject| shown(turn, project_id, subject))
        .collect::<Outcome<_>>()?;
    Ok(Listed {
        rows,
        count: cut.count,
    })
}

/// One of a type (57).
pub fn show(turn: &Turn<'_>, project_id: &str, word: &str, id: &str) -> Outcome<Protectable> {
    let kinds: &[&str] = match object(word)? {
        ObjectType::Server => &[BARE_METAL_KIND, SERVER_KIND],
        ObjectType::Disk => &[VOLUME_KIND],
        ObjectType::Turbo => &[TURBO_KIND],
        _ => &["OS::Workspace::DesktopV2"],
    };
    let mut last = None;
    for kind in kinds {
        match subjects::find(turn, project_id, kind, id, &[]) {
            Ok(subject) => return shown(turn, project_id, &subject),
            Err(failure) if failure.refusal().is_some() => last = Some(failure),
            Err(failure) => return Err(failure),
        }
    }
    match last {
        Some(failure) => Err(failure),
        None => Err(subjects::missing("", id).into()),
    }
}

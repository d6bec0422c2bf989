//! Programs on servers that take part in backups (cbr-v3 4.12, 5.10).

use contract::cbr::tasks::{Agent, AgentCheck, AgentPath, AgentRegister, AgentUpdate, PathsAdd};
use contract::rules::Broken;
use contract::time::Timestamp;
use rusqlite::{Row, params};
use serde_json::{Value, json};

use super::page::{self, Listed};
use super::{invalid, refusal};
use crate::csbs::Page;
use crate::http::Pairs;
use crate::refusal::Outcome;
use crate::turn::Turn;

/// The version that is not old.
const CURRENT: &str = "3.2.0";

fn read(row: &Row<'_>) -> Outcome<Agent> {
    let at = |column: usize| -> Outcome<Option<Timestamp>> {
        Ok(Some(Timestamp::from_micros(row.get(column)?)))
    };
    Ok(Agent {
        agent_id: row.get(0)?,
        host_ip: row.get(1)?,
        host_name: row.get(2)?,
        host_nickname: row.get(3)?,
        host_os: row.get(4)?,
        agent_type: row.get(5)?,
        agent_version: row.get(6)?,
        status: row.get(7)?,
        created_at: at(8)?,
        updated_at: at(9)?,
        last_active_time: at(9)?,
        paths: serde_json::from_str(&row.get::<_, String>(10)?)?,
    })
}

fn all(turn: &Turn<'_>, project_id: &str) -> Outcome<Vec<Agent>> {
    let tenant = turn.tenant(project_id)?;
    let mut query = turn.db.prepare_cached(
        "SELECT id, host_ip, host_name, host_nickname, host_os, kind, version, status, created_at, updated_at, paths
         FROM cbr_agents WHERE project = ?1 ORDER BY created_at DESC, id DESC",
    )?;
    let mut rows = query.query([tenant])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// One agent (61).
pub fn show(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<Agent> {
    all(turn, project_id)?
        .into_iter()
        .find(|agent| agent.agent_id == id)
        .ok_or_else(|| refusal("BackupService.6302", format!("There is no agent {id}.")).into())
}

/// Agents of the project (60).
pub fn list(
    turn: &Turn<'_>,
    project_id: &str,
    pairs: &Pairs,
    page: &Page,
) -> Outcome<Listed<Agent>> {
    let ids: Vec<&str> = pairs.all("agent_id").filter(|id| !id.is_empty()).collect();
    let mut found = all(turn, project_id)?;
    found.retain(|agent| {
        pairs
            .filled("status")
            .is_none_or(|status| agent.status == status)
            && (ids.is_empty() || ids.contains(&agent.agent_id.as_str()))
    });
    page::cut(found, page, |agent| &agent.agent_id)
}

/// Registers an agent, or hears of it again (59).
pub fn register(turn: &Turn<'_>, project_id: &str, wanted: &AgentRegister) -> Outcome<Agent> {
    let version = wanted.agent_version.as_deref().unwrap_or(CURRENT);
    for (member, text) in [
        ("agent_id", &wanted.agent_id),
        ("host_ip", &wanted.host_ip),
        ("host_name", &wanted.host_name),
        ("host_os", &wanted.host_os),
    ] {
        if text.is_empty() || text.chars().count() > 255 {
            return Err(
                invalid(&format!("agent.{member}"), "must have 1 to 255 characters").into(),
            );
        }
    }
    let parts: Vec<_> = version.split('.').collect();
    if parts.len() != 3 || parts.iter().any(|part| part.parse::<u32>().is_err()) {
        return Err(invalid(
            "agent.agent_version",
            format!("`{version}` is not of the form 1.2.3"),
        )
        .into());
    }
    turn.db
        .prepare_cached(
            "INSERT INTO cbr_agents (id, project, host_ip, host_name, host_nickname, host_os, kind, version, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)
             ON CONFLICT (project, id) DO UPDATE SET host_ip = excluded.host_ip, host_name = excluded.host_name,
                 host_os = excluded.host_os, version = excluded.version, status = 'normal', updated_at = excluded.updated_at",
        )?
        .execute(params![
            wanted.agent_id,
            turn.tenant(project_id)?,
            wanted.host_ip,
            wanted.host_name,
            wanted.host_nickname.as_deref().unwrap_or_default(),
            wanted.host_os,
            wanted.agent_type.as_deref().unwrap_or("cloud"),
            version,
            turn.now.micros(),
        ])?;
    show(turn, project_id, &wanted.agent_id)
}

/// Changes the state of an agent (62).
pub fn update(turn: &Turn<'_>, project_id: &str, id: &str, change: &AgentUpdate) -> Outcome<Agent> {
    let agent = show(turn, project_id, id)?;
    let status = change.status.clone().unwrap_or(agent.status);
    if !matches!(status.as_str(), "normal" | "uninstall") {
        return Err(invalid(
            "agent.status",
            format!("`{status}` is neither normal nor uninstall"),
        )
        .into());
    }
    turn.db
        .prepare_cached(
            "UPDATE cbr_agents SET status = ?3, host_nickname = ?4, updated_at = ?5 WHERE project = ?1 AND id = ?2",
        )?
        .execute((
            turn.tenant(project_id)?,
            id,
            status,
            change.host_nickname.clone().unwrap_or(agent.host_nickname),
            turn.now.micros(),
        ))?;
    show(turn, project_id, id)
}

/// Forgets an agent (63).
pub fn unregister(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<()> {
    show(turn, project_id, id)?;
    turn.db
        .prepare_cached("DELETE FROM cbr_agents WHERE project = ?1 AND id = ?2")?
        .execute((turn.tenant(project_id)?, id))?;
    Ok(())
}

fn write_paths(turn: &Turn<'_>, project_id: &str, id: &str, paths: &[AgentPath]) -> Outcome<()> {
    turn.db
        .prepare_cached(
            "UPDATE cbr_agents SET paths = ?3, updated_at = ?4 WHERE project = ?1 AND id = ?2",
        )?
        .execute((
            turn.tenant(project_id)?,
            id,
            serde_json::to_string(paths)?,
            turn.now.micros(),
        ))?;
    Ok(())
}

/// Backs up further paths (64).
pub fn add_paths(turn: &Turn<'_>, project_id: &str, id: &str, wanted: &PathsAdd) -> Outcome<Value> {
    let mut paths = show(turn, project_id, id)?.paths;
    if wanted.add_path.is_empty() {
        return Err(invalid("add_path", Broken::Empty).into());
    }
    let (mut added, mut existed) = (Vec::new(), Vec::new());
    for path in &wanted.add_path {
        if path.is_empty() || path.chars().count() > 255 {
            return Err(invalid("add_path", "a path must have 1 to 255 characters").into());
        }
        if paths.iter().any(|known| known.dir_path == *path) {
            existed.push(path);
            continue;
        }
        let excluded = wanted
            .exclude_path
            .iter()
            .flatten()
            .find(|exclude| exclude.path_name == *path);
        paths.push(AgentPath {
            id: turn.new_id(),
            agent_id: id.to_owned(),
            dir_path: path.clone(),
            exclude_paths: excluded
                .and_then(|exclude| exclude.exclude_path_name.clone())
                .unwrap_or_default(),
            status: "available".to_owned(),
        });
        added.push(path);
    }
    write_paths(turn, project_id, id, &paths)?;
    Ok(json!({"added": added, "existed": existed}))
}

/// Backs up fewer paths (65).
pub fn remove_paths(
    turn: &Turn<'_>,
    project_id: &str,
    id: &str,
    wanted: &[String],
) -> Outcome<Value> {
    let mut paths = show(turn, project_id, id)?.paths;
    let (removed, not_existed): (Vec<_>, Vec<_>) = wanted
        .iter()
        .partition(|path| paths.iter().any(|known| known.dir_path == **path));
    paths.retain(|known| !wanted.contains(&known.dir_path));
    write_paths(turn, project_id, id, &paths)?;
    Ok(json!({"removed": removed, "not_existed": not_existed}))
}

/// Whether these servers have an agent (58): one registered with the server's name or id.
pub fn check(turn: &Turn<'_>, project_id: &str, wanted: &[AgentCheck]) -> Outcome<Value> {
    let agents = all(turn, project_id)?;
    let answers: Vec<_> = wanted
        .iter()
        .map(|check| {
            let names = [
                Some(check.resource_id.as_str()),
                check.resource_name.as_deref(),
            ];
            let agent = agents.iter().find(|agent| {
                names.contains(&Some(&agent.host_name)) || agent.agent_id == check.resource_id
            });
            json!({
                "resource_id": check.resource_id,
                "installed": agent.is_some_and(|agent| agent.status == "normal"),
                "version": agent.map(|agent| &agent.agent_version),
                "is_old": agent.map(|agent| agent.agent_version != CURRENT),
                "code": null,
                "message": null,
            })
        })
        .collect();
    Ok(json!({"agent_status": answers}))
}

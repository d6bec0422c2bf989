//! Calls about backups shared between projects (cbr-v3 5.4), and whose projects there are (5.11).

use contract::cbr::backups::{Backup, BackupAnswer, BackupsAnswer};
use contract::cbr::share::{ACCEPTED, PENDING, REJECTED};
use contract::cbr::sharing::{
    AccountProject, AccountProjects, Member, MemberAnswer, MemberUpdate, MembersAdd, MembersAnswer,
};
use contract::cbr::vaults::{Vault, VaultAnswer, VaultsAnswer};
use contract::operations::cbr;
use contract::rules::SERVER_KIND;

use super::audit::audit;
use super::call::Api;
use super::error::ApiError;
use super::pages::{PAGE, all_pages};

/// Shares whose vault and time are asked for one by one.
const ASKED: usize = 40;
/// Rows of the gateway's record that are looked through for backups shared before.
const RECORDED: usize = 200;

/// A backup that another project shares with this one.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedBackup {
    pub backup: Backup,
    pub member: Member,
}

/// A backup as the service has it, in the words of its own generation.
pub async fn vault_backup(api: Api, id: &str) -> Result<Backup, ApiError> {
    let answer: BackupAnswer = api.call(&cbr::BACKUPS_SHOW, &[id]).send().await?;
    Ok(answer.backup)
}

/// The vault a backup lies in; nothing when it is another project's.
pub async fn vault_of_backup(api: Api, backup: &Backup) -> Result<Option<Vault>, ApiError> {
    let id = backup.vault_id.as_str();
    let call = api.call(&cbr::VAULTS_SHOW, &[id]);
    match call.send::<VaultAnswer>().await {
        Ok(answer) => Ok(Some(answer.vault)),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Every vault of the project, as the service has it.
pub async fn own_vaults(api: Api) -> Result<Vec<Vault>, ApiError> {
    let page = |marker: Option<String>| async move {
        let answer: VaultsAnswer = api
            .call(&cbr::VAULTS_LIST, &[])
            .query("limit", &PAGE.to_string())
            .query("marker", marker.as_deref().unwrap_or_default())
            .send()
            .await?;
        Ok(answer.vaults)
    };
    all_pages(page, |vault: &Vault| &vault.id).await
}

/// What other projects share with this one: what waits for an answer first.
pub async fn shared_with_us(api: Api) -> Result<Vec<SharedBackup>, ApiError> {
    let project = api.project();
    let mut all = Vec::new();
    for status in [PENDING, ACCEPTED, REJECTED] {
        let page = |marker: Option<String>| async move {
            let answer: BackupsAnswer = api
                .call(&cbr::BACKUPS_LIST, &[])
                .query("own_type", "shared")
                .query("member_status", status)
                .query("limit", &PAGE.to_string())
                .query("marker", marker.as_deref().unwrap_or_default())
                .send()
                .await?;
            Ok(answer.backups)
        };
        for backup in all_pages(page, |backup: &Backup| &backup.id).await? {
            let listed = Member {
                backup_id: backup.id.clone(),
                dest_project_id: project.clone(),
                status: status.to_owned(),
                ..Member::default()
            };
            let known = if all.len() < ASKED {
                share(api, &backup.id, &project).await?
            } else {
                None
            };
            let member = known.unwrap_or(listed);
            all.push(SharedBackup { backup, member });
        }
    }
    Ok(all)
}

async fn share(api: Api, backup: &str, project: &str) -> Result<Option<Member>, ApiError> {
    let call = api.call(&cbr::MEMBERS_SHOW, &[backup, project]);
    match call.send::<MemberAnswer>().await {
        Ok(answer) => Ok(Some(answer.member)),
        // It ended between the two calls.
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whom a backup is shared with; nobody, when it is gone.
pub async fn members(api: Api, backup: &str) -> Result<Vec<Member>, ApiError> {
    let call = api.call(&cbr::MEMBERS_LIST, &[backup]);
    match call.send::<MembersAnswer>().await {
        Ok(answer) => Ok(answer.members),
        Err(error) if error.is_missing() => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Backups of servers, newest first: those that may be shared. The service cannot list those that are.
pub async fn shareable_backups(
    api: Api,
    offset: usize,
    limit: usize,
) -> Result<(Vec<Backup>, usize), ApiError> {
    let answer: BackupsAnswer = api
        .call(&cbr::BACKUPS_LIST, &[])
        .query("resource_type", SERVER_KIND)
        .query("status", "available")
        .query("image_type", "backup")
        .query("sort", "created_at:desc")
        .query("offset", &offset.to_string())
        .query("limit", &limit.to_string())
        .send()
        .await?;
    let known = offset + answer.backups.len();
    let said = answer.count.and_then(|count| usize::try_from(count).ok());
    Ok((answer.backups, said.unwrap_or(known).max(known)))
}

/// Ids of the backups that were shared through this console, the latest first, each once.
pub async fn shared_before(api: Api) -> Result<Vec<String>, ApiError> {
    let page = audit(api, cbr::MEMBERS_ADD.id, RECORDED, None).await?;
    let mut ids: Vec<String> = Vec::new();
    for row in page.entries {
        // `/backups/{id}/members`
        let id = row.path.trim_start_matches('/').split('/').nth(1);
        if let Some(id) = id.filter(|id| !ids.iter().any(|known| known == id)) {
            ids.push(id.to_owned());
        }
    }
    Ok(ids)
}

/// Shares a backup with projects: all of them, or none.
pub async fn share_backup(
    api: Api,
    backup: &str,
    request: &MembersAdd,
    once: &str,
) -> Result<Vec<Member>, ApiError> {
    let answer: MembersAnswer = api
        .call(&cbr::MEMBERS_ADD, &[backup])
        .json(request)
        .once(once)
        .send()
        .await?;
    Ok(answer.members)
}

/// Accepts or rejects a backup that is shared with this project.
pub async fn answer_share(
    api: Api,
    backup: &str,
    change: &MemberUpdate,
    once: &str,
) -> Result<(), ApiError> {
    let project = api.project();
    api.call(&cbr::MEMBERS_UPDATE, &[backup, &project])
        .json(change)
        .once(once)
        .done()
        .await
}

/// Ends a share.
pub async fn end_share(api: Api, backup: &str, project: &str, once: &str) -> Result<(), ApiError> {
    api.call(&cbr::MEMBERS_DELETE, &[backup, project])
        .once(once)
        .done()
        .await
}

/// Every project of an account; none where the service does not say.
pub async fn account_projects(api: Api, domain: &str) -> Result<Vec<AccountProject>, ApiError> {
    let call = api.call(&cbr::DOMAIN_PROJECTS, &[domain]);
    match call.send::<AccountProjects>().await {
        Ok(answer) => Ok(answer.projects),
        Err(ApiError::Refused { .. }) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Whose project this is; nothing where the service does not say.
pub async fn whose_project(api: Api, id: &str) -> Result<Option<AccountProject>, ApiError> {
    let call = api.call(&cbr::DOMAIN_SHOW, &[id]);
    match call.send::<AccountProject>().await {
        Ok(answer) => Ok(Some(answer)),
        Err(ApiError::Refused { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

//! Calls about servers and their volumes (compute-and-volumes 3, 4; csbs-v1 4.1, 4.2).

use contract::compute::{ServerAnswer, ServersAnswer};
use contract::csbs::backups::{
    CheckAnswer, CheckProtectable, CheckRequest, CheckResult, CheckpointAnswer, ProtectRequest,
};
use contract::model::{Server, Volume};
use contract::operations::{csbs, ecs, volumev2};
use contract::rules::SERVER_KIND;
use contract::volumes::VolumesAnswer;

use super::call::Api;
use super::error::ApiError;
use super::pages::{PAGE, all_pages};

/// All servers. Their list is paged by number, not by marker (compute-and-volumes 3.1).
pub async fn servers(api: Api) -> Result<Vec<Server>, ApiError> {
    let mut number = 0;
    let page = |_: Option<String>| {
        number += 1;
        let number = number.to_string();
        async move {
            let answer: ServersAnswer = api
                .call(&ecs::SERVERS_LIST, &[])
                .query("limit", &PAGE.to_string())
                .query("offset", &number)
                .send()
                .await?;
            Ok(answer.servers.into_iter().map(Server::from).collect())
        }
    };
    all_pages(page, |server: &Server| &server.id).await
}

/// One server.
pub async fn server(api: Api, id: &str) -> Result<Server, ApiError> {
    let answer: ServerAnswer = api.call(&ecs::SERVERS_SHOW, &[id]).send().await?;
    Ok(answer.server.into())
}

/// All volumes of the project.
pub async fn volumes(api: Api) -> Result<Vec<Volume>, ApiError> {
    let page = |marker: Option<String>| async move {
        let answer: VolumesAnswer = api
            .call(&volumev2::VOLUMES_LIST, &[])
            .query("limit", &PAGE.to_string())
            .query("marker", marker.as_deref().unwrap_or_default())
            .send()
            .await?;
        Ok(answer.volumes.into_iter().map(Volume::from).collect())
    };
    all_pages(page, |volume: &Volume| &volume.id).await
}

/// The volumes attached to one server.
pub async fn volumes_of(api: Api, server: &str) -> Result<Vec<Volume>, ApiError> {
    let answer: VolumesAnswer = api
        .call(&volumev2::VOLUMES_LIST, &[])
        .query("server_id", server)
        .send()
        .await?;
    Ok(answer.volumes.into_iter().map(Volume::from).collect())
}

/// Whether servers can be backed up, in the order given; the service's own check.
pub async fn can_be_backed_up(api: Api, servers: &[String]) -> Result<Vec<CheckResult>, ApiError> {
    let request = CheckRequest {
        check_protectable: Some(
            servers
                .iter()
                .map(|id| CheckProtectable {
                    resource_id: id.clone(),
                    resource_type: SERVER_KIND.to_owned(),
                })
                .collect(),
        ),
        check_restorable: None,
    };
    let answer: CheckAnswer = api
        .call(&csbs::CHECK_RESOURCES, &[])
        .json(&request)
        .send()
        .await?;
    Ok(answer.protectable)
}

/// Backs up one server now; answers the id of the group of backups it makes.
pub async fn back_up_server(
    api: Api,
    server: &str,
    request: &ProtectRequest,
    once: &str,
) -> Result<String, ApiError> {
    let answer: CheckpointAnswer = api
        .call(&csbs::BACK_UP_SERVER, &[server])
        .json(request)
        .once(once)
        .send()
        .await?;
    Ok(answer.checkpoint.id)
}

//! Making an image of the system disk of a server, without a backup (compute-and-volumes section 1,
//! operation 24).

use contract::image::{SystemImageFacts, SystemImageRefusal, SystemImageRequest, system_refusals};

use super::making::{self, NewImage};
use crate::csbs::{numbers, servers};
use crate::refusal::Outcome;
use crate::turn::Turn;

/// The operation that begins images.
const CREATE: &str = "image.images.create";

/// Begins an image; says the id of its job, or why there will be none.
pub fn create(
    turn: &Turn<'_>,
    project_id: &str,
    wanted: &SystemImageRequest,
) -> Outcome<Result<String, SystemImageRefusal>> {
    let tenant = turn.tenant(project_id)?;
    let subject = servers::Subject::find(turn, project_id, &wanted.instance_id)?;
    let names = making::taken_names(turn, tenant)?;
    let facts = SystemImageFacts {
        server: subject.as_ref().map(|subject| &subject.server),
        volumes: subject.as_ref().map_or(&[], |subject| &subject.volumes),
        names: &names,
        being_backed_up: servers::running(turn, &wanted.instance_id)?.is_some(),
    };
    if let Some(refusal) = system_refusals(wanted, &facts).into_iter().next() {
        return Ok(Err(refusal));
    }
    let Some(disk) = facts.system_disk() else {
        return Ok(Err(SystemImageRefusal::NoSystemDisk));
    };
    let seconds = numbers::image_seconds(numbers::used_mb(&disk.id, disk.size_gb));
    let fail_code = turn.faults.job_failure(CREATE);
    let made = making::begin(
        turn,
        &NewImage {
            tenant,
            name: &wanted.name,
            description: &wanted.description,
            source: "",
            backup_id: "",
            server_id: &wanted.instance_id,
            min_disk_gb: disk.size_gb,
            min_ram_mb: wanted.min_ram,
            max_ram_mb: wanted.max_ram,
            tags: making::all_tags(&wanted.image_tags, &wanted.tags),
            end: turn.now.plus_seconds(seconds),
            from_server: true,
            fail_code: fail_code.as_deref(),
        },
    )?;
    Ok(Ok(made.job_id))
}

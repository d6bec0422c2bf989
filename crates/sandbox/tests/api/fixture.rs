//! A few servers and volumes put straight into the store, for tests that need to know each of them.

use sandbox::store::StoreError;

use crate::client::{Session, World};

pub const WEB: &str = "9506416d-db6c-406e-8bca-c0f43793d914";
pub const DB: &str = "5aa119a8-d25b-45a7-8d1b-88e127885635";
pub const METAL: &str = "f45c477a-57e5-465f-999f-d845083962db";
pub const FOREIGN: &str = "6507cb66-90dc-4a12-a573-c9f3398f899d";
pub const WEB_ROOT: &str = "ee27f809-6fb5-40ae-ac46-c932bb4ee8fe";
pub const WEB_DATA: &str = "bc118c24-3234-4afd-8423-d66d3d677649";
pub const SHARED: &str = "a2b9fb53-2770-4fcd-9bad-6cadd56e6c09";
pub const LOOSE: &str = "504b7d59-c361-411f-9ed3-814f35d08e3d";
pub const FOREIGN_ROOT: &str = "4010a32b-5f90-4853-8015-f90aaa24b001";

/// 2026-03-01T10:00:00 UTC.
const NOON: i64 = 1_772_359_200_000_000;
const MINUTE: i64 = 60_000_000;

/// Three servers of the demo project (a web server, a stopped database, a bare-metal one) with
/// their volumes, one volume attached to nothing, and one server of the other project.
pub async fn plant(world: &World) -> (Session, Session) {
    let (demo, other) = (
        world.demo().await,
        world.sign_in("demo2", "demo-project-2").await,
    );
    let (p, q) = (demo.project_id.clone(), other.project_id.clone());
    world
        .sandbox()
        .store
        .write(move |db| {
            let servers = [
                (WEB, &p, "web01", "ecs", "ACTIVE", "s3.large.2", r#"["env=prod","team"]"#),
                (DB, &p, "db_100%", "ecs", "SHUTOFF", "s3.xlarge.4", r#"["env=prod"]"#),
                (METAL, &p, "metal-1", "bms", "ACTIVE", "physical.o2", "[]"),
                (FOREIGN, &q, "web01", "ecs", "ACTIVE", "s3.large.2", "[]"),
            ];
            for (at, (id, project, name, kind, status, flavor, tags)) in (0i64..).zip(servers) {
                db.execute(
                    "INSERT INTO servers (id, project_id, name, kind, status, availability_zone, flavor_id,
                         vcpus, ram_mb, image_id, image_name, vpc_id, user_id, tags, created_at, updated_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, 'eu-de-01', ?6, 2, 4096,
                         '1ce5800a-e487-4c1b-b264-3353a39e2b4b', 'Debian 12', 'vpc', 'user', ?7, ?8, ?8)",
                    (id, project, name, kind, status, flavor, tags, NOON + at * MINUTE),
                )?;
            }
            let addresses = [
                (WEB, "192.168.0.20", 4, "fixed"),
                (WEB, "80.158.1.2", 4, "floating"),
                (WEB, "fd00::20", 6, "fixed"),
                (DB, "192.168.0.21", 4, "fixed"),
            ];
            for (server, address, version, kind) in addresses {
                db.execute(
                    "INSERT INTO server_addresses (port_id, server_id, network_id, mac, address, version, kind)
                     VALUES ('7b5d615c-186d-4646-9cb8-444addfe9b92', ?1,
                         '164489f6-cbf7-45b4-b6d0-d407c48cf7fc', 'fa:16:3e:00:00:01', ?2, ?3, ?4)",
                    (server, address, version, kind),
                )?;
            }
            let volumes = [
                (WEB_ROOT, &p, "web01-root", 40, "in-use", true, false, "SSD"),
                (WEB_DATA, &p, "web01-data", 100, "in-use", false, false, "SAS"),
                (SHARED, &p, "shared", 10, "in-use", false, true, "SSD"),
                (LOOSE, &p, "loose", 5, "available", false, false, "SATA"),
                (FOREIGN_ROOT, &q, "web01-root", 40, "in-use", true, false, "SSD"),
            ];
            for (at, (id, project, name, size, status, bootable, multiattach, kind)) in (0i64..).zip(volumes) {
                db.execute(
                    "INSERT INTO volumes (id, project_id, name, size_gb, status, bootable, multiattach,
                         availability_zone, volume_type, scsi, encrypted, created_at, updated_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'eu-de-01', ?8, ?9, ?9, ?10, ?10)",
                    (id, project, name, size, status, bootable, multiattach, kind, id == SHARED, NOON + at * MINUTE),
                )?;
            }
            let attachments = [
                (WEB, WEB_ROOT, "/dev/vda", 0),
                (WEB, WEB_DATA, "/dev/vdb", 1),
                (WEB, SHARED, "/dev/sda", 2),
                (DB, SHARED, "/dev/sda", 1),
                (FOREIGN, FOREIGN_ROOT, "/dev/vda", 0),
            ];
            for (server, volume, device, boot_index) in attachments {
                db.execute(
                    "INSERT INTO attachments (id, server_id, volume_id, device, boot_index, attached_at)
                     VALUES (?1 || '/' || ?2, ?1, ?2, ?3, ?4, ?5)",
                    (server, volume, device, boot_index, NOON),
                )?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    (demo, other)
}

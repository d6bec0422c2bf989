//! Putting servers and their volumes into a world.

use contract::time::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use crate::refusal::Outcome;
use crate::turn::Turn;

/// A volume to make.
#[derive(Clone, Copy, Debug)]
pub struct Disk {
    /// GB.
    pub gb: i64,
    /// `SSD`, `SAS` …
    pub kind: &'static str,
    /// Attachable to several servers.
    pub shared: bool,
    /// On dedicated storage.
    pub dedicated: bool,
}

/// A volume of this size and kind.
pub const fn disk(gb: i64, kind: &'static str) -> Disk {
    Disk {
        gb,
        kind,
        shared: false,
        dedicated: false,
    }
}

/// A server to make.
#[derive(Clone, Debug)]
pub struct Machine {
    pub name: &'static str,
    pub description: &'static str,
    pub status: &'static str,
    pub zone: &'static str,
    /// Flavour, vCPUs, MB of memory.
    pub flavor: (&'static str, i64, i64),
    pub windows: bool,
    pub bare_metal: bool,
    pub public: bool,
    /// The first is the system disk.
    pub disks: Vec<Disk>,
    pub tags: &'static [&'static str],
}

/// Flavours by size.
pub const SMALL: (&str, i64, i64) = ("s3.medium.2", 1, 2_048);
pub const MEDIUM: (&str, i64, i64) = ("s3.large.2", 2, 4_096);
pub const LARGE: (&str, i64, i64) = ("s3.xlarge.4", 4, 16_384);
pub const HUGE: (&str, i64, i64) = ("m4.2xlarge.8", 8, 65_536);

/// A running Linux server with one system disk.
pub fn linux(
    name: &'static str,
    description: &'static str,
    flavor: (&'static str, i64, i64),
) -> Machine {
    Machine {
        name,
        description,
        status: "ACTIVE",
        zone: "eu-de-01",
        flavor,
        windows: false,
        bare_metal: false,
        public: false,
        disks: vec![disk(40, "SSD")],
        tags: &[],
    }
}

impl Machine {
    pub fn with(mut self, disks: &[Disk]) -> Self {
        self.disks.extend_from_slice(disks);
        self
    }

    pub fn disks(mut self, disks: &[Disk]) -> Self {
        self.disks = disks.to_vec();
        self
    }

    pub fn windows(mut self) -> Self {
        self.windows = true;
        self.disks[0] = disk(80, "SSD");
        self
    }

    pub fn public(mut self) -> Self {
        self.public = true;
        self
    }

    pub fn status(mut self, status: &'static str) -> Self {
        self.status = status;
        self
    }

    pub fn zone(mut self, zone: &'static str) -> Self {
        self.zone = zone;
        self
    }

    pub fn tagged(mut self, tags: &'static [&'static str]) -> Self {
        self.tags = tags;
        self
    }
}

/// A project and its one network, being filled.
pub struct Site<'a> {
    turn: &'a Turn<'a>,
    pub project_id: String,
    user_id: String,
    vpc_id: String,
    network_id: String,
    made: u32,
}

impl<'a> Site<'a> {
    /// The project with this name.
    pub fn of(turn: &'a Turn<'a>, project: &str) -> Outcome<Self> {
        let (project_id, user_id) = turn
            .db
            .prepare_cached(
                "SELECT p.id, u.id FROM projects p JOIN grants g ON g.project_id = p.id JOIN users u ON u.id = g.user_id
                 WHERE p.name = ?1 ORDER BY u.admin, u.id LIMIT 1",
            )?
            .query_row([project], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Self {
            turn,
            project_id,
            user_id,
            vpc_id: turn.new_id(),
            network_id: turn.new_id(),
            made: 0,
        })
    }

    /// Makes a server at an instant; says its id.
    pub fn add(&mut self, machine: &Machine, at: Timestamp) -> Outcome<String> {
        self.made += 1;
        let id = self.turn.new_id();
        let (image_name, os_type) = if machine.windows {
            ("Windows Server 2022 Datacenter", "Windows")
        } else {
            ("Debian 12", "Linux")
        };
        let mut tags: Vec<&str> = machine.tags.to_vec();
        if machine.bare_metal {
            tags.push("__type_baremetal");
        }
        let (flavor, vcpus, ram) = machine.flavor;
        self.turn
            .db
            .prepare_cached(
                "INSERT INTO servers (id, project_id, name, description, kind, status, availability_zone, flavor_id,
                     vcpus, ram_mb, image_id, image_name, os_type, vpc_id, user_id, key_name, tags, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?18)",
            )?
            .execute(params![
                id,
                self.project_id,
                machine.name,
                machine.description,
                if machine.bare_metal { "bms" } else { "ecs" },
                machine.status,
                machine.zone,
                flavor,
                vcpus,
                ram,
                self.turn.new_id(),
                image_name,
                os_type,
                self.vpc_id,
                self.user_id,
                (!machine.windows).then_some("operations"),
                serde_json::to_string(&tags)?,
                at.micros(),
            ])?;
        self.connect(&id, machine.public)?;
        for (n, disk) in machine.disks.iter().enumerate() {
            let suffix = if n == 0 {
                "root".to_owned()
            } else {
                format!("data{n}")
            };
            let volume = self.volume(
                &format!("{}-{suffix}", machine.name),
                machine.zone,
                disk,
                at,
            )?;
            self.attach(&id, &volume, n, at)?;
        }
        Ok(id)
    }

    fn connect(&self, server_id: &str, public: bool) -> Outcome<()> {
        let (port, n) = (self.turn.new_id(), self.made);
        let mac = format!(
            "fa:16:3e:{:02x}:{:02x}:{:02x}",
            n >> 16 & 255,
            n >> 8 & 255,
            n & 255
        );
        let mut insert = self.turn.db.prepare_cached(
            "INSERT INTO server_addresses (port_id, server_id, network_id, mac, address, kind) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        let fixed = format!("192.168.{}.{}", n / 200, n % 200 + 10);
        insert.execute((&port, server_id, &self.network_id, &mac, fixed, "fixed"))?;
        if public {
            // From the block reserved for documentation (RFC 5737).
            let floating = format!("203.0.113.{}", n % 250 + 1);
            insert.execute((
                &port,
                server_id,
                &self.network_id,
                &mac,
                floating,
                "floating",
            ))?;
        }
        Ok(())
    }

    /// Makes a volume that is attached to nothing; says its id.
    pub fn volume(&self, name: &str, zone: &str, disk: &Disk, at: Timestamp) -> Outcome<String> {
        let id = self.turn.new_id();
        let dedicated = disk.dedicated.then(|| self.turn.new_id());
        self.turn
            .db
            .prepare_cached(
                "INSERT INTO volumes (id, project_id, name, size_gb, status, multiattach, availability_zone, volume_type,
                     service_type, dedicated_storage_id, dedicated_storage_name, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, 'available', ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)",
            )?
            .execute(params![
                id,
                self.project_id,
                name,
                disk.gb,
                disk.shared,
                zone,
                disk.kind,
                if disk.dedicated { "DSS" } else { "EVS" },
                dedicated,
                disk.dedicated.then_some("dedicated-pool"),
                at.micros(),
            ])?;
        Ok(id)
    }

    /// Attaches a volume as the n-th disk of a server; the first is the system disk.
    pub fn attach(&self, server_id: &str, volume_id: &str, n: usize, at: Timestamp) -> Outcome<()> {
        let letter = char::from(b'a' + u8::try_from(n % 26).unwrap_or(0));
        self.turn
            .db
            .prepare_cached(
                "INSERT INTO attachments (id, server_id, volume_id, device, boot_index, pci_address, attached_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                self.turn.new_id(),
                server_id,
                volume_id,
                format!("/dev/vd{letter}"),
                if n == 0 { 0 } else { -1 },
                format!("0000:02:{:02x}.0", n + 1),
                at.micros(),
            ])?;
        self.turn
            .db
            .prepare_cached("UPDATE volumes SET status = 'in-use', bootable = ?2 WHERE id = ?1")?
            .execute((volume_id, n == 0))?;
        Ok(())
    }

    /// The n-th volume of a server, the system disk first.
    pub fn nth_volume(&self, server_id: &str, n: usize) -> Outcome<Option<String>> {
        let found = self
            .turn
            .db
            .prepare_cached(
                "SELECT volume_id FROM attachments WHERE server_id = ?1 ORDER BY boot_index <> 0, device LIMIT 1 OFFSET ?2",
            )?
            .query_row((server_id, i64::try_from(n).unwrap_or(i64::MAX)), |row| row.get(0))
            .optional()?;
        Ok(found)
    }

    /// Takes a volume off its server; it stays, attached to nothing.
    pub fn detach(&self, volume_id: &str) -> Outcome<()> {
        self.turn
            .db
            .prepare_cached("DELETE FROM attachments WHERE volume_id = ?1")?
            .execute([volume_id])?;
        self.turn
            .db
            .prepare_cached("UPDATE volumes SET status = 'available' WHERE id = ?1")?
            .execute([volume_id])?;
        Ok(())
    }
}

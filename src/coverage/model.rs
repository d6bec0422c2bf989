//! The computation; no I/O, tested natively.

use std::collections::{HashMap, HashSet};

use contract::cbr::rules::VOLUME_KIND;
use contract::model::{Backup, BackupStatus, Generation, Policy, Server};
use contract::time::Timestamp;

use super::Target;

/// What keeps a server from being protected; worst first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// No usable backup at all.
    Never,
    /// The newest usable backup is older than the target.
    Old { newest: Timestamp },
    /// Fresh backups leave some of its disks out.
    DisksLeftOut { volumes: Vec<String> },
    /// The service cannot back up servers of this kind.
    Unsupported,
    /// Nobody could be asked who may protect it; with the reason.
    NotKnown(&'static str),
}

/// What could not be asked, and so is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// The service whose backups are missing.
    pub backups: Option<Generation>,
    /// Policies of a service are missing.
    pub policies: bool,
    /// Servers whose older backups nobody was asked for.
    pub unasked: Vec<String>,
}

const SILENT: &str = "The service that did not answer may protect it.";

/// So many that not all could be asked about.
const UNASKED: &str = "So many servers have no fresh backup that its older ones were not asked for; its own page asks.";

/// Which policy looks after a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyState {
    None,
    /// No running policy is known, but not all could be asked for.
    NotKnown,
    /// Its schedule is switched off.
    Off {
        id: String,
        name: String,
    },
    On {
        id: String,
        name: String,
    },
}

impl PolicyState {
    /// The policy's id and name, if there is one.
    pub fn policy(&self) -> Option<(&str, &str)> {
        match self {
            Self::None | Self::NotKnown => None,
            Self::Off { id, name } | Self::On { id, name } => Some((id, name)),
        }
    }
}

/// How one server is protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerCoverage {
    pub server_id: String,
    pub server_name: String,
    /// `None`: protected.
    pub gap: Option<Gap>,
    /// When its newest usable backup was begun.
    pub newest: Option<Timestamp>,
    pub policy: PolicyState,
    /// Its latest backup failed: the reason.
    pub failed: Option<String>,
}

impl ServerCoverage {
    /// Whether it is known not to be protected.
    pub fn has_gap(&self) -> bool {
        self.gap.is_some() && !self.is_unknown()
    }

    /// Whether nobody knows if it is protected.
    pub fn is_unknown(&self) -> bool {
        matches!(self.gap, Some(Gap::NotKnown(_)))
    }
}

/// How all servers are protected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Worst first; the protected ones last, by name.
    pub servers: Vec<ServerCoverage>,
}

impl Coverage {
    /// The servers with a gap, worst first.
    pub fn gaps(&self) -> impl Iterator<Item = &ServerCoverage> {
        self.servers.iter().filter(|server| server.has_gap())
    }

    /// How many servers nobody knows of whether they are protected.
    pub fn unknown(&self) -> usize {
        self.servers
            .iter()
            .filter(|server| server.is_unknown())
            .count()
    }

    /// The same, but what only those that could not be asked could say is not known.
    pub fn without(mut self, missing: &Missing) -> Self {
        for server in &mut self.servers {
            let why = match (&server.gap, missing.backups) {
                (None, _) => None,
                // Only vaults take bare-metal servers.
                (Some(Gap::Unsupported), Some(Generation::Csbs)) => None,
                (Some(_), Some(_)) => Some(SILENT),
                _ => missing
                    .unasked
                    .contains(&server.server_id)
                    .then_some(UNASKED),
            };
            if let Some(why) = why {
                server.gap = Some(Gap::NotKnown(why));
            }
            if missing.policies && !matches!(server.policy, PolicyState::On { .. }) {
                server.policy = PolicyState::NotKnown;
            }
        }
        self.sort();
        self
    }

    fn sort(&mut self) {
        self.servers.sort_by(|a, b| {
            // `None` would come first; the protected ones come last.
            (a.gap.is_none(), &a.gap, &a.server_name).cmp(&(
                b.gap.is_none(),
                &b.gap,
                &b.server_name,
            ))
        });
    }

    /// One server.
    pub fn of(&self, server: &str) -> Option<&ServerCoverage> {
        self.servers
            .iter()
            .find(|coverage| coverage.server_id == server)
    }
}

/// Computes the coverage. `backups` are those within the target and, for servers without one, the
/// newest that exist; order does not matter, and neither does having more than that.
pub fn cover(
    servers: &[Server],
    policies: &[Policy],
    backups: &[Backup],
    target: Target,
    now: Timestamp,
) -> Coverage {
    let since = now.plus_seconds(-target.hours() * 3600);
    let mut of_server: HashMap<&str, Vec<&Backup>> = HashMap::new();
    for backup in backups {
        let mut of = &backup.server_id;
        // The backup of a single volume counts for the server the volume is attached to.
        if backup.kind == VOLUME_KIND
            && let Some(server) = servers.iter().find(|server| is_attached(server, of))
        {
            of = &server.id;
        }
        of_server.entry(of).or_default().push(backup);
    }
    let servers = servers
        .iter()
        .map(|server| {
            let backups = of_server
                .get(server.id.as_str())
                .map(Vec::as_slice)
                .unwrap_or_default();
            let newest = usable(backups).filter_map(|backup| backup.created_at).max();
            ServerCoverage {
                server_id: server.id.clone(),
                server_name: server.name.clone(),
                gap: gap(server, backups, newest, since),
                newest,
                policy: policy_of(&server.id, policies),
                failed: latest_failure(backups),
            }
        })
        .collect();
    let mut coverage = Coverage { servers };
    coverage.sort();
    coverage
}

fn is_attached(server: &Server, volume: &str) -> bool {
    let mut attachments = server.attachments.iter();
    attachments.any(|attachment| attachment.volume_id == volume)
}

fn usable<'a>(backups: &'a [&'a Backup]) -> impl Iterator<Item = &'a Backup> {
    backups.iter().copied().filter(|backup| {
        // While it is being restored it is as good as before.
        matches!(
            backup.status,
            BackupStatus::Available | BackupStatus::WaitingRestore | BackupStatus::Restoring
        )
    })
}

fn gap(
    server: &Server,
    backups: &[&Backup],
    newest: Option<Timestamp>,
    since: Timestamp,
) -> Option<Gap> {
    // Only vaults take bare-metal servers; without a backup in one it is not known that one does.
    if server.bare_metal && !usable(backups).any(|backup| backup.in_vault.is_some()) {
        return Some(Gap::Unsupported);
    }
    let Some(newest) = newest else {
        return Some(Gap::Never);
    };
    if newest < since {
        return Some(Gap::Old { newest });
    }
    let covered: HashSet<&str> = usable(backups)
        .filter(|backup| backup.created_at.is_some_and(|at| at >= since))
        .flat_map(|backup| backup.disks.iter().map(|disk| disk.volume_id.as_str()))
        .collect();
    let volumes: Vec<String> = server
        .attachments
        .iter()
        .map(|attachment| attachment.volume_id.as_str())
        .filter(|volume| !covered.contains(volume))
        .map(str::to_owned)
        .collect();
    (!volumes.is_empty()).then_some(Gap::DisksLeftOut { volumes })
}

fn policy_of(server: &str, policies: &[Policy]) -> PolicyState {
    let of_server = |policy: &&Policy| policy.servers.iter().any(|listed| listed.id == server);
    // A server may be looked after by a policy of its own and by that of its vault; one that is on counts.
    let policy = policies
        .iter()
        .filter(of_server)
        .max_by_key(|policy| policy.enabled);
    match policy {
        None => PolicyState::None,
        Some(policy) => {
            let (id, name) = (policy.id.clone(), policy.name.clone());
            if policy.enabled {
                PolicyState::On { id, name }
            } else {
                PolicyState::Off { id, name }
            }
        }
    }
}

fn latest_failure(backups: &[&Backup]) -> Option<String> {
    let latest = backups.iter().max_by_key(|backup| backup.created_at)?;
    if latest.status != BackupStatus::Error {
        return None;
    }
    Some(
        latest
            .failure
            .as_ref()
            .map(|failure| failure.reason.clone())
            .unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::csbs::backups::CheckpointItem;
    use serde_json::json;

    const NOW: &str = "2026-03-14T12:00:00";

    fn server(id: &str, volumes: &[&str]) -> Server {
        let attached: Vec<_> = volumes.iter().map(|id| json!({ "id": id })).collect();
        let wire: contract::compute::Server = serde_json::from_value(json!({
            "id": id, "name": id, "status": "ACTIVE", "os-extended-volumes:volumes_attached": attached,
        }))
        .expect("a server");
        wire.into()
    }

    fn backup(server: &str, status: &str, created: &str, volumes: &[&str]) -> Backup {
        let disks: Vec<_> = volumes
            .iter()
            .map(|id| json!({ "source_volume_id": id }))
            .collect();
        let wire: CheckpointItem = serde_json::from_value(json!({
            "id": format!("{server}-{created}"), "resource_id": server, "status": status, "created_at": created,
            "extend_info": { "volume_backups": disks, "fail_reason": "no room", "fail_op": "backup" },
        }))
        .expect("a backup");
        wire.into()
    }

    fn policy(name: &str, enabled: bool, servers: &[&str]) -> Policy {
        Policy {
            id: name.into(),
            name: name.into(),
            enabled,
            servers: servers
                .iter()
                .map(|id| contract::model::PolicyServer {
                    id: (*id).into(),
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        }
    }

    fn covered(
        servers: &[Server],
        policies: &[Policy],
        backups: &[Backup],
        target: Target,
    ) -> Coverage {
        cover(
            servers,
            policies,
            backups,
            target,
            Timestamp::parse(NOW).expect("valid"),
        )
    }

    #[test]
    fn backups_of_single_volumes_protect_the_server_they_are_attached_to() {
        let of_volume = |volume: &str| {
            let wire = contract::cbr::Backup {
                id: format!("of-{volume}"),
                status: "available".into(),
                created_at: Timestamp::parse("2026-03-14T02:00:00"),
                resource_type: "OS::Cinder::Volume".into(),
                resource_id: volume.into(),
                ..contract::cbr::Backup::default()
            };
            Backup::from(wire)
        };
        let gap = |backups: &[Backup]| {
            let servers = [server("web", &["v1", "v2"])];
            covered(&servers, &[], backups, Target::Daily).servers[0]
                .gap
                .clone()
        };
        assert_eq!(gap(&[of_volume("v1"), of_volume("v2")]), None);
        assert_eq!(
            gap(&[of_volume("v1")]),
            Some(Gap::DisksLeftOut {
                volumes: vec!["v2".into()]
            })
        );
    }

    #[test]
    fn of_two_policies_the_one_that_is_on_counts() {
        let policies = [
            policy("off", false, &["web"]),
            policy("vault", true, &["web"]),
            policy("other", false, &["web"]),
        ];
        let coverage = covered(&[server("web", &["v1"])], &policies, &[], Target::Daily);
        assert!(matches!(&coverage.servers[0].policy, PolicyState::On { id, .. } if id == "vault"));
    }

    #[test]
    fn a_fresh_backup_of_every_disk_protects() {
        let coverage = covered(
            &[server("web", &["v1", "v2"])],
            &[policy("nightly", true, &["web"])],
            &[backup(
                "web",
                "available",
                "2026-03-14T02:00:00",
                &["v1", "v2"],
            )],
            Target::Daily,
        );
        assert_eq!(coverage.gaps().count(), 0);
        assert_eq!(
            coverage.servers[0].policy.policy(),
            Some(("nightly", "nightly"))
        );
    }

    #[test]
    fn a_policy_alone_protects_nothing() {
        let coverage = covered(
            &[server("web", &["v1"])],
            &[policy("nightly", true, &["web"])],
            &[],
            Target::Daily,
        );
        assert_eq!(coverage.servers[0].gap, Some(Gap::Never));
    }

    #[test]
    fn a_failed_or_unfinished_backup_is_no_backup() {
        for status in [
            "error",
            "protecting",
            "waiting_protect",
            "deleting",
            "thawing",
        ] {
            let coverage = covered(
                &[server("web", &["v1"])],
                &[],
                &[backup("web", status, "2026-03-14T02:00:00", &["v1"])],
                Target::Daily,
            );
            assert_eq!(coverage.servers[0].gap, Some(Gap::Never), "{status}");
        }
    }

    #[test]
    fn a_server_the_service_cannot_back_up_is_not_called_protected() {
        let metal = Server {
            bare_metal: true,
            ..server("metal", &["v1"])
        };
        let coverage = covered(
            &[metal],
            &[],
            &[backup("metal", "available", "2026-03-14T02:00:00", &["v1"])],
            Target::Daily,
        );
        assert_eq!(coverage.servers[0].gap, Some(Gap::Unsupported));
    }

    #[test]
    fn the_target_decides_what_is_old() {
        let world = (
            [server("web", &["v1"])],
            [backup("web", "available", "2026-03-12T12:00:00", &["v1"])],
        );
        let newest = Timestamp::parse("2026-03-12T12:00:00").expect("valid");
        assert_eq!(
            covered(&world.0, &[], &world.1, Target::Daily).servers[0].gap,
            Some(Gap::Old { newest })
        );
        assert_eq!(
            covered(&world.0, &[], &world.1, Target::ThreeDays).servers[0].gap,
            None
        );
    }

    #[test]
    fn a_disk_attached_since_is_named() {
        let coverage = covered(
            &[server("web", &["v1", "v2"])],
            &[],
            &[backup("web", "available", "2026-03-14T02:00:00", &["v1"])],
            Target::Daily,
        );
        assert_eq!(
            coverage.servers[0].gap,
            Some(Gap::DisksLeftOut {
                volumes: vec!["v2".into()]
            })
        );
    }

    #[test]
    fn disks_may_be_covered_by_several_backups() {
        let coverage = covered(
            &[server("web", &["v1", "v2"])],
            &[],
            &[
                backup("web", "available", "2026-03-14T02:00:00", &["v1"]),
                backup("web", "available", "2026-03-14T03:00:00", &["v2"]),
            ],
            Target::Daily,
        );
        assert_eq!(coverage.servers[0].gap, None);
    }

    #[test]
    fn the_worst_come_first_and_the_oldest_before_the_younger() {
        let coverage = covered(
            &[
                server("d", &["v"]),
                server("c", &["v"]),
                server("b", &["v"]),
                server("a", &["v"]),
            ],
            &[],
            &[
                backup("d", "available", "2026-03-14T02:00:00", &["v"]),
                backup("c", "available", "2026-03-01T02:00:00", &["v"]),
                backup("b", "available", "2026-02-01T02:00:00", &["v"]),
            ],
            Target::Daily,
        );
        let order: Vec<_> = coverage
            .servers
            .iter()
            .map(|server| server.server_id.as_str())
            .collect();
        assert_eq!(order, ["a", "b", "c", "d"]);
    }

    #[test]
    fn a_failure_after_the_newest_backup_is_told() {
        let coverage = covered(
            &[server("web", &["v1"])],
            &[],
            &[
                backup("web", "available", "2026-03-14T02:00:00", &["v1"]),
                backup("web", "error", "2026-03-14T08:00:00", &["v1"]),
            ],
            Target::Daily,
        );
        assert_eq!(coverage.servers[0].gap, None);
        assert_eq!(coverage.servers[0].failed.as_deref(), Some("no room"));
    }

    #[test]
    fn whom_the_silent_service_may_protect_is_not_called_unprotected() {
        let metal = Server {
            bare_metal: true,
            ..server("metal", &["v"])
        };
        let servers = [
            server("fresh", &["v"]),
            server("old", &["v"]),
            server("never", &["v"]),
            metal,
        ];
        let policies = [
            policy("on", true, &["fresh"]),
            policy("off", false, &["old"]),
        ];
        let backups = [
            backup("fresh", "available", "2026-03-14T02:00:00", &["v"]),
            backup("old", "available", "2026-03-01T02:00:00", &["v"]),
        ];
        let without = |silent| {
            let missing = Missing {
                backups: Some(silent),
                policies: true,
                unasked: Vec::new(),
            };
            covered(&servers, &policies, &backups, Target::Daily).without(&missing)
        };
        let coverage = without(Generation::Cbr);
        assert_eq!((coverage.gaps().count(), coverage.unknown()), (0, 3));
        let of = |id: &str| coverage.of(id).expect("a server");
        assert_eq!(of("fresh").gap, None);
        assert!(matches!(of("fresh").policy, PolicyState::On { .. }));
        assert_eq!(of("old").policy, PolicyState::NotKnown);
        assert!(of("old").newest.is_some(), "what is known of it stays");
        assert_eq!(coverage.servers[3].server_id, "fresh", "the protected last");
        // Nobody but a vault could protect it, and the vaults were asked.
        let coverage = without(Generation::Csbs);
        assert_eq!(
            coverage.of("metal").expect("a server").gap,
            Some(Gap::Unsupported)
        );
        assert_eq!((coverage.gaps().count(), coverage.unknown()), (1, 2));
    }

    #[test]
    fn a_server_nobody_asked_about_is_not_called_never_backed_up() {
        let missing = Missing {
            unasked: vec!["b".into()],
            ..Missing::default()
        };
        let servers = [server("a", &["v"]), server("b", &["v"])];
        let coverage = covered(&servers, &[], &[], Target::Daily).without(&missing);
        assert_eq!(coverage.of("a").expect("a server").gap, Some(Gap::Never));
        assert!(coverage.of("b").expect("a server").is_unknown());
        assert_eq!(coverage.servers[0].policy, PolicyState::None);
    }

    #[test]
    fn targets_survive_the_address() {
        for target in Target::ALL {
            assert_eq!(Target::from_key(target.key()), target);
        }
        assert_eq!(Target::from_key("soon"), Target::Daily);
    }
}

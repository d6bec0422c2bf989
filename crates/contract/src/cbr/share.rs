//! Whether a backup can be shared, and a shared one be taken or taken back: one typed check for the
//! console's forms and for the service, each reason with its code (cbr-v3 5.4, errors.md section 2).

use core::fmt;

use super::backups::Backup;
use super::rules::{MAX_MEMBERS, ObjectType};
use super::sharing::{Member, MemberUpdate};
use super::vaults::Vault;
use crate::rules::Broken;

/// What is known about a backup that somebody wants to share.
#[derive(Clone, Copy, Debug)]
pub struct ShareFacts<'a> {
    /// The backup with its disk backups.
    pub backup: &'a Backup,
    /// Its vault, where it could be looked at.
    pub vault: Option<&'a Vault>,
    /// Whom it is shared with already.
    pub members: &'a [Member],
    /// Every project there is; only the service knows them all.
    pub projects: Option<&'a [String]>,
}

/// Why a backup cannot be shared; `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShareRefusal {
    /// 9900: no project is named.
    NoReceiver,
    /// 6700: only backups of servers can be shared.
    NotOfServer(String),
    /// 6707: it is a replica.
    Replica,
    /// 6702: it is in this state.
    State(String),
    /// 6709: it has an encrypted disk.
    Encrypted,
    /// 6712: its vault is in this state.
    VaultState(String),
    /// 6701: so many projects would have it.
    TooMany(usize),
    /// 6704: it belongs to that project.
    OwnProject,
    /// 6704: no project has this id.
    NoProject(String),
    /// 6714: the project is named twice.
    Twice(String),
    /// 6703: the project has it already.
    Already(String),
}

impl ShareRefusal {
    /// The codes of all reasons.
    pub const CODES: [&str; 10] = [
        "BackupService.6700",
        "BackupService.6701",
        "BackupService.6702",
        "BackupService.6703",
        "BackupService.6704",
        "BackupService.6707",
        "BackupService.6709",
        "BackupService.6712",
        "BackupService.6714",
        "BackupService.9900",
    ];

    /// The catalogue's code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoReceiver => "BackupService.9900",
            Self::NotOfServer(_) => "BackupService.6700",
            Self::TooMany(_) => "BackupService.6701",
            Self::State(_) => "BackupService.6702",
            Self::Already(_) => "BackupService.6703",
            Self::OwnProject | Self::NoProject(_) => "BackupService.6704",
            Self::Replica => "BackupService.6707",
            Self::Encrypted => "BackupService.6709",
            Self::VaultState(_) => "BackupService.6712",
            Self::Twice(_) => "BackupService.6714",
        }
    }

    /// The status of the answer.
    pub const fn status(&self) -> u16 {
        400
    }
}

impl fmt::Display for ShareRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoReceiver => write!(f, "members: {}.", Broken::Empty),
            Self::NotOfServer(kind) => write!(
                f,
                "The backup is of a `{kind}`; only backups of servers can be shared."
            ),
            Self::Replica => f.write_str("The backup is a replica; share the original."),
            Self::State(state) => write!(
                f,
                "The backup is {state}; only available ones can be shared."
            ),
            Self::Encrypted => {
                f.write_str("The backup has encrypted disks, which cannot be shared.")
            }
            Self::VaultState(state) => write!(
                f,
                "The vault of the backup is {state}; wait until it is available."
            ),
            Self::TooMany(count) => write!(
                f,
                "The backup would be shared with {count} projects; at most {MAX_MEMBERS} are allowed."
            ),
            Self::OwnProject => {
                f.write_str("The backup belongs to this project; name the one that is to have it.")
            }
            Self::NoProject(id) => write!(
                f,
                "`{id}` is not the id of a project to share with; ids have 32 hexadecimal digits."
            ),
            Self::Twice(id) => write!(f, "Project {id} is named twice."),
            Self::Already(id) => write!(f, "The backup is shared with project {id} already."),
        }
    }
}

/// Whether a text has the form of a project id: 32 hexadecimal digits.
///
/// ```
/// use contract::cbr::share::is_project_id;
/// assert!(is_project_id("0605767a1b80d5ee2fb4c00950e4ae11"));
/// assert!(!is_project_id("demo-project"));
/// ```
pub fn is_project_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What is against sharing a backup, whoever is to have it.
pub fn backup_refusal(backup: &Backup, vault: Option<&Vault>) -> Option<ShareRefusal> {
    if ObjectType::of_kind(&backup.resource_type) != Some(ObjectType::Server) {
        return Some(ShareRefusal::NotOfServer(backup.resource_type.clone()));
    }
    if backup.image_type == "replication" {
        return Some(ShareRefusal::Replica);
    }
    if backup.status != "available" {
        return Some(ShareRefusal::State(backup.status.clone()));
    }
    let encrypted = |disk: &Backup| disk.extend_info.encrypted == Some(true);
    if backup.children.iter().any(encrypted) {
        return Some(ShareRefusal::Encrypted);
    }
    let state = vault.map(|vault| vault.billing.status.as_str())?;
    (!is_usable(state)).then(|| ShareRefusal::VaultState(state.to_owned()))
}

/// What is against sharing a backup with these projects; the first reason, in the service's order.
///
/// ```
/// use contract::cbr::backups::Backup;
/// use contract::cbr::share::{ShareFacts, ShareRefusal, share_refusal};
/// let backup = Backup { resource_type: "OS::Cinder::Volume".into(), ..Backup::default() };
/// let facts = ShareFacts { backup: &backup, vault: None, members: &[], projects: None };
/// let receiver = ["0605767a1b80d5ee2fb4c00950e4ae11".to_owned()];
/// assert_eq!(share_refusal(&receiver, &facts).unwrap().code(), "BackupService.6700");
/// ```
pub fn share_refusal(receivers: &[String], facts: &ShareFacts<'_>) -> Option<ShareRefusal> {
    if receivers.is_empty() {
        return Some(ShareRefusal::NoReceiver);
    }
    if let Some(refusal) = backup_refusal(facts.backup, facts.vault) {
        return Some(refusal);
    }
    let total = facts.members.len() + receivers.len();
    if total > MAX_MEMBERS {
        return Some(ShareRefusal::TooMany(total));
    }
    receivers.iter().enumerate().find_map(|(n, receiver)| {
        let known = |projects: &[String]| projects.contains(receiver);
        let has_it = |member: &Member| member.dest_project_id == *receiver;
        if *receiver == facts.backup.project_id {
            Some(ShareRefusal::OwnProject)
        } else if !is_project_id(receiver) || !facts.projects.is_none_or(known) {
            Some(ShareRefusal::NoProject(receiver.clone()))
        } else if receivers[..n].contains(receiver) {
            Some(ShareRefusal::Twice(receiver.clone()))
        } else if facts.members.iter().any(has_it) {
            Some(ShareRefusal::Already(receiver.clone()))
        } else {
            None
        }
    })
}

/// What is known when somebody accepts or rejects a shared backup.
#[derive(Clone, Copy, Debug)]
pub struct AnswerFacts<'a> {
    /// The project that answers.
    pub project: &'a str,
    /// The project the share is named by.
    pub member_id: &'a str,
    /// That share, when there is one.
    pub member: Option<&'a Member>,
    /// The vault that is named, when the answering project has it.
    pub vault: Option<&'a Vault>,
}

/// Why a shared backup cannot be accepted or rejected; `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerRefusal {
    /// 6705: it is not shared with this project.
    NotShared(String),
    /// 6708: another project answers.
    NotReceiver,
    /// 6706: this is no answer.
    Word(String),
    /// 9900: accepting needs a vault.
    NoVaultNamed,
    /// 6105: the project has no such vault.
    NoVault(String),
    /// 6712: the vault is in this state.
    VaultState {
        /// Its name.
        vault: String,
        /// Its state.
        state: String,
    },
    /// 6713: the vault is of another kind.
    VaultKind {
        /// Its name.
        vault: String,
        /// What it is for, the service's word.
        spec: String,
    },
    /// 6708: it was answered, and cannot become pending again.
    Answered(String),
}

impl AnswerRefusal {
    /// The codes of all reasons.
    pub const CODES: [&str; 7] = [
        "BackupService.6105",
        "BackupService.6705",
        "BackupService.6706",
        "BackupService.6708",
        "BackupService.6712",
        "BackupService.6713",
        "BackupService.9900",
    ];

    /// The catalogue's code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotShared(_) => "BackupService.6705",
            Self::Word(_) => "BackupService.6706",
            Self::NotReceiver | Self::Answered(_) => "BackupService.6708",
            Self::NoVaultNamed => "BackupService.9900",
            Self::NoVault(_) => "BackupService.6105",
            Self::VaultState { .. } => "BackupService.6712",
            Self::VaultKind { .. } => "BackupService.6713",
        }
    }

    /// The status of the answer.
    pub const fn status(&self) -> u16 {
        match self {
            Self::NotShared(_) | Self::NoVault(_) => 404,
            _ => 400,
        }
    }
}

impl fmt::Display for AnswerRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotShared(project) => {
                write!(f, "The backup is not shared with project {project}.")
            }
            Self::NotReceiver => {
                f.write_str("Only the receiving project accepts or rejects a backup.")
            }
            Self::Word(word) => write!(
                f,
                "status: `{word}` is none of accepted, rejected, pending."
            ),
            Self::NoVaultNamed => f.write_str("vault_id: is needed to accept a backup."),
            Self::NoVault(id) => write!(f, "There is no vault {id}."),
            Self::VaultState { vault, state } => {
                write!(f, "Vault {vault} is {state}; wait until it is available.")
            }
            Self::VaultKind { vault, spec } => write!(
                f,
                "Vault {vault} is a {spec}; a shared backup needs one for backups of servers."
            ),
            Self::Answered(state) => write!(
                f,
                "The backup is {state} already; it cannot become pending again."
            ),
        }
    }
}

/// What is against accepting a shared backup into a vault.
pub fn taking_refusal(vault: &Vault) -> Option<AnswerRefusal> {
    let (name, billing) = (vault.name.clone(), &vault.billing);
    if !is_usable(&billing.status) {
        let state = billing.status.clone();
        return Some(AnswerRefusal::VaultState { vault: name, state });
    }
    let fits = billing.object_type == ObjectType::Server.as_str()
        && billing.protect_type == PROTECT_BACKUP;
    (!fits).then(|| AnswerRefusal::VaultKind {
        vault: name,
        spec: billing.spec_code.clone(),
    })
}

/// What is against this answer; the first reason, in the service's order.
pub fn answer_refusal(change: &MemberUpdate, facts: &AnswerFacts<'_>) -> Option<AnswerRefusal> {
    let Some(member) = facts.member else {
        return Some(AnswerRefusal::NotShared(facts.member_id.to_owned()));
    };
    if facts.member_id != facts.project {
        return Some(AnswerRefusal::NotReceiver);
    }
    match change.status.as_str() {
        ACCEPTED => {
            let named = change.vault_id.as_deref().filter(|id| !id.is_empty());
            match (named, facts.vault) {
                (None, _) => Some(AnswerRefusal::NoVaultNamed),
                (Some(id), None) => Some(AnswerRefusal::NoVault(id.to_owned())),
                (Some(_), Some(vault)) => taking_refusal(vault),
            }
        }
        REJECTED => None,
        PENDING if member.status == PENDING => None,
        PENDING => Some(AnswerRefusal::Answered(member.status.clone())),
        other => Some(AnswerRefusal::Word(other.to_owned())),
    }
}

/// Why a share cannot be ended; `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevokeRefusal {
    /// 6705: it is not shared with this project.
    NotShared(String),
    /// 6710: the receiver made this image from it.
    Image {
        /// Who made it.
        project: String,
        /// Its id.
        image: String,
    },
}

impl RevokeRefusal {
    /// The catalogue's code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotShared(_) => "BackupService.6705",
            Self::Image { .. } => "BackupService.6710",
        }
    }

    /// The status of the answer.
    pub const fn status(&self) -> u16 {
        match self {
            Self::NotShared(_) => 404,
            Self::Image { .. } => 400,
        }
    }
}

impl fmt::Display for RevokeRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotShared(project) => {
                write!(f, "The backup is not shared with project {project}.")
            }
            Self::Image { project, image } => write!(
                f,
                "Project {project} made image {image} from it; that has to go first."
            ),
        }
    }
}

/// What is against ending a share.
pub fn revoke_refusal(member_id: &str, member: Option<&Member>) -> Option<RevokeRefusal> {
    match member {
        None => Some(RevokeRefusal::NotShared(member_id.to_owned())),
        Some(member) if member.image_id.is_empty() => None,
        Some(member) => Some(RevokeRefusal::Image {
            project: member.dest_project_id.clone(),
            image: member.image_id.clone(),
        }),
    }
}

/// The states of a share, in the service's words (cbr-v3 section 3).
pub const PENDING: &str = "pending";
/// Taken into a vault.
pub const ACCEPTED: &str = "accepted";
/// Not wanted.
pub const REJECTED: &str = "rejected";

/// What a vault for backups is for, as opposed to one for replicas.
pub(super) const PROTECT_BACKUP: &str = "backup";

/// Whether a vault in this state takes part in anything: available, or locked by billing.
pub(super) fn is_usable(state: &str) -> bool {
    matches!(state, "available" | "lock")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::SERVER_KIND;

    const OURS: &str = "0605767a1b80d5ee2fb4c00950e4ae11";
    const THEIRS: &str = "1605767a1b80d5ee2fb4c00950e4ae11";

    fn backup() -> Backup {
        Backup {
            project_id: OURS.to_owned(),
            resource_type: SERVER_KIND.to_owned(),
            image_type: "backup".to_owned(),
            status: "available".to_owned(),
            ..Backup::default()
        }
    }

    fn member(project: &str) -> Member {
        Member {
            dest_project_id: project.to_owned(),
            status: PENDING.to_owned(),
            ..Member::default()
        }
    }

    fn refused(receivers: &[&str], members: &[Member]) -> Option<ShareRefusal> {
        let receivers: Vec<_> = receivers.iter().map(|id| (*id).to_owned()).collect();
        let backup = backup();
        let facts = ShareFacts {
            backup: &backup,
            vault: None,
            members,
            projects: None,
        };
        share_refusal(&receivers, &facts)
    }

    #[test]
    fn a_project_is_named_once_by_its_id_and_is_not_our_own() {
        assert_eq!(refused(&[THEIRS], &[]), None);
        assert_eq!(refused(&[], &[]), Some(ShareRefusal::NoReceiver));
        assert_eq!(refused(&[OURS], &[]), Some(ShareRefusal::OwnProject));
        let no_project = ShareRefusal::NoProject("demo".into());
        assert_eq!(refused(&["demo"], &[]), Some(no_project));
        let twice = ShareRefusal::Twice(THEIRS.into());
        assert_eq!(refused(&[THEIRS, THEIRS], &[]), Some(twice));
        let already = ShareRefusal::Already(THEIRS.into());
        assert_eq!(refused(&[THEIRS], &[member(THEIRS)]), Some(already));
    }

    #[test]
    fn the_eleventh_project_is_one_too_many() {
        let ids: Vec<_> = (0..MAX_MEMBERS)
            .map(|n| member(&format!("{n:032x}")))
            .collect();
        assert_eq!(refused(&[THEIRS], &ids[1..]), None);
        assert_eq!(refused(&[THEIRS], &ids), Some(ShareRefusal::TooMany(11)));
    }

    #[test]
    fn what_is_accepted_needs_a_vault_that_fits() {
        let pending = member(THEIRS);
        let mut vault = Vault::default();
        vault.billing.status = "available".to_owned();
        vault.billing.object_type = "server".to_owned();
        vault.billing.protect_type = "backup".to_owned();
        let ask = |vault: Option<&Vault>, named: Option<&str>| {
            let facts = AnswerFacts {
                project: THEIRS,
                member_id: THEIRS,
                member: Some(&pending),
                vault,
            };
            let change = MemberUpdate {
                status: ACCEPTED.to_owned(),
                vault_id: named.map(str::to_owned),
            };
            answer_refusal(&change, &facts).map(|refusal| refusal.code())
        };
        assert_eq!(ask(Some(&vault), Some("v")), None);
        assert_eq!(ask(Some(&vault), None), Some("BackupService.9900"));
        assert_eq!(ask(None, Some("v")), Some("BackupService.6105"));
        vault.billing.object_type = "disk".to_owned();
        assert_eq!(ask(Some(&vault), Some("v")), Some("BackupService.6713"));
        vault.billing.status = "frozen".to_owned();
        assert_eq!(ask(Some(&vault), Some("v")), Some("BackupService.6712"));
    }

    #[test]
    fn an_image_keeps_a_share_from_being_ended() {
        let mut shared = member(THEIRS);
        assert_eq!(revoke_refusal(THEIRS, Some(&shared)), None);
        shared.image_id = "i".to_owned();
        let refusal = revoke_refusal(THEIRS, Some(&shared)).expect("an image");
        assert_eq!(
            (refusal.code(), refusal.status()),
            ("BackupService.6710", 400)
        );
        let refusal = revoke_refusal(THEIRS, None).expect("no share");
        assert_eq!(
            (refusal.code(), refusal.status()),
            ("BackupService.6705", 404)
        );
    }
}

//! Whether an image can be made from a backup: one typed check for the console's form and for the
//! service (compute-and-volumes 6.1; csbs-v1 section 9; errors.md, "Image codes").

use core::fmt;

use super::{FROM_CBR, FROM_CSBS, WholeImageRequest};
use crate::model::{Backup, BackupStatus, Generation, RestoreMode};
use crate::rules::{Broken, SERVER_KIND};

/// Longest name of an image, in characters.
pub const IMAGE_NAME_LIMIT: usize = 128;
/// Longest description of an image, in characters.
pub const IMAGE_DESCRIPTION_LIMIT: usize = 1024;

/// What is known when somebody wants an image.
#[derive(Clone, Copy, Debug)]
pub struct ImageFacts<'a> {
    /// The backup; `None` when the project has none with this id.
    pub backup: Option<&'a Backup>,
    /// Names the project's images have already.
    pub names: &'a [String],
    /// An image is being made from the backup right now.
    pub being_made: bool,
}

/// Why no image can be made; `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageRefusal {
    /// IMG.0013: it has no name.
    NoName,
    /// IMG.0002 when it is too long, else IMG.0003.
    Name(Broken),
    /// IMG.0004: the description is too long or has characters it must not have.
    Description(Broken),
    /// IMG.0003: plain and keyed tags at once.
    TwoKindsOfTags,
    /// IMG.0003: memory limits below nothing, or the least above the most.
    Memory,
    /// IMG.0019: no backup is named.
    NoBackupId,
    /// IMG.0198: the backup is not of the generation that was said.
    WrongKind(String),
    /// IMG.0020: there is no such backup.
    NoBackup,
    /// IMG.0003: the server shall be backed up first, but it is not said into which vault.
    NoVault,
    /// IMG.0134 (in a vault BackupService.6210, while it is being made 6211): it has an image.
    ImageExists(String),
    /// IMG.0132, CSBS.9008 or BackupService.6208: something is going on with it; it will be usable later.
    Busy(String),
    /// IMG.0032, CSBS.8001 or BackupService.6208: failed, or going.
    State(String),
    /// IMG.0032, CSBS.8001 or BackupService.6208: the service marks it as good for nothing.
    Mode,
    /// IMG.0032, BackupService.6207: it is of a volume, a file system or a bare-metal server.
    NoServer(String),
    /// IMG.0032, CSBS.8009 or BackupService.6209: no system disk in it.
    NoSystemDisk,
    /// IMG.0009: another image has the name.
    NameTaken(String),
}

impl ImageRefusal {
    /// Every code of the image service that [`refusals`] can lead to.
    pub const CODES: [&'static str; 11] = [
        "IMG.0002", "IMG.0003", "IMG.0004", "IMG.0009", "IMG.0013", "IMG.0019", "IMG.0020",
        "IMG.0032", "IMG.0132", "IMG.0134", "IMG.0198",
    ];

    /// The image service's code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoName => "IMG.0013",
            Self::Name(Broken::TooLong { .. }) => "IMG.0002",
            Self::Name(_) | Self::TwoKindsOfTags | Self::Memory | Self::NoVault => "IMG.0003",
            Self::Description(_) => "IMG.0004",
            Self::NoBackupId => "IMG.0019",
            Self::NoBackup => "IMG.0020",
            Self::WrongKind(_) => "IMG.0198",
            Self::ImageExists(_) => "IMG.0134",
            Self::Busy(_) => "IMG.0132",
            Self::State(_) | Self::Mode | Self::NoServer(_) | Self::NoSystemDisk => "IMG.0032",
            Self::NameTaken(_) => "IMG.0009",
        }
    }

    /// The code of the backup's own service, where it is the backup that is in the way.
    pub fn backup_code(&self, generation: Generation) -> Option<&'static str> {
        match (generation, self) {
            (Generation::Csbs, Self::Busy(_)) => Some("CSBS.9008"),
            (Generation::Csbs, Self::State(_) | Self::Mode) => Some("CSBS.8001"),
            (Generation::Csbs, Self::NoSystemDisk) => Some("CSBS.8009"),
            (Generation::Cbr, Self::NoServer(_)) => Some("BackupService.6207"),
            (Generation::Cbr, Self::Busy(_) | Self::State(_) | Self::Mode) => {
                Some("BackupService.6208")
            }
            (Generation::Cbr, Self::NoSystemDisk) => Some("BackupService.6209"),
            (Generation::Cbr, Self::ImageExists(image)) if image.is_empty() => {
                Some("BackupService.6211")
            }
            (Generation::Cbr, Self::ImageExists(_)) => Some("BackupService.6210"),
            _ => None,
        }
    }

    /// HTTP status: the backup service's own where it refuses, else 400 like all of the image service's.
    pub fn status(&self, generation: Generation) -> u16 {
        match (generation, self) {
            (Generation::Csbs, Self::State(_) | Self::Mode | Self::NoSystemDisk) => 500,
            (Generation::Cbr, refusal) if refusal.backup_code(generation).is_some() => 500,
            _ => 400,
        }
    }
}

impl fmt::Display for ImageRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName => f.write_str("name: an image needs a name."),
            Self::Name(rule) => write!(f, "name: {rule}."),
            Self::Description(rule) => write!(f, "description: {rule}."),
            Self::TwoKindsOfTags => {
                f.write_str("tags: give either plain tags or image_tags, not both.")
            }
            Self::Memory => f.write_str(
                "min_ram: the least memory must not be negative and not above the most (max_ram).",
            ),
            Self::NoBackupId => f.write_str("backup_id: name the backup to make the image from."),
            Self::WrongKind(kind) => write!(
                f,
                "whole_image_type: `{kind}` is not the kind of this backup; use {FROM_CSBS} for server backups, {FROM_CBR} for those in vaults."
            ),
            Self::NoBackup => f.write_str("There is no such backup."),
            Self::NoVault => f.write_str(
                "vault_id: say into which vault the server is backed up before the image is made.",
            ),
            Self::NoServer(kind) => write!(
                f,
                "The backup is of a resource of kind {kind}; images are made from backups of servers."
            ),
            Self::ImageExists(image) if image.is_empty() => {
                f.write_str("An image is being made from this backup already.")
            }
            Self::ImageExists(image) => write!(
                f,
                "Image {image} was made from this backup already; one is all a backup can have."
            ),
            Self::Busy(state) => write!(
                f,
                "The backup is in state {state}; an image can be made when it is available."
            ),
            Self::State(state) => write!(
                f,
                "The backup is in state {state}; no image can be made from it."
            ),
            Self::Mode => {
                f.write_str("The service marks this backup as one that cannot be used any more.")
            }
            Self::NoSystemDisk => f.write_str(
                "The backup has no system disk in it, and without one no image can be made.",
            ),
            Self::NameTaken(name) => write!(f, "name: another image is already called {name}."),
        }
    }
}

/// A name of an image: 1–128 letters, digits, `-`, `.`, `_` and blanks, none at either end.
///
/// ```
/// use contract::image::check_name;
/// assert!(check_name("web01 golden").is_ok());
/// assert!(check_name(" web01").is_err() && check_name("web/01").is_err());
/// ```
pub fn check_name(name: &str) -> Result<(), Broken> {
    const ALLOWED: &str = "letters, digits, `-`, `.`, `_` and blanks between them";
    if name.is_empty() {
        return Err(Broken::Empty);
    }
    let length = name.chars().count();
    if length > IMAGE_NAME_LIMIT {
        let limit = IMAGE_NAME_LIMIT;
        return Err(Broken::TooLong { length, limit });
    }
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | ' ');
    let at_the_end = name.starts_with(' ') || name.ends_with(' ');
    match name
        .chars()
        .find(|c| !fits(*c))
        .or(at_the_end.then_some(' '))
    {
        Some(character) => Err(Broken::Character {
            character,
            allowed: ALLOWED,
        }),
        None => Ok(()),
    }
}

/// A description of an image: at most 1024 characters on one line, without `<` and `>`.
pub fn check_description(text: &str) -> Result<(), Broken> {
    let length = text.chars().count();
    if length > IMAGE_DESCRIPTION_LIMIT {
        let limit = IMAGE_DESCRIPTION_LIMIT;
        return Err(Broken::TooLong { length, limit });
    }
    match text.chars().find(|c| matches!(c, '<' | '>' | '\n' | '\r')) {
        Some(character) => Err(Broken::Character {
            character,
            allowed: "one line of any characters but `<` and `>`",
        }),
        None => Ok(()),
    }
}

/// What every image is asked for with, whatever it is made from.
pub(super) struct ImageForm<'a> {
    pub name: &'a str,
    pub description: &'a str,
    /// Plain and keyed tags at once.
    pub tagged_twice: bool,
    /// MB: the least and the most.
    pub memory: (Option<i64>, Option<i64>),
}

/// What about that is wrong.
pub(super) fn form_refusals(form: &ImageForm<'_>) -> Vec<ImageRefusal> {
    let mut found = Vec::new();
    match check_name(form.name) {
        Ok(()) => {}
        Err(Broken::Empty) => found.push(ImageRefusal::NoName),
        Err(rule) => found.push(ImageRefusal::Name(rule)),
    }
    if let Err(rule) = check_description(form.description) {
        found.push(ImageRefusal::Description(rule));
    }
    if form.tagged_twice {
        found.push(ImageRefusal::TwoKindsOfTags);
    }
    let (least, most) = (form.memory.0.unwrap_or(0), form.memory.1);
    if least < 0 || most.is_some_and(|most| most < least) {
        found.push(ImageRefusal::Memory);
    }
    found
}

/// Everything that keeps the service from making the image, in its order; empty when nothing does.
pub fn refusals(request: &WholeImageRequest, facts: &ImageFacts<'_>) -> Vec<ImageRefusal> {
    let mut found = form_refusals(&ImageForm {
        name: &request.name,
        description: &request.description,
        tagged_twice: !request.tags.is_empty() && !request.image_tags.is_empty(),
        memory: (request.min_ram, request.max_ram),
    });
    let kind = request.source();
    let from_server = request.server_to_back_up().is_some();
    if !from_server && request.backup_id.as_deref().unwrap_or_default().is_empty() {
        found.push(ImageRefusal::NoBackupId);
        return found;
    }
    if kind != FROM_CSBS && kind != FROM_CBR {
        found.push(ImageRefusal::WrongKind(kind.to_owned()));
        return found;
    }
    if from_server {
        if kind == FROM_CBR && request.vault_id.as_deref().unwrap_or_default().is_empty() {
            found.push(ImageRefusal::NoVault);
        }
        if facts.names.contains(&request.name) {
            found.push(ImageRefusal::NameTaken(request.name.clone()));
        }
        return found;
    }
    let Some(backup) = facts.backup else {
        found.push(ImageRefusal::NoBackup);
        return found;
    };
    let own = match backup.generation {
        Generation::Csbs => FROM_CSBS,
        Generation::Cbr => FROM_CBR,
    };
    if kind != own {
        found.push(ImageRefusal::WrongKind(kind.to_owned()));
    }
    found.extend(backup_refusal(backup, facts.being_made));
    if facts.names.contains(&request.name) {
        found.push(ImageRefusal::NameTaken(request.name.clone()));
    }
    found
}

/// What about the backup itself is in the way; nothing when an image can be made from it.
pub fn backup_refusal(backup: &Backup, being_made: bool) -> Option<ImageRefusal> {
    let state = backup.status.as_str().to_owned();
    if let Some(image) = backup.image_ids.first() {
        return Some(ImageRefusal::ImageExists(image.clone()));
    }
    if being_made {
        return Some(ImageRefusal::ImageExists(String::new()));
    }
    match &backup.status {
        BackupStatus::Available => {}
        BackupStatus::WaitingProtect
        | BackupStatus::Protecting
        | BackupStatus::WaitingRestore
        | BackupStatus::Restoring => return Some(ImageRefusal::Busy(state)),
        _ => return Some(ImageRefusal::State(state)),
    }
    if backup.restore_mode == RestoreMode::None {
        return Some(ImageRefusal::Mode);
    }
    if backup.generation == Generation::Cbr && backup.kind != SERVER_KIND {
        return Some(ImageRefusal::NoServer(backup.kind.clone()));
    }
    let has_system_disk = backup.disks.iter().any(|disk| disk.bootable);
    (!has_system_disk).then_some(ImageRefusal::NoSystemDisk)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csbs::backups::CheckpointItem;
    use serde_json::json;

    fn backup() -> Backup {
        let item: CheckpointItem = serde_json::from_value(json!({
            "id": "b", "status": "available",
            "extend_info": {"supported_restore_mode": "backup",
                "volume_backups": [{"id": "d", "bootable": true}, {"id": "e", "bootable": false}]},
        }))
        .unwrap();
        item.into()
    }

    fn codes(change: impl FnOnce(&mut WholeImageRequest, &mut Backup)) -> Vec<&'static str> {
        let mut request = WholeImageRequest::from_backup("b", "web01");
        let mut backup = backup();
        change(&mut request, &mut backup);
        let names = ["taken".to_owned()];
        let facts = ImageFacts {
            backup: Some(&backup),
            names: &names,
            being_made: false,
        };
        refusals(&request, &facts)
            .iter()
            .map(ImageRefusal::code)
            .collect()
    }

    #[test]
    fn an_available_backup_with_a_system_disk_becomes_an_image() {
        assert!(codes(|_, _| {}).is_empty());
        assert!(codes(|_, b| b.restore_mode = RestoreMode::ImageOnly).is_empty());
    }

    #[test]
    fn each_reason_has_its_code() {
        assert_eq!(codes(|r, _| r.name.clear()), ["IMG.0013"]);
        assert_eq!(codes(|r, _| r.name = "n".repeat(129)), ["IMG.0002"]);
        for bad in ["a/b", " a", "a ", "a\n"] {
            assert_eq!(codes(|r, _| r.name = bad.to_owned()), ["IMG.0003"], "{bad}");
        }
        assert_eq!(codes(|r, _| r.description = "d".repeat(1025)), ["IMG.0004"]);
        assert_eq!(
            codes(|r, _| r.description = "a\nb".to_owned()),
            ["IMG.0004"]
        );
        assert_eq!(codes(|r, _| r.min_ram = Some(-1)), ["IMG.0003"]);
        assert_eq!(
            codes(|r, _| (r.min_ram, r.max_ram) = (Some(2048), Some(1024))),
            ["IMG.0003"]
        );
        assert_eq!(codes(|r, _| r.backup_id = None), ["IMG.0019"]);
        assert_eq!(
            codes(|r, _| r.whole_image_type = Some("CBR".to_owned())),
            ["IMG.0198"]
        );
        assert_eq!(
            codes(|_, b| b.image_ids = vec!["i".to_owned()]),
            ["IMG.0134"]
        );
        assert_eq!(
            codes(|_, b| b.status = BackupStatus::Protecting),
            ["IMG.0132"]
        );
        assert_eq!(codes(|_, b| b.status = BackupStatus::Error), ["IMG.0032"]);
        assert_eq!(
            codes(|_, b| b.restore_mode = RestoreMode::None),
            ["IMG.0032"]
        );
        assert_eq!(codes(|_, b| b.disks.retain(|d| !d.bootable)), ["IMG.0032"]);
        assert_eq!(codes(|r, _| r.name = "taken".to_owned()), ["IMG.0009"]);
    }

    #[test]
    fn the_backup_service_is_named_where_it_refuses() {
        let said = |refusal: ImageRefusal, generation| {
            (refusal.backup_code(generation), refusal.status(generation))
        };
        let busy = || ImageRefusal::Busy("restoring".to_owned());
        assert_eq!(said(busy(), Generation::Csbs), (Some("CSBS.9008"), 400));
        assert_eq!(
            said(busy(), Generation::Cbr),
            (Some("BackupService.6208"), 500)
        );
        let none = || ImageRefusal::NoSystemDisk;
        assert_eq!(said(none(), Generation::Csbs), (Some("CSBS.8009"), 500));
        assert_eq!(
            said(none(), Generation::Cbr),
            (Some("BackupService.6209"), 500)
        );
        assert_eq!(said(ImageRefusal::NoBackup, Generation::Cbr), (None, 400));
    }

    #[test]
    fn in_a_vault_only_servers_become_images() {
        let of = |kind: &str, status: BackupStatus| Backup {
            generation: Generation::Cbr,
            kind: kind.to_owned(),
            status,
            ..backup()
        };
        let code = |backup: Backup, being_made| {
            let refusal = backup_refusal(&backup, being_made)?;
            refusal.backup_code(Generation::Cbr)
        };
        assert_eq!(code(of(SERVER_KIND, BackupStatus::Available), false), None);
        assert_eq!(
            code(of("OS::Cinder::Volume", BackupStatus::Available), false),
            Some("BackupService.6207")
        );
        assert_eq!(
            code(of(SERVER_KIND, BackupStatus::Error), false),
            Some("BackupService.6208")
        );
        assert_eq!(
            code(of(SERVER_KIND, BackupStatus::Available), true),
            Some("BackupService.6211")
        );
    }

    #[test]
    fn a_server_is_backed_up_first_where_a_vault_is_named() {
        let codes = |change: fn(&mut WholeImageRequest)| -> Vec<&'static str> {
            let mut request = WholeImageRequest {
                backup_id: None,
                instance_id: Some("s".to_owned()),
                ..WholeImageRequest::from_backup("b", "web01")
            };
            change(&mut request);
            let names = ["taken".to_owned()];
            let facts = ImageFacts {
                backup: None,
                names: &names,
                being_made: false,
            };
            let found = refusals(&request, &facts);
            found.iter().map(ImageRefusal::code).collect()
        };
        assert!(codes(|_| {}).is_empty());
        assert_eq!(
            codes(|r| r.whole_image_type = Some("CBR".to_owned())),
            ["IMG.0003"]
        );
        assert_eq!(codes(|r| r.name = "taken".to_owned()), ["IMG.0009"]);
        assert!(
            codes(|r| {
                r.whole_image_type = Some("CBR".to_owned());
                r.vault_id = Some("v".to_owned());
            })
            .is_empty()
        );
    }
}

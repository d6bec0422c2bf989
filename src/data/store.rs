//! All backups of a project in columns: a hundred thousand of them in less than 30 MiB.
//!
//! Rows are numbered in the order of their arrival and keep their number; what is deleted leaves
//! a gap. Texts that repeat are kept once. A backup that comes again replaces its row's values.

use contract::csbs::backups::{CheckpointItem, ImageData};
use contract::model::{Backup, BackupAction, BackupStatus, Generation, InVault, ResourceKind, Tag};
use contract::time::Timestamp;

use super::bits::Bits;
use super::row::Row;
use super::texts::{Dictionary, Numbers, Texts};

/// "No time" in a column of times.
pub const NEVER: i64 = i64::MIN;

/// A column of codes and the dictionary they stand for.
#[derive(Default)]
pub struct Coded {
    pub words: Dictionary,
    pub codes: Vec<u32>,
}

impl Coded {
    fn put(&mut self, row: usize, text: &str) {
        let code = self.words.code(text);
        put(&mut self.codes, row, code);
    }

    /// The text of a row.
    pub fn text(&self, row: u32) -> &str {
        self.codes
            .get(row as usize)
            .map_or("", |code| self.words.text(*code))
    }

    fn reserve(&mut self, rows: usize) {
        self.codes.reserve_exact(rows);
    }

    fn memory(&self) -> usize {
        self.words.memory() + self.codes.capacity() * 4
    }
}

const AUTOMATIC: u8 = 1;
const INCREMENTAL: u8 = 2;
const HAS_IMAGE: u8 = 4;
/// It lives in a vault: the row came from the second generation.
const IN_VAULT: u8 = 8;
const REPLICA: u8 = 16;

/// Separates the tags of a row's set of tags.
pub const TAG_SEPARATOR: char = '\u{1f}';

/// The backups of one project.
#[derive(Default)]
pub struct BackupStore {
    version: u64,
    alive: Bits,
    numbers: Numbers,
    ids: Texts,
    checkpoints: Texts,
    names: Texts,
    lower_names: Texts,
    pub status: Coded,
    pub server: Coded,
    pub server_name: Coded,
    pub zone: Coded,
    /// Known only of rows that came as the answer to a question about one policy.
    pub policy: Coded,
    pub image_type: Coded,
    pub fail_op: Coded,
    pub fail_code: Coded,
    pub fail_reason: Coded,
    pub restore_mode: Coded,
    /// `key=value` separated by [`TAG_SEPARATOR`].
    pub tags: Coded,
    /// Private and public address, separated by a blank.
    pub address: Coded,
    /// What it is of, in the words of filters ([`kind_word`]).
    pub kind: Coded,
    /// Id of its vault.
    pub vault: Coded,
    pub created: Vec<i64>,
    pub finished: Vec<i64>,
    /// When the service deletes it; [`NEVER`] also where it does not say.
    pub expires: Vec<i64>,
    pub size_mb: Vec<i64>,
    disks: Vec<u16>,
    progress: Vec<u8>,
    flags: Vec<u8>,
}

fn put<T>(column: &mut Vec<T>, row: usize, value: T) {
    match column.get_mut(row) {
        Some(cell) => *cell = value,
        None => column.push(value),
    }
}

/// What an arriving row did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It was not there before.
    New(u32),
    /// It replaced what was there.
    Known(u32),
    /// It has no id and cannot be kept.
    Refused,
}

impl BackupStore {
    /// Another number after every change.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Rows ever numbered, gaps included.
    pub fn rows(&self) -> usize {
        self.alive.len()
    }

    /// Backups that are there.
    pub fn count(&self) -> usize {
        self.alive.count()
    }

    /// The rows that are there.
    pub fn alive(&self) -> &Bits {
        &self.alive
    }

    /// Makes room for `rows` in all, so that growing does not copy.
    pub fn reserve(&mut self, rows: usize) {
        let more = rows.saturating_sub(self.rows());
        self.numbers.reserve(more);
        self.ids.reserve(more, 36);
        self.checkpoints.reserve(more, 36);
        self.names.reserve(more, 24);
        self.lower_names.reserve(more, 24);
        for column in self.coded_mut() {
            column.reserve(more);
        }
        for column in [
            &mut self.created,
            &mut self.finished,
            &mut self.expires,
            &mut self.size_mb,
        ] {
            column.reserve_exact(more);
        }
        self.disks.reserve_exact(more);
        self.progress.reserve_exact(more);
        self.flags.reserve_exact(more);
    }

    fn coded_mut(&mut self) -> [&mut Coded; 14] {
        [
            &mut self.status,
            &mut self.server,
            &mut self.server_name,
            &mut self.zone,
            &mut self.policy,
            &mut self.image_type,
            &mut self.fail_op,
            &mut self.fail_code,
            &mut self.fail_reason,
            &mut self.restore_mode,
            &mut self.tags,
            &mut self.address,
            &mut self.kind,
            &mut self.vault,
        ]
    }

    /// Takes a row as it came; `policy` is the policy the service was asked for, if it was.
    pub fn upsert(&mut self, item: &Row, policy: Option<&str>) -> Arrival {
        if item.id.is_empty() {
            return Arrival::Refused;
        }
        self.version += 1;
        let known = self.find(&item.id);
        // Texts stand in one block: a renamed backup gets a new row, the old one becomes a gap.
        let same_texts =
            |row: u32| self.name(row) == item.name && self.checkpoint(row) == item.checkpoint_id;
        let keeps_row = known.is_some_and(same_texts);
        let row = match known {
            Some(row) if keeps_row => row as usize,
            _ => self.alive.len(),
        };
        let vault = item.in_vault.as_ref();
        let made_by = vault.map(|vault| vault.policy_id.as_str());
        let policy = match (policy.or(made_by.filter(|id| !id.is_empty())), known) {
            (Some(policy), _) => policy.to_owned(),
            (None, Some(old)) => self.policy.text(old).to_owned(),
            (None, None) => String::new(),
        };
        if !keeps_row {
            if let Some(old) = known {
                self.alive.clear(old as usize);
                self.numbers.renumber(&item.id, old, row as u32);
            } else {
                self.numbers.insert(&item.id, row as u32);
            }
            self.alive.push(true);
            self.ids.push(&item.id);
            self.checkpoints.push(&item.checkpoint_id);
            self.names.push(&item.name);
            self.lower_names.push(&item.name.to_lowercase());
        }
        self.alive.set(row);
        let info = &item.extend_info;
        self.status.put(row, &item.status);
        self.server.put(row, &item.resource_id);
        self.server_name.put(row, &info.resource_name);
        self.zone.put(row, &info.resource_az);
        self.policy.put(row, &policy);
        self.image_type.put(row, &info.image_type);
        self.fail_op.put(row, &info.fail_op);
        self.fail_code.put(row, &info.fail_code.code);
        self.fail_reason.put(row, &info.fail_reason);
        self.restore_mode.put(row, &info.supported_restore_mode);
        self.tags.put(row, &tag_text(item));
        self.kind.put(
            row,
            kind_word(&ResourceKind::from_word(&item.resource_type)),
        );
        self.vault
            .put(row, vault.map_or("", |vault| vault.vault_id.as_str()));
        put(
            &mut self.expires,
            row,
            vault
                .and_then(|vault| vault.expires_at)
                .map_or(NEVER, Timestamp::micros),
        );
        self.address.put(
            row,
            &format!("{} {}", item.backup_data.private_ip, item.backup_data.eip),
        );
        put(
            &mut self.created,
            row,
            item.created_at.map_or(NEVER, Timestamp::micros),
        );
        put(
            &mut self.finished,
            row,
            info.finished_at.map_or(NEVER, Timestamp::micros),
        );
        put(&mut self.size_mb, row, info.size.unwrap_or(0).max(0));
        put(
            &mut self.disks,
            row,
            u16::try_from(info.volume_backups.len()).unwrap_or(u16::MAX),
        );
        put(
            &mut self.progress,
            row,
            info.progress.unwrap_or(0).clamp(0, 100) as u8,
        );
        let flag = |on: bool, bit: u8| if on { bit } else { 0 };
        let flags = flag(info.auto_trigger == Some(true), AUTOMATIC)
            | flag(info.incremental == Some(true), INCREMENTAL)
            | flag(!info.os_images_data.is_empty(), HAS_IMAGE)
            | flag(vault.is_some(), IN_VAULT)
            | flag(vault.is_some_and(|vault| vault.replica), REPLICA);
        put(&mut self.flags, row, flags);
        match known {
            Some(_) => Arrival::Known(row as u32),
            None => Arrival::New(row as u32),
        }
    }

    /// Takes a backup out; true when it was there.
    pub fn remove(&mut self, id: &str) -> bool {
        match self.find(id) {
            Some(row) => {
                self.version += 1;
                self.alive.clear(row as usize);
                true
            }
            None => false,
        }
    }

    /// Takes out every row of `gone`.
    pub fn remove_rows(&mut self, gone: &Bits) {
        self.version += 1;
        self.alive.and_not(gone);
    }

    /// The row of a backup, also when it has been taken out and could come back.
    fn find(&self, id: &str) -> Option<u32> {
        self.numbers
            .find(id, |row| self.ids.get(row as usize) == id)
    }

    /// The row of a backup that is there.
    pub fn row_of(&self, id: &str) -> Option<u32> {
        self.find(id).filter(|row| self.alive.get(*row as usize))
    }

    pub fn id(&self, row: u32) -> &str {
        self.ids.get(row as usize)
    }

    pub fn checkpoint(&self, row: u32) -> &str {
        self.checkpoints.get(row as usize)
    }

    pub fn name(&self, row: u32) -> &str {
        self.names.get(row as usize)
    }

    pub(super) fn lower_name(&self, row: u32) -> &str {
        self.lower_names.get(row as usize)
    }

    pub fn created(&self, row: u32) -> Option<Timestamp> {
        time(&self.created, row)
    }

    pub fn finished(&self, row: u32) -> Option<Timestamp> {
        time(&self.finished, row)
    }

    pub fn size_mb(&self, row: u32) -> i64 {
        self.size_mb.get(row as usize).copied().unwrap_or(0)
    }

    /// How many disk backups it has.
    pub fn disks(&self, row: u32) -> usize {
        self.disks.get(row as usize).copied().unwrap_or(0).into()
    }

    pub fn progress(&self, row: u32) -> u8 {
        self.progress.get(row as usize).copied().unwrap_or(0)
    }

    pub fn automatic(&self, row: u32) -> bool {
        self.flag(row, AUTOMATIC)
    }

    pub fn incremental(&self, row: u32) -> bool {
        self.flag(row, INCREMENTAL)
    }

    pub fn has_image(&self, row: u32) -> bool {
        self.flag(row, HAS_IMAGE)
    }

    /// Whether it lives in a vault.
    pub fn in_vault(&self, row: u32) -> bool {
        self.flag(row, IN_VAULT)
    }

    /// Which service it came from.
    pub fn generation(&self, row: u32) -> Generation {
        if self.in_vault(row) {
            Generation::Cbr
        } else {
            Generation::Csbs
        }
    }

    /// Whether rows of this generation are there.
    pub fn has_generation(&self, generation: Generation) -> bool {
        self.alive
            .iter()
            .any(|row| self.generation(row as u32) == generation)
    }

    /// The room it takes, MB; `None` where the service does not tell that.
    pub fn stored_mb(&self, row: u32) -> Option<i64> {
        let told = self.generation(row).capabilities().stored_size;
        told.then(|| self.size_mb(row))
    }

    /// When the service deletes it, as far as it tells.
    pub fn expires(&self, row: u32) -> Option<Timestamp> {
        time(&self.expires, row)
    }

    fn flag(&self, row: u32, bit: u8) -> bool {
        self.flags
            .get(row as usize)
            .is_some_and(|flags| flags & bit != 0)
    }

    pub fn status(&self, row: u32) -> BackupStatus {
        BackupStatus::from_word(self.status.text(row))
    }

    /// The tags of a row, as far as the list tells them.
    pub fn tag_list(&self, row: u32) -> Vec<Tag> {
        self.tags(row)
            .map(|text| {
                let (key, value) = text.split_once('=').unwrap_or((text, ""));
                Tag {
                    key: key.to_owned(),
                    value: value.to_owned(),
                }
            })
            .collect()
    }

    /// The tags of a row as `key=value`.
    pub fn tags(&self, row: u32) -> impl Iterator<Item = &str> {
        self.tags
            .text(row)
            .split(TAG_SEPARATOR)
            .filter(|tag| !tag.is_empty())
    }

    /// Sets the bit of every row whose name contains `needle` (lower case).
    pub fn search_names(&self, needle: &str, hits: &mut Bits) {
        self.lower_names.search(needle, hits);
    }

    /// Sets the bit of every row whose own id or checkpoint's contains `needle` (lower case).
    pub fn search_ids(&self, needle: &str, hits: &mut Bits) {
        self.ids.search(needle, hits);
        self.checkpoints.search(needle, hits);
    }

    /// Rows made in one checkpoint.
    pub fn of_checkpoint(&self, checkpoint: &str) -> Bits {
        let mut hits = Bits::new(self.rows());
        self.checkpoints.search(checkpoint, &mut hits);
        hits.keep(|row| self.checkpoints.get(row) == checkpoint);
        hits
    }

    /// The row as the model knows it, as far as a list knows it: without disks and details.
    pub fn backup(&self, row: u32) -> Backup {
        let mut item = CheckpointItem {
            id: self.id(row).to_owned(),
            checkpoint_id: self.checkpoint(row).to_owned(),
            name: self.name(row).to_owned(),
            status: self.status.text(row).to_owned(),
            created_at: self.created(row),
            resource_id: self.server.text(row).to_owned(),
            ..CheckpointItem::default()
        };
        item.extend_info.resource_name = self.server_name.text(row).to_owned();
        item.extend_info.supported_restore_mode = self.restore_mode.text(row).to_owned();
        item.extend_info.size = Some(self.size_mb(row));
        item.extend_info.auto_trigger = Some(self.automatic(row));
        item.resource_type = kind_of_word(self.kind.text(row)).as_str().to_owned();
        if self.has_image(row) {
            item.extend_info.os_images_data = vec![ImageData::default()];
        }
        let mut backup = Backup::from(item);
        if self.in_vault(row) {
            backup.generation = Generation::Cbr;
            backup.in_vault = Some(InVault {
                vault_id: self.vault.text(row).to_owned(),
                expires_at: self.expires(row),
                replica: self.flag(row, REPLICA),
                policy_id: self.policy.text(row).to_owned(),
                resource_gb: backup.size_mb / 1024,
                ..InVault::default()
            });
            backup.size_mb = 0;
        }
        backup
    }

    /// Why a row cannot be deleted or restored now; asked of the contract.
    pub fn blocked(&self, row: u32, action: BackupAction) -> Option<String> {
        action.blocked_by(&self.backup(row))
    }

    /// Bytes of memory held by the rows.
    pub fn memory(&self) -> usize {
        let coded = [
            &self.status,
            &self.server,
            &self.server_name,
            &self.zone,
            &self.policy,
            &self.image_type,
            &self.fail_op,
            &self.fail_code,
            &self.fail_reason,
            &self.restore_mode,
            &self.tags,
            &self.address,
            &self.kind,
            &self.vault,
        ];
        self.alive.memory()
            + self.numbers.memory()
            + [&self.ids, &self.checkpoints, &self.names, &self.lower_names]
                .iter()
                .map(|texts| texts.memory())
                .sum::<usize>()
            + coded.iter().map(|column| column.memory()).sum::<usize>()
            + (self.created.capacity()
                + self.finished.capacity()
                + self.expires.capacity()
                + self.size_mb.capacity())
                * 8
            + self.disks.capacity() * 2
            + self.progress.capacity()
            + self.flags.capacity()
    }
}

fn time(column: &[i64], row: u32) -> Option<Timestamp> {
    column
        .get(row as usize)
        .filter(|at| **at != NEVER)
        .map(|at| Timestamp::from_micros(*at))
}

/// The word of a kind of resource in filters and addresses; one nobody has heard of is its own.
pub fn kind_word(kind: &ResourceKind) -> &str {
    match kind {
        ResourceKind::Server => "server",
        ResourceKind::BareMetal => "bare-metal",
        ResourceKind::Volume => "volume",
        ResourceKind::FileSystem => "file-system",
        ResourceKind::Desktop => "desktop",
        ResourceKind::OnPremises => "on-premises",
        ResourceKind::Other(word) => word,
    }
}

/// The kind a word stands for.
pub fn kind_of_word(word: &str) -> ResourceKind {
    ResourceKind::DOCUMENTED
        .into_iter()
        .find(|kind| kind_word(kind) == word)
        .unwrap_or_else(|| ResourceKind::from_word(word))
}

fn tag_text(item: &Row) -> String {
    let mut text = String::new();
    for tag in &item.tags {
        if !text.is_empty() {
            text.push(TAG_SEPARATOR);
        }
        text.push_str(&tag.key);
        text.push('=');
        text.push_str(&tag.value);
    }
    text
}

//! What a restore would do and whether the service would do it: the plan, the facts it is held
//! against, one refusal per documented code, the automatic mapping and the consequences.
//!
//! The wizard, the sandbox's `POST /restores` and its `check_restorable` all decide with
//! [`check`] (csbs-v1 4.3, 4.14; compute-and-volumes section 5), so a mapping that passes here is
//! accepted there and the other way round.
//!
//! ```
//! use contract::restore::{Proposal, RestoreFacts, TargetVolume, check};
//! use contract::model::DiskBackup;
//!
//! let disks = [DiskBackup { id: "d1".into(), volume_id: "v1".into(), volume_size_gb: 40, ..Default::default() }];
//! let volumes = [TargetVolume { id: "v1".into(), size_gb: 40, attached: true, ..Default::default() }];
//! let proposal = Proposal::of(&disks, &volumes);
//! assert_eq!(proposal.rows[0].volume.as_deref(), Some("v1"));
//! let nothing = RestoreFacts { backup: None, target: None, volumes: &[], restoring: false };
//! let refused = check(&Default::default(), &nothing);
//! assert_eq!(refused[0].code(), "CSBS.3001");
//! ```

mod check;
mod consequence;
mod plan;
mod propose;
mod refusal;
#[cfg(test)]
mod tests;

pub use check::{check, first};
pub use consequence::{DiskOutcome, Loss, loss, outcomes};
pub use plan::{Assignment, RestoreFacts, RestorePlan, TargetVolume};
pub use propose::{Proposal, ProposedRow, Reason};
pub use refusal::{BackupFault, Concern, Named, RestoreRefusal, ServerFault};

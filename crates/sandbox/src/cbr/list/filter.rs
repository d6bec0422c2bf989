//! What the list of backups can be asked for (cbr-v3 5.3, 24).

use contract::time::Timestamp;
use rusqlite::OptionalExtension as _;

use super::names::Names;
use crate::cbr::{invalid, page};
use crate::http::Pairs;
use crate::refusal::Outcome;
use crate::turn::Turn;

/// Whose backups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// The project's own.
    Private,
    /// Those of others that are shared with it.
    Shared,
    /// Both.
    Both,
}

/// Which backups; every filter that is set must match.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Number of the project that asks.
    pub tenant: i64,
    pub ownership: Ownership,
    /// Of shared ones: `pending`, `accepted` or `rejected`.
    pub member_status: Option<String>,
    pub checkpoint_id: Option<String>,
    /// Number of the vault.
    pub vault: Option<i64>,
    pub resource_id: Option<String>,
    pub resource_kind: Option<String>,
    pub resource_zone: Option<String>,
    /// Part of the resource's name.
    pub resource_name: Option<String>,
    pub image_type: Option<String>,
    /// Part of the name.
    pub name: Option<String>,
    /// The project's names with that part, where they are few.
    pub names: Option<Names>,
    /// Any of these; empty is any at all.
    pub statuses: Vec<String>,
    pub start_time: Option<Timestamp>,
    pub end_time: Option<Timestamp>,
    /// At least this share of the vault.
    pub used_percent: Option<i64>,
    /// Only incremental ones.
    pub incremental: bool,
    /// Only automatic ones that are kept by number.
    pub counted: bool,
    /// Asks for what is not there.
    pub never: bool,
}

impl Filter {
    /// Reads the query; empty values are no filter.
    pub fn parse(turn: &Turn<'_>, project_id: &str, pairs: &Pairs) -> Outcome<Self> {
        let tenant = turn.tenant(project_id)?;
        let text = |key: &str| pairs.filled(key).map(str::to_owned);
        let instant = |key: &str| match pairs.filled(key) {
            None => Ok(None),
            Some(text) => Timestamp::parse(text).map(Some).ok_or_else(|| {
                invalid(
                    key,
                    format!("`{text}` is not a time such as 2026-03-14T09:26:53Z"),
                )
            }),
        };
        let member_status = text("member_status");
        if let Some(word) = &member_status
            && !matches!(word.as_str(), "pending" | "accepted" | "rejected")
        {
            let rule = format!("`{word}` is none of pending, accepted, rejected");
            return Err(invalid("member_status", rule).into());
        }
        let ownership = match pairs.filled("own_type").unwrap_or("private") {
            "private" => Ownership::Private,
            "shared" => Ownership::Shared,
            // Mostly there is nothing shared, and own ones alone are found far quicker.
            "all_granted" if nothing_shared(turn, tenant)? => Ownership::Private,
            "all_granted" => Ownership::Both,
            other => {
                let rule = format!("`{other}` is none of private, shared, all_granted");
                return Err(invalid("own_type", rule).into());
            }
        };
        let vault: Option<Option<i64>> = match pairs.filled("vault_id") {
            None => None,
            Some(id) => Some(
                turn.db
                    .prepare_cached("SELECT no FROM cbr_vaults WHERE id = ?1")?
                    .query_row([id], |row| row.get(0))
                    .optional()?,
            ),
        };
        let used_percent = match pairs.filled("used_percent") {
            None => None,
            Some(text) => {
                let percent = text.parse().ok().filter(|n| (1..=100).contains(n));
                Some(percent.ok_or_else(|| {
                    let rule = format!("`{text}` is not a number from 1 to 100");
                    invalid("used_percent", rule)
                })?)
            }
        };
        let name = text("name");
        // What is shared is found by who may see it, whatever its name.
        let names = match &name {
            Some(part) if ownership != Ownership::Shared => Names::few(turn, tenant, part)?,
            _ => None,
        };
        page::flag(pairs, "show_replication")?;
        let dedicated = page::flag(pairs, "dec")? == Some(true);
        Ok(Self {
            tenant,
            ownership,
            member_status,
            checkpoint_id: text("checkpoint_id"),
            vault: vault.flatten(),
            resource_id: text("resource_id"),
            resource_kind: text("resource_type"),
            resource_zone: text("resource_az"),
            resource_name: text("resource_name"),
            image_type: text("image_type"),
            name,
            names,
            statuses: pairs
                .all("status")
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect(),
            start_time: instant("start_time")?,
            end_time: instant("end_time")?,
            used_percent,
            // One client sends `false` when nothing was asked for.
            incremental: page::flag(pairs, "incremental")? == Some(true),
            counted: page::flag(pairs, "existed_quantity_based_retention_backups")? == Some(true),
            // Nothing lives on dedicated cloud hardware here.
            never: dedicated || page::other_enterprise_project(pairs) || vault == Some(None),
        })
    }

    /// The same asked of one owner at a time: what is shared is found by other ways than what is owned.
    pub fn arms(&self) -> Vec<Self> {
        let of = |ownership| Self {
            ownership,
            ..self.clone()
        };
        match self.ownership {
            Ownership::Both => vec![of(Ownership::Private), of(Ownership::Shared)],
            one => vec![of(one)],
        }
    }

    /// Whether it says something about the resource that other resources can share.
    pub fn describes_resources(&self) -> bool {
        self.resource_kind.is_some() || self.resource_zone.is_some() || self.resource_name.is_some()
    }

    /// Whether the tallies know everything it asks for.
    pub fn is_tallied(&self) -> bool {
        self.ownership == Ownership::Private && self.name.is_none() && self.is_timeless()
    }

    /// Whether it asks for a part of the name and nothing else.
    pub fn is_a_name(&self) -> bool {
        self.ownership == Ownership::Private
            && self.name.is_some()
            && self.is_timeless()
            && !self.describes_resources()
            && self.vault.is_none()
            && self.resource_id.is_none()
            && self.image_type.is_none()
            && self.statuses.is_empty()
            && !self.incremental
    }

    /// Whether the indexes know everything it asks for.
    pub fn is_indexed(&self) -> bool {
        !self.describes_resources()
            && self.image_type.is_none()
            && !self.incremental
            && !self.counted
    }

    /// Whether it asks for some time and nothing else.
    pub fn is_a_window(&self) -> bool {
        self.ownership == Ownership::Private
            && self.is_indexed()
            && self.name.is_none()
            && self.vault.is_none()
            && self.resource_id.is_none()
            && self.checkpoint_id.is_none()
            && self.used_percent.is_none()
            && self.statuses.is_empty()
    }

    fn is_timeless(&self) -> bool {
        self.checkpoint_id.is_none()
            && self.start_time.is_none()
            && self.end_time.is_none()
            && self.used_percent.is_none()
            && !self.counted
    }
}

fn nothing_shared(turn: &Turn<'_>, tenant: i64) -> Outcome<bool> {
    Ok(turn
        .db
        .prepare_cached("SELECT NOT EXISTS (SELECT 1 FROM cbr_members WHERE receiver = ?1)")?
        .query_row([tenant], |row| row.get(0))?)
}

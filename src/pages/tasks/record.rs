//! Past restores read from the gateway's record, for the whole project, one backup or one server.

use std::collections::HashSet;
use std::sync::Arc;

use contract::operations::{Service, cbr, csbs};
use contract::session::AuditRow;
use leptos::prelude::*;

use super::history::{Asked, Entry, Sources, Went, entries};
use crate::api::{self, Api, ApiError, Joined, Silent};
use crate::layout::use_paths;
use crate::pages::restore::PROGRESS;
use crate::query::{Pace, Query, query_view};
use crate::routes::Paths;
use crate::tasks::{StartedRestore, use_tasks};
use crate::ui::{Align, Badge, Card, Cell, Column, Table, TextLink, Time, Tone};

/// Rows of the record read for the history.
pub const ROWS: usize = 200;
/// Backups asked one by one how the restore from them went; older ones stay as the record has them.
const ASKED: usize = 20;

/// What is shown of a restore.
pub const COLUMNS: [Column; 7] = [
    Column::text("When"),
    Column::text("Restored to"),
    Column::text("From backup"),
    Column::number("Disks"),
    Column::text("Who"),
    Column::text("Why"),
    Column::text("Result"),
];

impl Went {
    fn is_running(&self) -> bool {
        matches!(self, Self::Running(_))
    }

    fn tone(&self) -> Tone {
        match self {
            Self::Running(_) => Tone::Active,
            Self::Well => Tone::Good,
            Self::Failed(_) => Tone::Bad,
            Self::Refused(_) | Self::Unknown => Tone::Warning,
        }
    }
}

/// The history as it was read.
pub struct History {
    pub rows: Vec<Entry>,
    /// There are older rows in the record.
    pub more: bool,
}

impl History {
    /// How soon to read again.
    pub fn pace(&self) -> Pace {
        if self.rows.iter().any(|row| row.went.is_running()) {
            Pace::Lively
        } else {
            Pace::Calm
        }
    }
}

/// Whose restores are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestoresOf {
    Project,
    /// Those from one backup, by its id.
    Backup(String),
    /// Those to one server, by its id.
    Server(String),
}

impl RestoresOf {
    fn holds(&self, row: &AuditRow) -> bool {
        let Some(asked) = Asked::of(row) else {
            return false;
        };
        match self {
            Self::Project => true,
            Self::Backup(id) => asked.backup_id == *id,
            Self::Server(id) => asked.target_id == *id,
        }
    }
}

/// Reads the record and asks how each went.
pub async fn read(
    api: Api,
    started: Vec<StartedRestore>,
    of: RestoresOf,
) -> Result<Joined<History>, ApiError> {
    let mut rows = api::audit(api, csbs::RESTORES_CREATE.id, ROWS, None)
        .await?
        .entries;
    if api.has(Service::Cbr) {
        let second = api::audit(api, cbr::BACKUPS_RESTORE.id, ROWS, None).await?;
        rows.extend(second.entries);
        rows.sort_by_key(|row| std::cmp::Reverse(row.id));
    }
    let more = rows.len() >= ROWS;
    rows.truncate(ROWS);
    rows.retain(|row| of.holds(row));
    if rows.is_empty() {
        return Ok(Joined::whole(History {
            rows: Vec::new(),
            more,
        }));
    }
    let listed = api::restores(api).await?;
    let servers = api::servers(api).await?;
    let mut silent = listed.silent;
    let mut asked = HashSet::new();
    let mut backups = Vec::new();
    for row in &rows {
        let Some(Asked {
            backup_id: id,
            generation: of,
            ..
        }) = Asked::of(row)
        else {
            continue;
        };
        // Who does not answer is not asked again for each row.
        let answers = silent.as_ref().is_none_or(|silent| silent.of != of);
        if answers && asked.len() < ASKED && asked.insert(id.clone()) {
            match api::backup_of(api, of, &id).await {
                Ok(backup) => backups.push(backup),
                Err(error) if error.is_missing() => {}
                Err(ApiError::SessionEnded) => return Err(ApiError::SessionEnded),
                Err(error) => {
                    let means = "";
                    silent = silent.or(Some(Silent { of, means, error }));
                }
            }
        }
    }
    let sources = Sources {
        listed: &listed.all,
        started: &started,
        backups: &backups,
        servers: &servers,
    };
    let history = History {
        rows: entries(&rows, &sources),
        more,
    };
    let silent = silent.map(|silent| Silent {
        means: "How restores from its backups went is not known, but for what this browser saw itself.",
        ..silent
    });
    Ok(Joined {
        all: history,
        silent,
    })
}

/// The restores from a backup or to a server, on its own page.
pub fn restores_card(title: &'static str, of: Signal<RestoresOf>) -> AnyView {
    let tasks = use_tasks();
    let history =
        Query::joined(move |api| read(api, tasks.restores(), of.get())).polled(History::pace);
    let paths = StoredValue::new(use_paths());
    let all = paths.with_value(Paths::restores);
    let table = move |read: Signal<Arc<History>>| {
        let rows = move || {
            let row = |entry| paths.with_value(|paths| history_row(entry, paths));
            let rows = read.with(|read| read.rows.clone());
            rows.into_iter().map(row).collect_view()
        };
        let none = Memo::new(move |_| read.with(|read| read.rows.is_empty()));
        view! {
            {move || if none.get() {
                view! { <p class="field-hint">"None was started through this console."</p> }.into_any()
            } else {
                view! { <Table caption=title columns=COLUMNS.to_vec()>{rows}</Table> }.into_any()
            }}
        }
        .into_any()
    };
    let actions = move || view! { <TextLink href=all.clone()>"All restores"</TextLink> };
    view! { <Card title=title actions=actions>{query_view(history, "restores", table)}</Card> }
        .into_any()
}

/// One restore as a row of [`COLUMNS`].
pub fn history_row(entry: Entry, paths: &Paths) -> AnyView {
    let at = Some(entry.at);
    let name = |name: &str, id: &str| {
        if name.is_empty() {
            id.to_owned()
        } else {
            name.to_owned()
        }
    };
    let server = if entry.server_id.is_empty() {
        "—".to_owned()
    } else {
        name(&entry.server_name, &entry.server_id)
    };
    let backup = name(&entry.backup_name, &entry.backup_id);
    let (server_link, backup_link) = (
        paths.server(&entry.server_id),
        paths.backup(&entry.backup_id),
    );
    let detail = match &entry.went {
        Went::Running(Some(percent)) => format!("{percent} %"),
        Went::Failed(text) | Went::Refused(text) => text.clone(),
        _ => String::new(),
    };
    let follow = entry.went.is_running().then(|| {
        let href = paths.restore(&entry.backup_id, PROGRESS);
        view! { <TextLink href=href>"Follow"</TextLink> }
    });
    let reason = if entry.reason.is_empty() {
        "—".to_owned()
    } else {
        entry.reason
    };
    let (tone, word) = (entry.went.tone(), entry.went.word());
    view! {
        <tr role="row">
            <Cell label="When" heading=true><Time at=Signal::derive(move || at)/></Cell>
            <Cell label="Restored to">{if entry.to_server {
                view! { <TextLink href=server_link><bdi>{server}</bdi></TextLink> }.into_any()
            } else {
                view! { <bdi>{server}</bdi> }.into_any()
            }}</Cell>
            <Cell label="From backup"><TextLink href=backup_link><bdi>{backup}</bdi></TextLink></Cell>
            <Cell label="Disks" align=Align::End>{entry.disks}</Cell>
            <Cell label="Who"><bdi>{entry.who}</bdi></Cell>
            <Cell label="Why"><bdi>{reason}</bdi></Cell>
            <Cell label="Result"><div><Badge tone=tone text=word/>" "{follow}<p class="field-hint"><bdi>{detail}</bdi></p></div></Cell>
        </tr>
    }
    .into_any()
}

//! What this project shares. The service cannot list it, so backups are asked one by one: first those
//! that were shared through this console, then the newest.

use std::collections::VecDeque;

use contract::cbr::backups::Backup;
use contract::cbr::sharing::{AccountProject, Member};
use leptos::prelude::*;
use leptos::reactive::spawn_local_scoped_with_cancellation;

use super::project::use_account_projects;
use super::received::state_badge;
use super::revoke::revoke_button;
use super::words::{backup_name, project_text};
use crate::api::{Api, ApiError, members, shareable_backups, shared_before, use_api, vault_backup};
use crate::format::{count, grouped};
use crate::layout::use_paths;
use crate::routes::Paths;
use crate::ui::{
    Button, ButtonKind, Card, Cell, Column, EmptyState, Glyph, Notice, Skeleton, Table, TextLink,
    Time, Tone,
};

/// Backups asked without being told to, and with each press of the button.
const FIRST: usize = 100;
const MORE: usize = 500;
/// Calls under way at once.
const WORKERS: usize = 5;

const COLUMNS: [Column; 6] = [
    Column::text("Backup"),
    Column::text("Server"),
    Column::text("Shared with"),
    Column::text("Answer"),
    Column::text("Shared"),
    Column::text(""),
];

/// A backup to ask about.
#[derive(Clone, Debug, PartialEq)]
enum Candidate {
    /// Shared through this console once; it may be gone.
    Recorded(String),
    Listed(Box<Backup>),
}

/// The search for what is shared.
#[derive(Clone, Copy)]
struct Finding {
    api: Api,
    queue: StoredValue<VecDeque<Candidate>>,
    /// Ids that were asked or will be.
    seen: StoredValue<Vec<String>>,
    found: RwSignal<Vec<(Backup, Vec<Member>)>>,
    /// Listed backups taken into the queue so far, and how many there are.
    listed: RwSignal<usize>,
    total: RwSignal<usize>,
    /// Calls under way.
    busy: RwSignal<usize>,
    failed: RwSignal<Option<ApiError>>,
}

impl Finding {
    fn new() -> Self {
        let finding = Self {
            api: use_api(),
            queue: StoredValue::new(VecDeque::new()),
            seen: StoredValue::new(Vec::new()),
            found: RwSignal::new(Vec::new()),
            listed: RwSignal::new(0),
            total: RwSignal::new(0),
            busy: RwSignal::new(0),
            failed: RwSignal::new(None),
        };
        finding.start_over();
        finding
    }

    /// Forgets what was found and looks again.
    fn start_over(self) {
        self.queue.set_value(VecDeque::new());
        self.seen.set_value(Vec::new());
        self.found.set(Vec::new());
        self.listed.set(0);
        self.failed.set(None);
        self.busy.update(|busy| *busy += 1);
        spawn_local_scoped_with_cancellation(async move {
            // The record only makes it quicker; without it the newest are asked all the same.
            let recorded = shared_before(self.api).await.unwrap_or_default();
            for id in recorded {
                self.take(Candidate::Recorded(id));
            }
            self.list(FIRST).await;
            self.busy.update(|busy| *busy -= 1);
        });
    }

    /// Asks further backups.
    fn look_on(self) {
        self.busy.update(|busy| *busy += 1);
        spawn_local_scoped_with_cancellation(async move {
            self.list(MORE).await;
            self.busy.update(|busy| *busy -= 1);
        });
    }

    async fn list(self, number: usize) {
        let from = self.listed.get_untracked();
        match shareable_backups(self.api, from, number).await {
            Ok((backups, total)) => {
                self.total.set(total);
                self.listed.set(from + backups.len());
                for backup in backups {
                    self.take(Candidate::Listed(Box::new(backup)));
                }
            }
            Err(error) => self.failed.set(Some(error)),
        }
        for _ in 0..WORKERS {
            self.busy.update(|busy| *busy += 1);
            spawn_local_scoped_with_cancellation(async move {
                while let Some(next) = self.queue.try_update_value(VecDeque::pop_front).flatten() {
                    if let Err(error) = self.ask(next).await {
                        self.failed.set(Some(error));
                    }
                }
                self.busy.update(|busy| *busy -= 1);
            });
        }
    }

    fn take(self, candidate: Candidate) {
        let id = match &candidate {
            Candidate::Recorded(id) => id.clone(),
            Candidate::Listed(backup) => backup.id.clone(),
        };
        let new = self.seen.with_value(|seen| !seen.contains(&id));
        if new {
            self.seen.update_value(|seen| seen.push(id));
            self.queue.update_value(|queue| queue.push_back(candidate));
        }
    }

    async fn ask(self, candidate: Candidate) -> Result<(), ApiError> {
        let backup = match candidate {
            Candidate::Listed(backup) => *backup,
            Candidate::Recorded(id) => match vault_backup(self.api, &id).await {
                Ok(backup) => backup,
                Err(error) if error.is_missing() => return Ok(()),
                Err(error) => return Err(error),
            },
        };
        let members = members(self.api, &backup.id).await?;
        if !members.is_empty() && backup.project_id == self.api.project() {
            self.found.update(|found| {
                found.retain(|(known, _)| known.id != backup.id);
                found.push((backup, members));
                found.sort_by_key(|(_, members)| {
                    let latest = members.iter().filter_map(|member| member.created_at).max();
                    std::cmp::Reverse(latest)
                });
            });
        }
        Ok(())
    }
}

/// The card.
pub fn given_card() -> AnyView {
    let finding = Finding::new();
    let busy = Signal::derive(move || finding.busy.get() > 0);
    let actions = move || {
        view! {
            <Button kind=ButtonKind::Quiet icon=Glyph::Refresh name="Look again for what this project shares" busy=busy
                on_press=move || finding.start_over()/>
        }
    };
    let none = Memo::new(move |_| finding.found.with(Vec::is_empty));
    let content = move || {
        match (none.get(), busy.get()) {
        (true, true) => view! { <Skeleton label="Looking for shared backups"/> }.into_any(),
        (true, false) => view! {
            <EmptyState title="Nothing is shared" icon=Glyph::Backup>
                <p>"Open a backup of a server in a vault and share it with another project; it appears here."</p>
            </EmptyState>
        }
        .into_any(),
        (false, _) => rows(finding),
    }
    };
    let said = move || {
        let (listed, total) = (finding.listed.get(), finding.total.get());
        let of = count(total, "backup of a server", "backups of servers");
        if listed < total {
            format!("The {} newest of {of} were asked.", grouped(listed as u64))
        } else {
            format!("{of} asked.")
        }
    };
    let rest = move || finding.total.get().saturating_sub(finding.listed.get());
    view! {
        <Card title="Shared by this project" actions=actions>
            {move || finding.failed.get().map(|error| view! {
                <Notice tone=Tone::Warning title="Not every backup could be asked"><p>{error.to_string()}</p></Notice>
            })}
            {content}
            <p class="field-hint" role="status">{move || (!busy.get()).then(said)}</p>
            {move || (rest() > 0).then(|| {
                let next = count(rest().min(MORE), "older backup", "older backups");
                view! { <Button busy=busy on_press=move || finding.look_on()>{format!("Ask {next}")}</Button> }
            })}
        </Card>
    }
    .into_any()
}

fn rows(finding: Finding) -> AnyView {
    let projects = use_account_projects();
    let paths = StoredValue::new(use_paths());
    let done = Callback::new(move |()| finding.start_over());
    let rows = move || {
        finding.found.with(|found| {
            let rows = found
                .iter()
                .flat_map(|(backup, members)| members.iter().map(move |member| (backup, member)));
            rows.map(|(backup, member)| {
                paths.with_value(|paths| given_row(backup, member, projects, paths, done))
            })
            .collect_view()
        })
    };
    view! { <Table caption="Backups this project shares" columns=COLUMNS.to_vec()>{rows}</Table> }
        .into_any()
}

fn given_row(
    backup: &Backup,
    member: &Member,
    projects: Signal<Vec<AccountProject>>,
    paths: &Paths,
    done: Callback<()>,
) -> AnyView {
    let href = paths.backup(&backup.id);
    let server = paths.server(&backup.resource_id);
    let (name, server_name) = (backup_name(backup), backup.resource_name.clone());
    let (id, shared) = (member.dest_project_id.clone(), member.created_at);
    let state = state_badge(&member.status);
    let revoke = revoke_button(backup, member, projects, done);
    view! {
        <tr role="row">
            <Cell label="Backup" heading=true><TextLink href=href><bdi>{name}</bdi></TextLink></Cell>
            <Cell label="Server"><TextLink href=server><bdi>{server_name}</bdi></TextLink></Cell>
            <Cell label="Shared with"><bdi>{move || project_text(&projects.read(), &id)}</bdi></Cell>
            <Cell label="Answer">{state}</Cell>
            <Cell label="Shared"><Time at=shared/></Cell>
            <Cell>{revoke}</Cell>
        </tr>
    }
    .into_any()
}

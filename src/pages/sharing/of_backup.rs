//! The part of a backup's page about sharing: whom it is shared with, or who shares it with us.

use std::sync::Arc;

use contract::cbr::backups::Backup;
use contract::cbr::share::{PENDING, backup_refusal};
use contract::cbr::sharing::{AccountProject, Member};
use contract::cbr::vaults::Vault;
use leptos::prelude::*;

use super::add::share_dialog;
use super::project::use_account_projects;
use super::received::{answer_buttons, giver, state_badge, vault_link};
use super::revoke::revoke_button;
use super::words::project_text;
use crate::api::{Api, ApiError, SharedBackup, members, use_api, vault_backup, vault_of_backup};
use crate::layout::use_paths;
use crate::query::{Pace, Query, query_view};
use crate::ui::{Button, Card, Cell, Column, Fact, Facts, Table, TextLink, Time};

/// Everything sharing a backup depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Shares {
    pub backup: Backup,
    /// Its vault; nothing when it is another project's.
    pub vault: Option<Vault>,
    /// All of them for the owner, its own for a receiver.
    pub members: Vec<Member>,
}

impl Shares {
    async fn read(api: Api, id: String) -> Result<Self, ApiError> {
        let backup = vault_backup(api, &id).await?;
        let own = backup.project_id == api.project();
        Ok(Self {
            vault: match own {
                true => vault_of_backup(api, &backup).await?,
                false => None,
            },
            members: members(api, &id).await?,
            backup,
        })
    }
}

/// Whom a backup is shared with, with the ways to begin and end it; for a backup of another project,
/// who shares it and how it was answered.
pub fn sharing_section(backup_id: String) -> AnyView {
    let shares = Query::new(move |api| Shares::read(api, backup_id.clone())).polled(|_| Pace::Calm);
    let open = RwSignal::new(false);
    let project = use_api().project();
    let own = Memo::new(move |_| {
        let shares = shares.data();
        shares.is_none_or(|shares| shares.backup.project_id == project)
    });
    let blocked = Signal::derive(move || {
        let shares = shares.data()?;
        let refusal = backup_refusal(&shares.backup, shares.vault.as_ref())?;
        Some(format!("{refusal} ({})", refusal.code()))
    });
    let done = Callback::new(move |()| shares.refresh());
    let actions = move || {
        own.get().then(|| {
            view! { <Button blocked=blocked on_press=move || open.set(true)>"Share backup"</Button> }
        })
    };
    let content = move |data: Signal<Arc<Shares>>| {
        // Built anew only when something changed: a dialog may be open.
        let now = Memo::new(move |_| data.get().as_ref().clone());
        view! {
            {move || if own.get() { given(now, done) } else { received(&now.read(), done) }}
            {share_dialog(open, data, done)}
        }
        .into_any()
    };
    let title = Signal::derive(move || {
        if own.get() {
            "Sharing"
        } else {
            "Shared with this project"
        }
        .to_owned()
    });
    view! { <Card title=title actions=actions>{query_view(shares, "sharing", content)}</Card> }
        .into_any()
}

fn given(shares: Memo<Shares>, done: Callback<()>) -> AnyView {
    let projects = use_account_projects();
    let all = use_paths().sharing();
    let content = move || {
        let shares = shares.read();
        if shares.members.is_empty() {
            return view! { <p class="field-hint">"It is shared with no other project."</p> }
                .into_any();
        }
        let rows = shares
            .members
            .iter()
            .map(|member| member_row(&shares.backup, member, projects, done))
            .collect_view();
        view! { <Table caption="Projects it is shared with" columns=MEMBER_COLUMNS.to_vec()>{rows}</Table> }.into_any()
    };
    view! {
        {content}
        <p class="field-hint"><TextLink href=all>"Everything shared by this project and with it"</TextLink></p>
    }
    .into_any()
}

/// What is shown of a project that has a backup.
const MEMBER_COLUMNS: [Column; 5] = [
    Column::text("Project"),
    Column::text("Answer"),
    Column::text("Shared"),
    Column::text("Answered"),
    Column::text(""),
];

fn member_row(
    backup: &Backup,
    member: &Member,
    projects: Signal<Vec<AccountProject>>,
    done: Callback<()>,
) -> AnyView {
    let (shared, id) = (member.created_at, member.dest_project_id.clone());
    let answered = member.updated_at.filter(|_| member.status != PENDING);
    let state = state_badge(&member.status);
    let revoke = revoke_button(backup, member, projects, done);
    view! {
        <tr role="row">
            <Cell label="Project" heading=true><bdi>{move || project_text(&projects.read(), &id)}</bdi></Cell>
            <Cell label="Answer">{state}</Cell>
            <Cell label="Shared"><Time at=shared/></Cell>
            <Cell label="Answered"><Time at=answered/></Cell>
            <Cell>{revoke}</Cell>
        </tr>
    }
    .into_any()
}

fn received(shares: &Shares, done: Callback<()>) -> AnyView {
    let project = use_api().project();
    let mine = shares
        .members
        .iter()
        .find(|member| member.dest_project_id == project);
    let Some(member) = mine else {
        return view! { <p class="field-hint">"The other project no longer shares it."</p> }
            .into_any();
    };
    let shared = SharedBackup {
        backup: shares.backup.clone(),
        member: member.clone(),
    };
    let since = member.created_at;
    let state = state_badge(&member.status);
    let by = giver(shares.backup.project_id.clone());
    let (vault, buttons) = (vault_link(&shared), answer_buttons(&shared, done));
    view! {
        <Facts>
            <Fact name="Shared by">{by}</Fact>
            <Fact name="Shared"><Time at=since/></Fact>
            <Fact name="Answer">{state}</Fact>
            <Fact name="Shown in vault">{vault}</Fact>
        </Facts>
        <p class="field-hint">
            "A shared backup cannot be restored to a server (BackupService.2003): make an image from it, and servers from that."
        </p>
        <div class="card-actions">{buttons}</div>
    }
    .into_any()
}

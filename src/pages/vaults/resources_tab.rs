//! What a vault holds: each resource with its size, its newest backup and what can be done with it.

use std::sync::Arc;

use contract::cbr::vaults::{ResourcesRemove, ResourcesSet};
use contract::vault::{Member, RemoveFacts, remove_refusals};
use leptos::prelude::*;

use super::add_dialog::AddResources;
use super::deeds::OneVault;
use super::fill::{gb, mb};
use super::move_dialog::MoveResource;
use super::overview::resource_link;
use super::words::{failure, resource_title};
use crate::api::{VaultDeed, operation_id, use_api};
use crate::form::Submission;
use crate::format::count;
use crate::layout::use_paths;
use crate::tasks::use_tasks;
use crate::ui::{
    Align, Badge, Button, ButtonKind, Card, Cell, Column, Confirm, EmptyState, Glyph, Menu,
    MenuItem, Table, Time, TimeShape, Tone, use_toasts,
};

/// The questions a row can ask about its resource.
#[derive(Clone, Copy)]
struct Asks {
    about: RwSignal<Option<Member>>,
    moving: RwSignal<bool>,
    removing: RwSignal<bool>,
}

/// The tab.
pub fn tab(one: OneVault) -> AnyView {
    let adding = RwSignal::new(false);
    let asks = Asks {
        about: RwSignal::new(None),
        moving: RwSignal::new(false),
        removing: RwSignal::new(false),
    };
    let blocked = Signal::derive(move || add_blocked(one));
    let add = move || {
        view! {
            <Button kind=ButtonKind::Primary icon=Glyph::Plus blocked=blocked on_press=move |()| adding.set(true)>"Put resources in"</Button>
        }
        .into_any()
    };
    let members = Memo::new(move |_| one.vault.with(|vault| vault.members.clone()));
    let content = move || {
        if members.with(Vec::is_empty) {
            return view! {
                <EmptyState title="Nothing is in the vault" icon=Glyph::Vault>
                    <p>"What is put in is backed up by the policy that is applied to the vault, and by hand."</p>
                </EmptyState>
            }
            .into_any();
        }
        table(one, members, asks)
    };
    view! {
        <Card title="Resources" actions=add>{content}</Card>
        <AddResources open=adding one=one/>
        <MoveResource open=asks.moving about=asks.about one=one/>
        <TakeOut open=asks.removing about=asks.about one=one/>
    }
    .into_any()
}

/// Why nothing can be put in now, if nothing can.
fn add_blocked(one: OneVault) -> Option<String> {
    let vault = one.vault.read();
    // No resource at all is no reason here: the dialog is where one is chosen.
    let refusals = contract::vault::add_refusals(&vault.id, &[], &[], Some(&vault), &[]);
    refusals
        .iter()
        .find(|refusal| refusal.code() != "BackupService.9900")
        .map(ToString::to_string)
        .or_else(|| {
            (vault.protects == contract::vault::Protects::Replication)
                .then(|| "A vault for replicas holds no resources of its own.".to_owned())
        })
}

fn table(one: OneVault, members: Memo<Vec<Member>>, asks: Asks) -> AnyView {
    let columns = vec![
        Column::text("Resource"),
        Column::text("Kind"),
        Column::number("Size"),
        Column::number("Backups"),
        Column::number("Used"),
        Column::text("Newest backup"),
        Column::text("State"),
        Column::text(""),
    ];
    let rows =
        move || members.with(|members| members.iter().map(|m| row(one, m, asks)).collect_view());
    view! { <Table caption="Resources in the vault" columns=columns>{rows}</Table> }.into_any()
}

fn state(member: &Member) -> AnyView {
    let (tone, word) = match member.status.as_str() {
        "available" | "" => (Tone::Good, "Ready"),
        "protecting" => (Tone::Active, "Backing up"),
        "restoring" => (Tone::Active, "Restoring"),
        "removing" => (Tone::Active, "Being taken out"),
        "error" => (Tone::Bad, "Failed"),
        other => (Tone::Neutral, other),
    };
    let word = word.to_owned();
    view! {
        <span class="stack">
            <Badge tone=tone text=word/>
            {member.suspended.then(|| view! { <Badge tone=Tone::Neutral text="Not on schedule" icon=Glyph::Pause/> })}
        </span>
    }
    .into_any()
}

fn row(one: OneVault, member: &Member, asks: Asks) -> AnyView {
    let link = resource_link(&use_paths(), member);
    let left_out = (!member.excluded.is_empty()).then(|| {
        let text = format!(
            "{} left out of its backups",
            count(member.excluded.len(), "disk", "disks")
        );
        let ids = member.excluded.join(", ");
        view! { <p class="field-hint" title=ids>{text}</p> }
    });
    let id = member.id.clone();
    let newest = Signal::derive(move || {
        let known = one.backups.data()?;
        known.newest.get(&id).copied()
    });
    let (kind, size, number, used) = (
        resource_title(&member.kind).to_owned(),
        gb(member.size_gb),
        member.backups,
        mb(member.backup_mb),
    );
    let label = format!("Actions for {}", member.title());
    let (items, state) = (menu(one, member, asks), state(member));
    view! {
        <tr role="row">
            <Cell label="Resource" heading=true><div>{link} {left_out}</div></Cell>
            <Cell label="Kind"><bdi>{kind}</bdi></Cell>
            <Cell label="Size" align=Align::End>{size}</Cell>
            <Cell label="Backups" align=Align::End>{number}</Cell>
            <Cell label="Used" align=Align::End>{used}</Cell>
            <Cell label="Newest backup"><Time at=newest shape=TimeShape::Both/></Cell>
            <Cell label="State">{state}</Cell>
            <Cell><Menu label=label items=items icon=Glyph::More icon_only=true at_end=true kind=ButtonKind::Quiet/></Cell>
        </tr>
    }
    .into_any()
}

fn menu(one: OneVault, member: &Member, asks: Asks) -> Vec<MenuItem> {
    let ask = |open: RwSignal<bool>| {
        let member = member.clone();
        Callback::new(move |()| {
            asks.about.set(Some(member.clone()));
            open.set(true);
        })
    };
    let (id, title) = (member.id.clone(), member.title().to_owned());
    let back_up = {
        let (id, title) = (id.clone(), title.clone());
        move |()| {
            let vault = one.vault.with_untracked(|vault| vault.id.clone());
            one.carry_out(
                VaultDeed::back_up(&vault, Some(vec![id.clone()])),
                format!("Backing up {title}"),
                format!("{title} was not backed up"),
                None,
            );
        }
    };
    let suspended = member.suspended;
    let switch = move |()| {
        let set = |action: &str| {
            VaultDeed::Set(ResourcesSet {
                action: action.to_owned(),
                resource_ids: vec![id.clone()],
            })
        };
        let (now, back) = if suspended {
            ("unsuspend", "suspend")
        } else {
            ("suspend", "unsuspend")
        };
        let done = if suspended {
            format!("{title} is backed up on schedule again")
        } else {
            format!("{title} is left out of scheduled backups")
        };
        let failed = format!("{title} was not changed");
        one.carry_out(set(now), done, failed, Some(set(back)));
    };
    let word = if suspended {
        "Take into scheduled backups again"
    } else {
        "Leave out of scheduled backups"
    };
    vec![
        MenuItem::new("Back up now", Callback::new(back_up)).icon(Glyph::Play),
        MenuItem::new(word, Callback::new(switch)).icon(if suspended {
            Glyph::Play
        } else {
            Glyph::Pause
        }),
        MenuItem::new("Move to another vault…", ask(asks.moving)).icon(Glyph::Arrow),
        MenuItem::new("Take out…", ask(asks.removing))
            .icon(Glyph::Trash)
            .danger(),
    ]
}

/// The question before a resource is taken out: its backups in the vault go with it (level 2 when it
/// has any).
#[component]
fn TakeOut(open: RwSignal<bool>, about: RwSignal<Option<Member>>, one: OneVault) -> AnyView {
    let (api, toasts, tasks) = (use_api(), use_toasts(), use_tasks());
    let submission = Submission::new();
    Effect::new(move |_| {
        if open.get() {
            submission.reset();
        }
    });
    let name = Signal::derive(move || {
        about.with(|about| {
            about
                .as_ref()
                .map_or_else(String::new, |m| m.title().to_owned())
        })
    });
    let number = Signal::derive(move || {
        about.with(|about| about.as_ref().map_or(0, |member| member.backups))
    });
    let typed = Signal::derive(move || (number.get() > 0).then(|| name.get()));
    let refused = Memo::new(move |_| {
        let id = about.with(|about| about.as_ref().map(|member| member.id.clone()))?;
        let vault = one.vault.get();
        let kept = one.backups.data().map(|known| known.kept(vault.locked));
        let (work, kept) = (one.work(), kept.unwrap_or_default());
        let facts = RemoveFacts {
            vault: Some(&vault),
            work: &work,
            kept: &kept,
        };
        let refusals = remove_refusals(&vault.id, &[id], &facts);
        refusals.first().map(ToString::to_string)
    });
    let failed = failure(submission);
    let why = Signal::derive(move || failed.get().or_else(|| refused.get()));
    let confirm = move |()| {
        let Some(member) = about.get_untracked() else {
            return;
        };
        let vault = one.vault.with_untracked(|vault: &Arc<_>| vault.id.clone());
        let deed = VaultDeed::Remove(ResourcesRemove {
            resource_ids: vec![member.id.clone()],
        });
        let once = operation_id();
        submission.send(
            async move { deed.carry_out(api, &vault, &once).await },
            move |()| {
                toasts.success(format!("{} is taken out", member.title()));
                tasks.look_now();
                open.try_set(false);
                one.refresh();
            },
        );
    };
    view! {
        <Confirm open=open title=Signal::derive(move || format!("Take {} out of {}?", name.get(), one.name().get()))
            verb=Signal::derive(move || match number.get() {
                0 => format!("Take {} out", name.get()),
                number => format!("Take {} out and delete {}", name.get(), count(usize::try_from(number).unwrap_or(0), "backup", "backups")),
            })
            safe_verb="Leave it in" typed_name=typed busy=submission.busy() failure=why on_confirm=confirm>
            {move || match number.get() {
                0 => view! { <p>"It has no backup in this vault. From then on it is not backed up."</p> }.into_any(),
                number => view! {
                    <p><strong>{count(usize::try_from(number).unwrap_or(0), "backup", "backups")}</strong>
                        {move || format!(" of it in this vault are deleted for good ({}). From then on it is not backed up.", about.with(|about| about.as_ref().map_or_else(String::new, |member| mb(member.backup_mb))))}</p>
                    <p>"To keep them, move it to another vault instead, or leave it out of scheduled backups."</p>
                }.into_any(),
            }}
            <p>"The resource itself stays as it is."</p>
        </Confirm>
    }
    .into_any()
}

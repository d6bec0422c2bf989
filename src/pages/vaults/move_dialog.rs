//! Moving a resource with its backups to another vault: where it can go, and what changes for it.

use std::sync::Arc;

use contract::cbr::vaults::ResourcesMigrate;
use contract::vault::{Member, MigrateFacts, Vault, VaultPolicy, migrate_refusals};
use leptos::prelude::*;

use super::deeds::OneVault;
use super::fill::{FillMeter, gb, mb};
use super::words::failure;
use crate::api::{VaultDeed, operation_id, use_api, vaults};
use crate::form::{Field, Select, SelectOption, ShowRequest, Submission};
use crate::format::count;
use crate::query::{Query, query_view};
use crate::ui::{Button, ButtonKind, Dialog, DialogActions, Notice, Tone, use_toasts};

/// The dialog.
#[component]
pub fn MoveResource(
    open: RwSignal<bool>,
    about: RwSignal<Option<Member>>,
    one: OneVault,
) -> AnyView {
    let title = Signal::derive(move || {
        let name = about.with(|about| about.as_ref().map(|member| member.title().to_owned()));
        format!("Move {} to another vault", name.unwrap_or_default())
    });
    view! {
        <Dialog open=open title=title wide=true>{move || {
            let member = about.get_untracked();
            member.map(|member| content(open, one, member))
        }}</Dialog>
    }
    .into_any()
}

/// What is against a vault as the place to move to.
fn refused(one: OneVault, member: &Member, target: &Vault) -> Option<String> {
    let vault = one.vault.get();
    let work = one.work();
    let facts = MigrateFacts {
        vault: Some(&vault),
        work: &work,
        target: Some(target),
        target_work: &[],
    };
    let wanted = ResourcesMigrate {
        destination_vault_id: target.id.clone(),
        resource_ids: vec![member.id.clone()],
    };
    let refusals = migrate_refusals(&vault.id, &wanted, &facts);
    refusals.first().map(ToString::to_string)
}

fn content(open: RwSignal<bool>, one: OneVault, member: Member) -> AnyView {
    let all = Query::new(vaults);
    let chosen = RwSignal::new(String::new());
    let member = StoredValue::new(member);
    let fields = move |all: Signal<Arc<Vec<Vault>>>| fields(one, member, all, chosen);
    view! {
        {query_view(all, "vaults", fields)}
        {send(open, one, member, all, chosen)}
    }
    .into_any()
}

fn fields(
    one: OneVault,
    member: StoredValue<Member>,
    all: Signal<Arc<Vec<Vault>>>,
    chosen: RwSignal<String>,
) -> AnyView {
    let options = Signal::derive(move || {
        let own = one.vault.with(|vault| vault.id.clone());
        let all = all.get();
        let mut options: Vec<SelectOption> = all
            .iter()
            .filter(|vault| vault.id != own)
            .map(|vault| SelectOption {
                value: vault.id.clone(),
                label: vault.name.clone(),
                blocked: member.with_value(|member| refused(one, member, vault)),
            })
            .collect();
        options
            .sort_by(|a, b| (a.blocked.is_some(), &a.label).cmp(&(b.blocked.is_some(), &b.label)));
        options.insert(0, SelectOption::new("", "Choose a vault"));
        options
    });
    let target = Memo::new(move |_| {
        let id = chosen.read();
        all.with(|all| all.iter().find(|vault| vault.id == *id).cloned())
    });
    let none = move || {
        options.with(|options| {
            options
                .iter()
                .skip(1)
                .all(|option| option.blocked.is_some())
        })
    };
    view! {
        <Field id="vault-move-target" label="Vault to move to" required=true>
            <Select options=options value=chosen on_change=move |id| chosen.set(id)/>
        </Field>
        {move || none().then(|| view! {
            <Notice title="It can go nowhere now">
                <p>"Resources move between vaults of one kind with enough room. The list says what is against each vault."</p>
            </Notice>
        })}
        {move || target.get().map(|target| outcome(one, member, target))}
    }
    .into_any()
}

fn names(policies: &[VaultPolicy], vault: &str) -> String {
    let on = policies.iter().filter(|policy| policy.is_on(vault));
    let names: Vec<_> = on.map(|policy| policy.name.clone()).collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

fn outcome(one: OneVault, member: StoredValue<Member>, target: Vault) -> AnyView {
    let (number, moved) = member.with_value(|member| (member.backups, member.backup_mb));
    let policies = one.policies.data().unwrap_or_default();
    let own = one.vault.with(|vault| vault.id.clone());
    let (before, after) = (names(&policies, &own), names(&policies, &target.id));
    let grows = target.size_for(moved).filter(|size| *size > target.size_gb);
    let name = target.name.clone();
    let later = Vault {
        used_mb: target.used_mb + moved,
        size_gb: grows.unwrap_or(target.size_gb),
        ..target.clone()
    };
    let locked = target.locked.then(|| view! {
        <li>{format!("{name} is locked: its scheduled backups can then not be deleted before their retention ends, ever.")}</li>
    });
    view! {
        <section aria-label="What moving means">
            <ul>
                <li><strong>{count(usize::try_from(number).unwrap_or(0), "backup", "backups")}</strong>
                    {format!(" of it ({}) move along and count there from then on. None is deleted, and they can be restored as before.", mb(moved))}</li>
                <li><bdi>{format!("Policies that act on it: {before}, afterwards {after}. Their retention decides about the backups that moved, too.")}</bdi></li>
                {grows.map(|size| view! { <li>{format!("The vault grows to {}.", gb(size))}</li> })}
                {locked}
            </ul>
            <p>"The vault afterwards:"</p>
            <FillMeter vault=later/>
        </section>
    }
    .into_any()
}

fn send(
    open: RwSignal<bool>,
    one: OneVault,
    member: StoredValue<Member>,
    all: Query<Vec<Vault>>,
    chosen: RwSignal<String>,
) -> AnyView {
    let (api, toasts) = (use_api(), use_toasts());
    let submission = Submission::new();
    let deed = Signal::derive(move || {
        VaultDeed::Migrate(ResourcesMigrate {
            destination_vault_id: chosen.get(),
            resource_ids: vec![member.with_value(|member| member.id.clone())],
        })
    });
    let blocked = Signal::derive(move || {
        let id = chosen.get();
        if id.is_empty() {
            return Some("Choose a vault first.".to_owned());
        }
        let all = all.data()?;
        let target = all.iter().find(|vault| vault.id == id)?;
        member.with_value(|member| refused(one, member, target))
    });
    let request = Signal::derive(move || {
        let vault = one.vault.with(|vault| vault.id.clone());
        deed.with(|deed| deed.request(&vault))
    });
    let press = move |()| {
        let vault = one.vault.with_untracked(|vault| vault.id.clone());
        let (deed, once) = (deed.get_untracked(), operation_id());
        let name = member.with_value(|member| member.title().to_owned());
        submission.send(
            async move { deed.carry_out(api, &vault, &once).await },
            move |()| {
                toasts.success(format!("{name} has moved with its backups"));
                open.try_set(false);
                one.refresh();
            },
        );
    };
    let failed = failure(submission);
    view! {
        {move || failed.get().map(|text| view! {
            <Notice tone=Tone::Bad title="It was not moved" announce=true><p><bdi>{text}</bdi></p></Notice>
        })}
        <ShowRequest request=request/>
        <DialogActions>
            <Button on_press=move || open.set(false)>"Cancel"</Button>
            <Button kind=ButtonKind::Primary blocked=blocked busy=submission.busy() on_press=press>"Move it"</Button>
        </DialogActions>
    }
    .into_any()
}

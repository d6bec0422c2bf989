//! The form for a new vault: one page, with what comes of it beside it.

use std::sync::Arc;

use contract::cbr::rules::{BIND_TAGS, VAULT_TAGS};
use contract::cbr::vaults::VaultCreateRequest;
use contract::operations::cbr;
use contract::request::RequestText;
use contract::vault::{VaultPolicy, as_terraform};
use leptos::prelude::*;

use super::create_fields as fields;
use super::draft::{Chosen, Surroundings, VaultDraft, id};
use super::fill::gb;
use super::keep::{KeptVault, VaultPlace};
use super::lock::LockQuestion;
use super::picker::ResourcePicker;
use super::preview::BindingPreview;
use super::words::failure;
use crate::api::{
    Api, ApiError, Resources, create_vault, operation_id, resources, use_api, vault_policies,
};
use crate::form::{
    Checkbox, EntriesBack, ErrorSummary, Field, Problem, Problems, ShowRequest, Submission,
};
use crate::format::count;
use crate::layout::{Page, use_paths};
use crate::query::{Query, query_view};
use crate::router::use_navigate;
use crate::session::use_session;
use crate::tags::{TagRows, tags_hint};
use crate::ui::{
    Button, ButtonKind, ButtonLink, Card, Fact, Facts, Glyph, Notice, Tone, use_toasts,
};

/// What the form has to know.
pub struct Known {
    pub resources: Arc<Resources>,
    pub policies: Vec<VaultPolicy>,
}

async fn load(api: Api) -> Result<Known, ApiError> {
    Ok(Known {
        resources: Arc::new(resources(api).await?),
        policies: vault_policies(api).await?,
    })
}

/// Everything the parts of the form share.
#[derive(Clone, Copy)]
pub struct Making {
    pub draft: RwSignal<VaultDraft>,
    pub chosen: RwSignal<Vec<Chosen>>,
    pub tags: TagRows,
    pub bind: TagRows,
    pub problems: Problems,
    pub known: Signal<Arc<Known>>,
    /// The request the form stands for, or what keeps it from being one.
    pub checked: Memo<Result<VaultCreateRequest, Vec<Problem>>>,
}

impl Making {
    fn new(known: Signal<Arc<Known>>, entered: KeptVault) -> Self {
        let draft = RwSignal::new(VaultDraft::default());
        let chosen = RwSignal::new(Vec::new());
        let (tags, bind) = (TagRows::of(VAULT_TAGS), TagRows::of(BIND_TAGS));
        let checked = Memo::new(move |_| {
            let (tags, bind) = (tags.typed(), bind.typed());
            known.with(|known| {
                chosen.with(|chosen| {
                    draft.with(|draft| {
                        draft.check(&Surroundings {
                            chosen,
                            tags: &tags,
                            bind: &bind,
                            resources: &known.resources,
                            policies: &known.policies,
                        })
                    })
                })
            })
        });
        let making = Self {
            draft,
            chosen,
            tags,
            bind,
            problems: Problems::default(),
            known,
            checked,
        };
        making.load(entered);
        making
    }

    /// Fills the form.
    fn load(self, entered: KeptVault) {
        self.draft.set(entered.draft);
        self.chosen.set(entered.chosen);
        self.tags.load_rows(&entered.tags);
        self.bind.load_rows(&entered.bind);
    }

    /// Everything that was entered; tracked.
    fn entered(self) -> KeptVault {
        let written = |rows: TagRows| {
            let mut rows = rows.typed();
            rows.retain(|row| !row.is_blank());
            rows
        };
        KeptVault {
            draft: self.draft.get(),
            chosen: self.chosen.get(),
            tags: written(self.tags),
            bind: written(self.bind),
        }
    }

    /// A part of the draft; tracked.
    pub fn read<T: Send + Sync + 'static>(self, part: fn(&VaultDraft) -> T) -> Signal<T> {
        Signal::derive(move || self.draft.with(part))
    }

    /// What is wrong with a field: at once where something was typed, else after the first try.
    pub fn message(
        self,
        field: &'static str,
        asked: fn(&VaultDraft) -> bool,
    ) -> Signal<Option<String>> {
        Signal::derive(move || {
            let now = self.checked.with(|checked| match checked {
                Err(problems) if self.draft.with(asked) => problems
                    .iter()
                    .find(|problem| problem.field == field)
                    .map(|problem| problem.text.clone()),
                _ => None,
            });
            now.or_else(|| self.problems.message(field))
        })
    }
}

/// The page.
pub fn create_page() -> AnyView {
    let known = Query::new(load);
    view! {
        <Page title="Create vault">{query_view(known, "servers, disks and policies", begin)}</Page>
    }
    .into_any()
}

/// The form with what was entered before, or empty.
fn begin(known: Signal<Arc<Known>>) -> AnyView {
    let place = VaultPlace::here();
    let kept = place.recall();
    let back = RwSignal::new(kept.is_some());
    let making = Making::new(known, kept.unwrap_or_default());
    let keep_in = place.clone();
    Effect::new(move |first: Option<()>| {
        let entered = making.entered();
        // What has just been read back is there already.
        if first.is_some() {
            keep_in.keep(&entered);
        }
    });
    let discard = move |()| making.load(KeptVault::default());
    view! {
        <EntriesBack back=back kept="They were kept in this browser when the page was left." first_field=id::NAME on_discard=discard/>
        {form(making, place)}
    }
    .into_any()
}

fn form(making: Making, place: VaultPlace) -> AnyView {
    view! {
        <ErrorSummary problems=making.problems/>
        <div class="policy-editor">
            <div class="policy-form">
                <Card title="Vault">{fields::what(making)}</Card>
                <Card title="Size">{fields::size(making)}</Card>
                <Card title="Resources">{resource_fields(making)}</Card>
                <Card title="Policy">{fields::policy(making)}</Card>
                {binding_card(making)}
                <Card title="Tags">{tag_fields(making)}</Card>
                <Card title="Lock">{lock_fields(making)}</Card>
            </div>
            <aside class="policy-consequences" aria-label="What comes of it">
                <Card title="What comes of it">{outcome(making)}</Card>
            </aside>
        </div>
        {send_bar(making, place)}
    }
    .into_any()
}

fn resource_fields(making: Making) -> AnyView {
    let resources = Signal::derive(move || Arc::clone(&making.known.read().resources));
    let vault = Signal::derive(move || {
        let bind = making.bind.typed();
        making.draft.with(|draft| draft.as_vault(&bind))
    });
    let replicas = making.read(|draft| draft.replicas);
    let message = making.message(id::RESOURCES, |_| false);
    // What was chosen for another kind of vault would not go into this one.
    Effect::new(
        move |before: Option<(contract::cbr::rules::ObjectType, bool)>| {
            let now = making.draft.with(|draft| (draft.object, draft.replicas));
            if before.is_some_and(|before| before != now) {
                making.chosen.set(Vec::new());
            }
            now
        },
    );
    view! {
        {move || if replicas.get() {
            view! {
                <p id=id::RESOURCES tabindex="-1">"A vault for replicas holds no resources of its own. Replication policies and copies fill it."</p>
            }
            .into_any()
        } else {
            view! {
                <p class="field-hint">"A resource is in one vault only. More can be put in later."</p>
                <ResourcePicker field=id::RESOURCES resources=resources vault=vault chosen=making.chosen/>
            }
            .into_any()
        }}
        {move || message.get().map(|text| view! { <Notice tone=Tone::Bad title=text/> })}
    }
    .into_any()
}

fn binding_card(making: Making) -> AnyView {
    let can = Memo::new(move |_| making.draft.with(VaultDraft::can_bind));
    let on = making.read(|draft| draft.auto_bind);
    let change = move |on| making.draft.update(|draft| draft.auto_bind = on);
    let resources = Signal::derive(move || Arc::clone(&making.known.read().resources));
    let vault = Signal::derive(move || {
        let bind = making.bind.typed();
        making.draft.with(|draft| draft.as_vault(&bind))
    });
    let message = making.message(id::BINDING, |_| false);
    let rules = move || {
        on.get().then(|| {
            view! {
                <div id=id::BINDING tabindex="-1" role="group" aria-label="Tags of servers to take in">{making.bind.view()}</div>
                {move || message.get().map(|text| view! { <Notice tone=Tone::Bad title=text/> })}
                <BindingPreview resources=resources vault=vault/>
            }
        })
    };
    view! {
        {move || can.get().then(|| view! {
            <Card title="Auto-bind">
                <Checkbox label="Take in servers by their tags" checked=on on_change=change
                    hint="Servers that carry one of the tags, with its value, are put in by themselves."/>
                {rules}
            </Card>
        })}
    }
    .into_any()
}

fn tag_fields(making: Making) -> AnyView {
    let message = making.message(id::TAGS, |_| false);
    view! {
        <p class="field-hint">{tags_hint(VAULT_TAGS)}</p>
        <div id=id::TAGS tabindex="-1" role="group" aria-label="Tags of the vault">{making.tags.view()}</div>
        {move || message.get().map(|text| view! { <Notice tone=Tone::Bad title=text/> })}
    }
    .into_any()
}

fn lock_fields(making: Making) -> AnyView {
    let on = making.read(|draft| draft.locked);
    let change = move |on| making.draft.update(|draft| draft.locked = on);
    view! {
        <Checkbox label="Lock the vault for good" checked=on on_change=change
            hint="Most vaults begin unlocked; it can be locked at any time, and never unlocked."/>
        {move || on.get().then(|| view! {
            <Notice tone=Tone::Warning title="This cannot be undone" announce=true>{super::lock::consequences()}</Notice>
        })}
    }
    .into_any()
}

fn outcome(making: Making) -> AnyView {
    let allocated = move || {
        making
            .chosen
            .with(|chosen| chosen.iter().map(Chosen::counted_gb).sum::<i64>())
    };
    let size = move || {
        making
            .draft
            .with(|draft| super::draft::number(&draft.size).ok())
    };
    let room = move || {
        match size() {
        Some(size) if allocated() > size => view! {
            <Notice tone=Tone::Warning title="Smaller than its resources">
                <p>"The first backup of a full disk takes as much as the disk. When the vault is full, backups fail until it is enlarged."</p>
            </Notice>
        }
        .into_any(),
        _ => ().into_any(),
    }
    };
    let request = Signal::derive(move || {
        let text = RequestText::new(&cbr::VAULTS_CREATE, &[]);
        making.checked.with(|checked| match checked {
            Ok(request) => text.with_body(request),
            Err(_) => text,
        })
    });
    let terraform = Signal::derive(move || {
        making.checked.with(|checked| {
            checked
                .as_ref()
                .ok()
                .map(|request| as_terraform(&request.vault))
        })
    });
    let complete = Memo::new(move |_| making.checked.with(Result::is_ok));
    view! {
        <Facts>
            <Fact name="Size">{move || size().map_or_else(|| "—".to_owned(), gb)}</Fact>
            <Fact name="Resources">{move || count(making.chosen.with(Vec::len), "resource", "resources")}</Fact>
            <Fact name="Their size">{move || gb(allocated())}</Fact>
            <Fact name="Paid">"By its size, hourly (post_paid)"</Fact>
        </Facts>
        {room}
        {move || if complete.get() {
            view! { <ShowRequest request=request terraform=terraform/> }.into_any()
        } else {
            view! { <p class="field-hint">"The request is shown here when the form is complete."</p> }.into_any()
        }}
    }
    .into_any()
}

fn send_bar(making: Making, place: VaultPlace) -> AnyView {
    let (api, toasts, paths, navigate) = (use_api(), use_toasts(), use_paths(), use_navigate());
    let session = use_session();
    let asking = RwSignal::new(false);
    let submission = Submission::new();
    let home = paths.vaults();
    let paths = StoredValue::new(paths);
    let send = Callback::new(move |()| {
        let Ok(request) = making.checked.get_untracked() else {
            return;
        };
        let once = operation_id();
        let place = place.clone();
        submission.send(
            async move { create_vault(api, &request, &once).await },
            move |vault| {
                toasts.success(format!("Vault {} is there", vault.name));
                place.forget();
                // Whoever left the page meanwhile is not taken away from where they are.
                if asking.try_set(false).is_none() {
                    let to = paths.with_value(|paths| paths.vault(&vault.id));
                    navigate(&to, Default::default());
                }
            },
        );
    });
    let try_send = move |()| match making.checked.get_untracked() {
        Err(problems) => making.problems.show(problems),
        Ok(request) => {
            making.problems.show(Vec::new());
            if request.vault.locked == Some(true) {
                asking.set(true);
            } else {
                send.run(());
            }
        }
    };
    // A summary of problems that are solved would only confuse.
    Effect::new(move |_| {
        if making.checked.with(Result::is_ok) {
            making.problems.show(Vec::new());
        }
    });
    let name = making.read(|draft| draft.name.clone());
    let failed = failure(submission);
    view! {
        {move || (!asking.get()).then(|| failed.get()).flatten().map(|text| view! {
            <Notice tone=Tone::Bad title="The vault was not made" announce=true><p><bdi>{text}</bdi></p></Notice>
        })}
        <div class="policy-bar">
            <Button kind=ButtonKind::Primary icon=Glyph::Check busy=submission.busy() on_press=try_send>"Create vault"</Button>
            <ButtonLink href=home>"Cancel"</ButtonLink>
            <span class="field-hint">"What you enter is kept in this browser until the vault is made or you discard it."</span>
        </div>
        <LockQuestion open=asking name=name verb=Signal::derive(move || format!("Create {}, locked for good", name.get()))
            busy=submission.busy() failure=failed rehearsal=Signal::derive(move || !session.is_sandbox()) on_confirm=send/>
    }
    .into_any()
}

/// A labelled field with a message, as every field of this form is.
pub fn labelled(
    field: &'static str,
    label: &'static str,
    required: bool,
    hint: Option<&'static str>,
    message: Signal<Option<String>>,
    input: impl FnOnce() -> AnyView + Send + 'static,
) -> AnyView {
    view! {
        <Field id=field label=label required=required message=message hint=MaybeProp::from(hint.map(str::to_owned))>{input()}</Field>
    }
    .into_any()
}

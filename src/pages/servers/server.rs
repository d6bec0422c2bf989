//! One server: how it is protected, its disks, its backups, and backing it up now.

use std::sync::Arc;

use contract::model::{Backup, Generation, Policy, Server, Vault, Volume};
use contract::operations::Service;
use leptos::prelude::*;

use super::{back_up::BackUpNow, capabilities, facts, protection, recent, volumes};
use crate::api::{self, Api, ApiError, Joined, Silent, can_be_backed_up, newest_backups};
use crate::clock::use_clock;
use crate::coverage::{Missing, PolicyState, ServerCoverage, Target, backup_refusal, cover};
use crate::layout::{Page, use_paths};
use crate::pages::tasks::{RestoresOf, restores_card};
use crate::query::{Pace, Query, query_view, refresh_bar};
use crate::router::{NavigateOptions, use_navigate, use_params_map, use_query_map};
use crate::session::use_session;
use crate::ui::{Button, ButtonKind, ButtonLink, Card, Glyph, TextLink};

/// Backups shown, and looked through for the disks' last ones.
const RECENT: usize = 10;

/// Everything about one server.
#[derive(Clone, Debug, PartialEq)]
struct Whole {
    server: Arc<Server>,
    volumes: Arc<Vec<Volume>>,
    recent: Arc<Vec<Backup>>,
    policies: Vec<Policy>,
    /// The vault it is in.
    vault: Option<Vault>,
    /// Which vault that is could not be asked.
    vault_unknown: bool,
    /// What else could not be asked.
    missing: Missing,
}

async fn load(api: Api, id: String) -> Result<Joined<Whole>, ApiError> {
    let server = Arc::new(api::server(api, &id).await?);
    let volumes = Arc::new(api::volumes_of(api, &id).await?);
    let of_server = [("resource_id", id.as_str())];
    let (recent, protectors) = api::both(
        newest_backups(api, &of_server, RECENT),
        api::protectors(api),
    )
    .await;
    let (recent, protectors) = (recent?, protectors?);
    let silent = |silent: &Option<Silent>| silent.as_ref().map(|silent| silent.of);
    let whole = Whole {
        server,
        volumes,
        vault: protectors.all.vault_of(&id).cloned(),
        vault_unknown: silent(&protectors.silent) == Some(Generation::Cbr),
        missing: Missing {
            backups: silent(&recent.silent),
            policies: protectors.silent.is_some(),
            unasked: Vec::new(),
        },
        recent: Arc::new(recent.all),
        policies: protectors.all.policies,
    };
    let silent = recent.silent.or(protectors.silent).map(|silent| Silent {
        means: "Its backups and policies of this server are missing here; whether they protect it is not known.",
        ..silent
    });
    Ok(Joined { all: whole, silent })
}

/// The page.
pub fn page() -> AnyView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let whole = Query::joined(move |api| load(api, id.get())).polled(|whole: &Whole| {
        if whole.recent.iter().any(|backup| backup.status.is_busy()) {
            Pace::Lively
        } else {
            Pace::Calm
        }
    });
    let check = Query::new(move |api| {
        let id = id.get();
        async move {
            if !api.has(Service::Csbs) {
                return Ok(None);
            }
            Ok(can_be_backed_up(api, &[id]).await?.into_iter().next())
        }
    });
    let blocked = Signal::derive(move || {
        check
            .data()
            .and_then(|result| backup_refusal(result.as_ref().as_ref()?))
    });
    let vault = Signal::derive(move || whole.data().and_then(|whole| whole.vault.clone()));
    let by_itself = use_session().has(Service::Csbs);
    // One way is enough; the form says what stands against the other.
    let neither = Signal::derive(move || {
        let vault = vault.get();
        match vault.as_ref().map(Vault::closed) {
            Some(None) => None,
            Some(closed) if !by_itself => closed,
            None if !by_itself && whole.data().is_some() => {
                Some("The server is in no vault; put it into one first.".to_owned())
            }
            _ => blocked.get(),
        }
    });
    let title = Signal::derive(move || {
        whole
            .data()
            .map_or("Server".to_owned(), |whole| whole.server.name.clone())
    });
    let form = BackUpForm::new(id);
    let actions = move || {
        view! {
            {refresh_bar(whole, "server")}
            <Button kind=ButtonKind::Primary icon=Glyph::Backup blocked=neither on_press=move || form.show(true)>"Back up now"</Button>
        }
    };
    let content = move |whole: Signal<Arc<Whole>>| {
        let part = move |_| whole.get();
        let server = Signal::derive(move || Arc::clone(&part(()).server));
        let disks = Signal::derive(move || Arc::clone(&part(()).volumes));
        let latest = Signal::derive(move || Arc::clone(&part(()).recent));
        view! {
            <Effective whole=whole/>
            {capabilities::capabilities(server, disks, latest, vault, check)}
            {volumes::volumes(server, disks, latest)}
            {recent::recent(id.get_untracked(), latest)}
            {restores_card("Restores to it", Signal::derive(move || RestoresOf::Server(id.get())))}
            {facts::facts(server)}
        }
        .into_any()
    };
    view! {
        <Page title=title actions=actions>
            {move || form.open.get().then(|| view! {
                <BackUpNow server=id.get_untracked() server_name=title blocked=blocked vault=vault
                    done=Callback::new(move |()| { form.show(false); whole.refresh(); })/>
            })}
            {query_view(whole, "server", content)}
        </Page>
    }
    .into_any()
}

/// Whether the form is open; it stands in the address.
#[derive(Clone, Copy)]
struct BackUpForm {
    open: Memo<bool>,
    show: Callback<bool>,
}

impl BackUpForm {
    fn new(id: Memo<String>) -> Self {
        let (query, navigate, paths) = (use_query_map(), use_navigate(), use_paths());
        let open = Memo::new(move |_| {
            query
                .read()
                .get("backup")
                .is_some_and(|value| value == "now")
        });
        let show = Callback::new(move |open: bool| {
            let id = id.get_untracked();
            let href = if open {
                paths.back_up_server(&id)
            } else {
                paths.server(&id)
            };
            let options = NavigateOptions {
                replace: true,
                scroll: false,
            };
            navigate(&href, options);
        });
        Self { open, show }
    }

    fn show(self, open: bool) {
        self.show.run(open);
    }
}

/// How it is protected, and by which policy.
#[component]
fn Effective(whole: Signal<Arc<Whole>>) -> AnyView {
    let (clock, paths) = (use_clock(), StoredValue::new(use_paths()));
    let coverage = Memo::new(move |_| {
        whole.with(|whole| {
            let server = std::slice::from_ref(whole.server.as_ref());
            cover(
                server,
                &whole.policies,
                &whole.recent,
                Target::default(),
                clock.ticking(),
            )
            .without(&whole.missing)
            .servers
            .pop()
        })
    });
    let has_vaults = use_session().has(Service::Cbr);
    let vault_of = move |whole: &Whole| {
        let lies_in = match &whole.vault {
            None if whole.vault_unknown => {
                view! { <span class="dash">"Not known"</span> }.into_any()
            }
            None => view! { <span class="dash">"None"</span> }.into_any(),
            Some(vault) => {
                let href = paths.with_value(|paths| paths.vault(&vault.id));
                let name = vault.name.clone();
                view! { <TextLink href=href><bdi>{name}</bdi></TextLink> }.into_any()
            }
        };
        view! { <div class="stack"><span class="field-hint">"Vault"</span>{lies_in}</div> }
    };
    let view = move |coverage: ServerCoverage| {
        let remedy = paths.with_value(|paths| match &coverage.policy {
            PolicyState::None => (paths.new_policy_for(&coverage.server_id), "Create a policy"),
            PolicyState::NotKnown => (paths.policies(), "Show policies"),
            PolicyState::Off { id, .. } | PolicyState::On { id, .. } => {
                (paths.policy(id), "Show the policy")
            }
        });
        view! {
            <div class="protection">
                <div class="stack">
                    {protection::badge(&coverage)}
                    <p>{protection::sentence(&coverage, clock.now())}</p>
                </div>
                <div class="stack">
                    <span class="field-hint">"Policy"</span>
                    {protection::policy(&paths.read_value(), &coverage.policy)}
                </div>
                {has_vaults.then(|| vault_of(&whole.read()))}
                <ButtonLink href=remedy.0>{remedy.1}</ButtonLink>
            </div>
        }
    };
    view! {
        <Card title="Protection">
            {move || coverage.get().map(view)}
        </Card>
    }
    .into_any()
}

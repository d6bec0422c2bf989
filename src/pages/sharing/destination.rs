//! Where copies go: a region this one copies to, a project there, a vault for replicas.

use std::sync::Arc;

use contract::cbr::replicate::{
    Destination, DestinationFacts, Looked, ReplicationRefusal, receiving_refusal,
};
use contract::cbr::share::is_project_id;
use contract::cbr::vaults::Vault;
use leptos::prelude::*;

use super::project::{ProjectChoice, project_field, use_account_projects};
use super::words::named;
use crate::api::{replication_capabilities, vaults_elsewhere};
use crate::form::{Field, Select, SelectOption, TextInput};
use crate::query::Query;
use crate::session::use_session;

/// Fields of the form, by the ids of their inputs.
pub const REGION: &str = "copy-region";
pub const PROJECT: &str = "copy-project";
pub const VAULT: &str = "copy-vault";

/// A destination being chosen.
#[derive(Clone, Copy)]
pub struct Choice {
    regions: Signal<Vec<String>>,
    region: RwSignal<String>,
    project: ProjectChoice,
    /// The vaults there; `None` where nobody may look.
    vaults: Query<Option<Vec<Vault>>>,
    vault: RwSignal<String>,
}

/// What was chosen, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    pub region: String,
    pub project: String,
    pub vault: String,
}

impl Choice {
    /// Nothing chosen yet but the only region there is.
    pub fn new() -> Self {
        let own = use_session().with(|info| info.region.clone());
        let known = Query::new(replication_capabilities);
        let regions = Signal::derive(move || {
            known
                .data()
                .map_or_else(Vec::new, |known| known.from_region(&own))
        });
        let region = RwSignal::new(String::new());
        Effect::new(move |_| {
            if let [only] = regions.read().as_slice() {
                region.set(only.clone());
            }
        });
        let project = ProjectChoice::new(use_account_projects(), None);
        let asked = Memo::new(move |_| (project.id(), region.get()));
        let vaults = Query::new(move |api| {
            let (project, region) = asked.get();
            async move {
                if !is_project_id(&project) || region.is_empty() {
                    return Ok(None);
                }
                vaults_elsewhere(api, &project, &region).await
            }
        });
        let vault = RwSignal::new(String::new());
        // A vault of one project is none of another.
        Effect::new(move |before: Option<(String, String)>| {
            let now = asked.get();
            if before.is_some_and(|before| before != now) {
                vault.set(String::new());
            }
            now
        });
        Self {
            regions,
            region,
            project,
            vaults,
            vault,
        }
    }

    /// What is chosen now; tracked.
    pub fn chosen(self) -> Chosen {
        Chosen {
            region: self.region.get(),
            project: self.project.id(),
            vault: self.vault.read().trim().to_owned(),
        }
    }

    /// The vaults that can be chosen from; none where the service shows none. Tracked.
    fn listed(self) -> Arc<Vec<Vault>> {
        let vaults = self
            .vaults
            .data()
            .and_then(|vaults| vaults.as_ref().clone());
        Arc::new(vaults.unwrap_or_default())
    }

    /// Asks a check of the contract about what is chosen now; tracked.
    pub fn check<R>(self, ask: impl FnOnce(&Destination<'_>, &DestinationFacts<'_>) -> R) -> R {
        let (chosen, listed, regions) = (self.chosen(), self.listed(), self.regions.get());
        let wanted = Destination {
            region: &chosen.region,
            project_id: &chosen.project,
            vault_id: &chosen.vault,
        };
        let facts = DestinationFacts {
            regions: &regions,
            project: match is_project_id(&chosen.project) {
                true => Looked::NotSeen,
                false => Looked::Missing,
            },
            vault: match listed.iter().find(|vault| vault.id == chosen.vault) {
                Some(vault) => Looked::Found(vault),
                None if listed.is_empty() => Looked::NotSeen,
                None => Looked::Missing,
            },
            replicas: None,
        };
        ask(&wanted, &facts)
    }

    /// The id of the input a reason belongs to; empty for the form as a whole.
    pub fn field_of(self, refusal: &ReplicationRefusal) -> String {
        use ReplicationRefusal::{
            Exists, ForeignVault, NoProject, NoRoom, NoVault, NotForReplicas, Region,
            TooManyReplicas, VaultState,
        };
        match refusal {
            NoProject(_) | TooManyReplicas(_) => self.project.field(PROJECT),
            Region { .. } => REGION.to_owned(),
            Exists
            | NoVault(_)
            | ForeignVault { .. }
            | NotForReplicas(_)
            | VaultState { .. }
            | NoRoom { .. } => VAULT.to_owned(),
            _ => String::new(),
        }
    }
}

/// The sentence for a reason; what was not filled in yet is asked for plainly.
pub fn sentence(refusal: &ReplicationRefusal) -> String {
    match refusal {
        ReplicationRefusal::NoProject(id) if id.is_empty() => {
            "Choose the project that is to have the copy.".to_owned()
        }
        ReplicationRefusal::NoProject(id) => {
            format!(
                "`{id}` is not the id of a project; ids have 32 hexadecimal digits. (BackupService.1011)"
            )
        }
        ReplicationRefusal::Region { region, .. } if region.is_empty() => {
            "Choose the region of the copy.".to_owned()
        }
        ReplicationRefusal::NoVault(id) if id.is_empty() => {
            "Choose the vault that is to hold the copy.".to_owned()
        }
        other => format!("{other} ({})", other.code()),
    }
}

/// The fields of a [`Choice`]; `message` gives the problem of an input by its id.
pub fn destination_fields(
    choice: Choice,
    message: impl Fn(&str) -> Option<String> + Copy + Send + Sync + 'static,
) -> AnyView {
    let regions = Signal::derive(move || {
        let regions = choice.regions.get();
        let regions = regions
            .into_iter()
            .map(|region| SelectOption::new(region.clone(), region));
        [SelectOption::new("", "Choose a region")]
            .into_iter()
            .chain(regions)
            .collect::<Vec<_>>()
    });
    let listed = Memo::new(move |_| !choice.listed().is_empty());
    let vaults = Signal::derive(move || {
        let vaults = choice.listed();
        let vaults = vaults.iter().map(|vault| SelectOption {
            blocked: receiving_refusal(vault).map(|refusal| refusal.to_string()),
            ..SelectOption::new(vault.id.clone(), named(&vault.name, &vault.id))
        });
        [SelectOption::new("", "Choose a vault")]
            .into_iter()
            .chain(vaults)
            .collect::<Vec<_>>()
    });
    let of_project = Signal::derive(move || message(&choice.project.field(PROJECT)));
    view! {
        <Field id=REGION label="Region" required=true message=Signal::derive(move || message(REGION))
            hint="Regions that this one copies to.">
            <Select options=regions value=choice.region on_change=move |region: String| choice.region.set(region)/>
        </Field>
        {project_field(PROJECT, "Project", choice.project, of_project)}
        {move || if listed.get() {
            view! {
                <Field id=VAULT label="Vault" required=true message=Signal::derive(move || message(VAULT))
                    hint="Only vaults for replicas take copies.">
                    <Select options=vaults value=choice.vault on_change=move |id: String| choice.vault.set(id)/>
                </Field>
            }
            .into_any()
        } else {
            view! {
                <Field id=VAULT label="Vault id" required=true message=Signal::derive(move || message(VAULT))
                    hint="The service shows no vaults of other projects from here. The other side finds the id on the page of its vault for replicas.">
                    <TextInput value=choice.vault on_input=move |id: String| choice.vault.set(id)/>
                </Field>
            }
            .into_any()
        }}
    }
    .into_any()
}

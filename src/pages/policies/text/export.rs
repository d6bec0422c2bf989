//! Policies as text, to look at, copy or save. Form and choice are in the address.

use std::collections::BTreeSet;
use std::sync::Arc;

use contract::document::Document;
use contract::model::{Generation, Policy};
use contract::terraform;
use contract::vault::Vault;
use leptos::prelude::*;

use super::super::service::{Listed, Services, short_name, use_services};
use crate::api::{Api, ApiError, vaults};
use crate::form::Checkbox;
use crate::layout::{Page, use_paths};
use crate::query::{Query, query_view};
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::routes::with_query;
use crate::ui::{
    Button, ButtonKind, Card, Choice, CodeBlock, EmptyState, FileKind, Glyph, Notice, Pick,
    SaveButton, TextLink, Tone,
};

/// In the address: no policy at all. Without any, all are meant.
const NONE: &str = "-";

/// What the address says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wish {
    terraform: bool,
    /// Ids; nothing means all.
    chosen: Option<BTreeSet<String>>,
}

impl Wish {
    fn has(&self, id: &str) -> bool {
        self.chosen
            .as_ref()
            .is_none_or(|chosen| chosen.contains(id))
    }

    fn query(&self) -> Vec<(&str, &str)> {
        let mut query = Vec::new();
        if self.terraform {
            query.push(("as", "terraform"));
        }
        match &self.chosen {
            Some(chosen) if chosen.is_empty() => query.push(("policy", NONE)),
            Some(chosen) => query.extend(chosen.iter().map(|id| ("policy", id.as_str()))),
            None => {}
        }
        query
    }

    /// Chooses a policy or not; all of them are written as nothing in particular.
    fn choose(&mut self, id: &str, on: bool, all: &[Policy]) {
        let every = || all.iter().map(|policy| policy.id.clone()).collect();
        let mut chosen = self.chosen.take().unwrap_or_else(every);
        if on {
            chosen.insert(id.to_owned());
        } else {
            chosen.remove(id);
        }
        let is_all = all.iter().all(|policy| chosen.contains(&policy.id));
        self.chosen = (!is_all).then_some(chosen);
    }

    fn text(&self, all: &[Policy], vaults: &[Vault]) -> String {
        let chosen: Vec<&Policy> = all.iter().filter(|policy| self.has(&policy.id)).collect();
        match (chosen.is_empty(), self.terraform) {
            (true, _) => String::new(),
            (false, true) => terraform::policies(chosen),
            (false, false) => Document::of(chosen).naming(vaults).to_json(),
        }
    }

    /// Names that several of the chosen ones have in one service.
    fn twice(&self, all: &[Policy]) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        all.iter()
            .filter(|policy| self.has(&policy.id))
            .filter(|policy| !seen.insert((policy.generation.word(), policy.name.as_str())))
            .map(|policy| policy.name.clone())
            .collect()
    }
}

/// What there is to export.
#[derive(Clone, Debug, Default, PartialEq)]
struct Source {
    policies: Vec<Policy>,
    /// For their names.
    vaults: Vec<Vault>,
}

impl Source {
    async fn load(api: Api, services: Services) -> Result<Self, ApiError> {
        let listed = Listed::load(api, services).await?;
        if let Some((_, error)) = listed.failed {
            // Half of the policies would look like all of them.
            return Err(error);
        }
        Ok(Self {
            policies: listed.policies,
            vaults: match services.cbr {
                true => vaults(api).await?,
                false => Vec::new(),
            },
        })
    }
}

/// The page.
pub fn export_page() -> AnyView {
    let services = use_services();
    let all = Query::new(move |api| Source::load(api, services));
    let paths = use_paths();
    let back = paths.policies();
    let lead =
        move || view! { <TextLink href=back.clone()>"Back to the policies"</TextLink> }.into_any();
    let content = move |all: Signal<Arc<Source>>| content(all, services);
    view! { <Page title="Export policies" lead=lead>{query_view(all, "policies", content)}</Page> }
        .into_any()
}

fn content(all: Signal<Arc<Source>>, services: Services) -> AnyView {
    let (paths, navigate, query) = (use_paths(), use_navigate(), use_query_map());
    if all.with_untracked(|all| all.policies.is_empty()) {
        let new = paths.new_policy();
        return view! {
            <EmptyState title="No policy yet" icon=Glyph::Policy>
                <p>"There is nothing to export. " <TextLink href=new>"Create a policy"</TextLink> " first."</p>
            </EmptyState>
        }
        .into_any();
    }
    let wish = Memo::new(move |_| {
        let query = query.read();
        let ids: BTreeSet<String> = query
            .iter()
            .filter(|(name, _)| *name == "policy")
            .map(|(_, id)| id.to_owned())
            .collect();
        Wish {
            terraform: query.get("as").as_deref() == Some("terraform"),
            chosen: (!ids.is_empty()).then(|| ids.into_iter().filter(|id| id != NONE).collect()),
        }
    });
    let change = Callback::new(move |wish: Wish| {
        let options = NavigateOptions {
            replace: true,
            scroll: false,
        };
        navigate(&with_query(paths.export_policies(), &wish.query()), options);
    });
    let text =
        Memo::new(move |_| wish.with(|wish| all.with(|all| wish.text(&all.policies, &all.vaults))));
    let twice = Memo::new(move |_| wish.with(|wish| all.with(|all| wish.twice(&all.policies))));
    view! {
        <div class="policy-text">
            <Card title="What">{choice(all, services, wish, change)}</Card>
            <Card title="Text" actions=move || save_button(text, wish)>
                {move || twice.with(|names| (!names.is_empty()).then(|| twice_notice(names)))}
                {move || if text.with(String::is_empty) {
                    view! { <p>"Choose at least one policy."</p> }.into_any()
                } else {
                    view! { <CodeBlock code=text what="policies"/> }.into_any()
                }}
            </Card>
        </div>
    }
    .into_any()
}

/// Policies are found again by their names; that two have one is said before somebody needs it.
fn twice_notice(names: &BTreeSet<String>) -> AnyView {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let title = format!("Several policies are called {}", names.join(", "));
    view! {
        <Notice tone=Tone::Warning title=title>
            <p>"Policies are found again by their names: an import takes only one of each. Rename the others first, or choose one of them."</p>
        </Notice>
    }
    .into_any()
}

fn choice(
    all: Signal<Arc<Source>>,
    services: Services,
    wish: Memo<Wish>,
    change: Callback<Wish>,
) -> AnyView {
    let forms = vec![
        Pick::new("json", "JSON document"),
        Pick::new("terraform", "Terraform"),
    ];
    let form = Signal::derive(move || {
        let terraform = wish.with(|wish| wish.terraform);
        if terraform { "terraform" } else { "json" }.to_owned()
    });
    let choose_form = move |key: String| {
        let terraform = key == "terraform";
        change.run(Wish {
            terraform,
            ..wish.get_untracked()
        });
    };
    let everything = move |chosen: Option<BTreeSet<String>>| {
        change.run(Wish {
            chosen,
            ..wish.get_untracked()
        });
    };
    let boxes = move || {
        let mut sorted = all.read().policies.clone();
        sorted.sort_by(|one, two| one.name.cmp(&two.name));
        sorted
            .into_iter()
            .map(
                |Policy {
                     id,
                     name,
                     generation,
                     ..
                 }| {
                    // Both services may have a policy of this name.
                    let name = match (services.both(), generation) {
                        (true, Generation::Cbr) => format!("{name} ({})", short_name(generation)),
                        _ => name,
                    };
                    let mine = id.clone();
                    let checked = Signal::derive(move || wish.with(|wish| wish.has(&mine)));
                    let choose = move |on: bool| {
                        let mut wanted = wish.get_untracked();
                        all.with_untracked(|all| wanted.choose(&id, on, &all.policies));
                        change.run(wanted);
                    };
                    view! { <Checkbox label=name checked=checked on_change=choose/> }
                },
            )
            .collect_view()
    };
    let hint = move || {
        if wish.with(|wish| wish.terraform) {
            "For the provider opentelekomcloud, one resource for each policy."
        } else {
            "The form that can be imported again, here or in another project."
        }
    };
    view! {
        <Choice legend="Form" picks=forms chosen=form on_choose=choose_form/>
        <p class="field-hint">{hint}</p>
        <fieldset class="policy-text-choice">
            <legend class="field-label">"Policies"</legend>
            <div class="policy-text-boxes">{boxes}</div>
        </fieldset>
        <div class="policy-text-row">
            <Button kind=ButtonKind::Quiet on_press=move |()| everything(None)>"Choose all"</Button>
            <Button kind=ButtonKind::Quiet on_press=move |()| everything(Some(BTreeSet::new()))>"Choose none"</Button>
        </div>
    }
    .into_any()
}

fn save_button(text: Memo<String>, wish: Memo<Wish>) -> AnyView {
    let file = Signal::derive(move || match wish.with(|wish| wish.terraform) {
        true => FileKind {
            name: "policies.tf",
            media: "text/plain",
        },
        false => FileKind {
            name: "policies.json",
            media: "application/json",
        },
    });
    view! { <SaveButton text=text file=file empty="Choose at least one policy." label="Download" kind=ButtonKind::Primary/> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(id: &str) -> Policy {
        Policy {
            id: id.into(),
            name: format!("name-{id}"),
            ..Policy::default()
        }
    }

    #[test]
    fn all_policies_are_meant_until_some_are_chosen() {
        let all = [policy("1"), policy("2")];
        let mut wish = Wish {
            terraform: true,
            chosen: None,
        };
        assert_eq!(wish.query(), [("as", "terraform")]);
        wish.choose("1", false, &all);
        assert_eq!(wish.query(), [("as", "terraform"), ("policy", "2")]);
        assert!(!wish.text(&all, &[]).contains("name-1"));
        wish.choose("2", false, &all);
        assert_eq!(wish.query(), [("as", "terraform"), ("policy", "-")]);
        assert_eq!(wish.text(&all, &[]), "");
        wish.choose("1", true, &all);
        wish.choose("2", true, &all);
        assert_eq!(wish.chosen, None);
    }

    #[test]
    fn policies_of_both_services_are_exported_and_what_has_one_name_is_said() {
        let mut all = [policy("1"), policy("2"), policy("3")];
        all[1].generation = Generation::Cbr;
        "name-1".clone_into(&mut all[1].name);
        let mut wish = Wish {
            terraform: false,
            chosen: None,
        };
        assert!(wish.text(&all, &[]).contains("\"service\": \"cbr\""));
        assert!(
            wish.twice(&all).is_empty(),
            "the services do not know of each other"
        );
        all[2].generation = Generation::Cbr;
        "name-1".clone_into(&mut all[2].name);
        assert_eq!(wish.twice(&all).len(), 1);
        wish.terraform = true;
        assert!(
            wish.text(&all, &[])
                .contains("opentelekomcloud_cbr_policy_v3")
        );
    }
}

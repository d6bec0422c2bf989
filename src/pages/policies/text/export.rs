//! Policies as text, to look at, copy or save. Form and choice are in the address.

use std::collections::BTreeSet;
use std::sync::Arc;

use contract::document::Document;
use contract::model::Policy;
use contract::terraform;
use leptos::prelude::*;

use super::super::service::{Listed, use_services};
use crate::form::Checkbox;
use crate::format::count;
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

    fn text(&self, all: &[Policy]) -> String {
        let chosen: Vec<&Policy> = all.iter().filter(|policy| self.has(&policy.id)).collect();
        match (chosen.is_empty(), self.terraform) {
            (true, _) => String::new(),
            (false, true) => terraform::policies(chosen),
            (false, false) => {
                Document::of(chosen.into_iter().filter(|p| is_in_document(p))).to_json()
            }
        }
    }

    /// How many of the chosen ones the form cannot hold.
    fn left_out(&self, all: &[Policy]) -> usize {
        let chosen = all.iter().filter(|policy| self.has(&policy.id));
        let unfit = chosen.filter(|policy| !self.terraform && !is_in_document(policy));
        unfit.count()
    }
}

/// A document says which servers a policy has; one of vaults has none of its own.
fn is_in_document(policy: &Policy) -> bool {
    policy.generation.capabilities().servers_in_policy
}

/// The page.
pub fn export_page() -> AnyView {
    let services = use_services();
    let all = Query::new(move |api| async move {
        let listed = Listed::load(api, services).await?;
        match listed.failed {
            // Half of the policies would look like all of them.
            Some((_, error)) => Err(error),
            None => Ok(listed.policies),
        }
    });
    let paths = use_paths();
    let back = paths.policies();
    let lead =
        move || view! { <TextLink href=back.clone()>"Back to the policies"</TextLink> }.into_any();
    let content = move |all: Signal<Arc<Vec<Policy>>>| content(all);
    view! { <Page title="Export policies" lead=lead>{query_view(all, "policies", content)}</Page> }
        .into_any()
}

fn content(all: Signal<Arc<Vec<Policy>>>) -> AnyView {
    let (paths, navigate, query) = (use_paths(), use_navigate(), use_query_map());
    if all.with_untracked(|all| all.is_empty()) {
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
    let text = Memo::new(move |_| wish.with(|wish| all.with(|all| wish.text(all))));
    let left_out = Memo::new(move |_| wish.with(|wish| all.with(|all| wish.left_out(all))));
    view! {
        <div class="policy-text">
            <Card title="What">{choice(all, wish, change)}</Card>
            <Card title="Text" actions=move || save_button(text, wish)>
                {move || (left_out.get() > 0).then(|| left_out_notice(left_out.get()))}
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

/// What the document cannot hold is said, and where it can go instead.
fn left_out_notice(number: usize) -> AnyView {
    let title = format!(
        "{} left out",
        count(number, "policy of vaults is", "policies of vaults are")
    );
    view! {
        <Notice tone=Tone::Warning title=title>
            <p>"The document describes policies that list servers. Policies of Cloud Backup and Recovery are written as Terraform; choose that form to take them along."</p>
        </Notice>
    }
    .into_any()
}

fn choice(all: Signal<Arc<Vec<Policy>>>, wish: Memo<Wish>, change: Callback<Wish>) -> AnyView {
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
        let mut sorted = Vec::clone(&all.read());
        sorted.sort_by(|one, two| one.name.cmp(&two.name));
        sorted
            .into_iter()
            .map(|Policy { id, name, .. }| {
                let mine = id.clone();
                let checked = Signal::derive(move || wish.with(|wish| wish.has(&mine)));
                let choose = move |on: bool| {
                    let mut wanted = wish.get_untracked();
                    all.with_untracked(|all| wanted.choose(&id, on, all));
                    change.run(wanted);
                };
                view! { <Checkbox label=name checked=checked on_change=choose/> }
            })
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
        assert!(!wish.text(&all).contains("name-1"));
        wish.choose("2", false, &all);
        assert_eq!(wish.query(), [("as", "terraform"), ("policy", "-")]);
        assert_eq!(wish.text(&all), "");
        wish.choose("1", true, &all);
        wish.choose("2", true, &all);
        assert_eq!(wish.chosen, None);
    }

    #[test]
    fn policies_of_vaults_are_left_out_of_the_document_and_counted() {
        let mut all = [policy("1"), policy("2")];
        all[1].generation = contract::model::Generation::Cbr;
        let mut wish = Wish {
            terraform: false,
            chosen: None,
        };
        assert_eq!(wish.left_out(&all), 1);
        assert!(!wish.text(&all).contains("name-2"));
        wish.terraform = true;
        assert_eq!(wish.left_out(&all), 0);
        assert!(wish.text(&all).contains("opentelekomcloud_cbr_policy_v3"));
    }
}

//! The plan as text: JSON or Terraform, to copy or save. The form is in the address.

use std::sync::Arc;

use contract::migration::{PlanText, terraform};
use leptos::prelude::*;

use super::Seen;
use crate::layout::use_paths;
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::routes::with_query;
use crate::ui::{Choice, CodeBlock, FileKind, Pick, SaveButton};

/// The choice and the text.
pub fn export(seen: Signal<Arc<Seen>>) -> AnyView {
    let (paths, navigate, query) = (use_paths(), use_navigate(), use_query_map());
    let as_terraform = Memo::new(move |_| query.read().get("as").as_deref() == Some("terraform"));
    let text = Memo::new(move |_| {
        seen.with(|seen| match as_terraform.get() {
            true => terraform(&seen.plan),
            false => PlanText::from(&seen.plan).to_json(),
        })
    });
    let forms = vec![
        Pick::new("json", "JSON"),
        Pick::new("terraform", "Terraform"),
    ];
    let form = Signal::derive(move || {
        if as_terraform.get() {
            "terraform"
        } else {
            "json"
        }
        .to_owned()
    });
    let choose = move |key: String| {
        let options = NavigateOptions {
            replace: true,
            scroll: false,
        };
        let key = if key == "terraform" { key.as_str() } else { "" };
        navigate(&with_query(paths.migration(), &[("as", key)]), options);
    };
    let about = move || match as_terraform.get() {
        true => {
            "Makes the same vaults and policies anew, without the backups: for those who would rather not migrate but begin afresh."
        }
        false => "Everything on this page, with the bodies that CBR’s API takes.",
    };
    view! {
        <Choice legend="Form" picks=forms chosen=form on_choose=choose/>
        <p class="field-hint">{about}</p>
        <CodeBlock code=text what="plan"/>
        {save_button(text, as_terraform)}
    }
    .into_any()
}

fn save_button(text: Memo<String>, as_terraform: Memo<bool>) -> AnyView {
    let file = Signal::derive(move || match as_terraform.get() {
        true => FileKind {
            name: "migration.tf",
            media: "text/plain",
        },
        false => FileKind {
            name: "migration.json",
            media: "application/json",
        },
    });
    view! { <SaveButton text=text file=file empty="The plan makes nothing." label="Download the plan"/> }.into_any()
}

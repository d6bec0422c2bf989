//! "Show request": what a form or wizard is about to send, for people who automate.

use contract::request::RequestText;
use leptos::prelude::*;

use crate::ui::{CodeBlock, Details, Tab, Tabs};

/// The request as it would be sent now, as a `curl` command, and, where there is one, as Terraform.
#[component]
pub fn ShowRequest(
    /// The request; follows the form.
    #[prop(into)]
    request: Signal<RequestText>,
    /// The same thing as configuration.
    #[prop(optional, into)]
    terraform: MaybeProp<String>,
) -> AnyView {
    let chosen = RwSignal::new(String::from("http"));
    let tabs = Signal::derive(move || {
        let mut tabs = vec![Tab::new("http", "Request"), Tab::new("curl", "curl")];
        if terraform.with(Option::is_some) {
            tabs.push(Tab::new("terraform", "Terraform"));
        }
        tabs
    });
    let panel = Callback::new(move |key: &'static str| {
        let code = Signal::derive(move || match key {
            "curl" => request.with(RequestText::to_curl),
            "terraform" => terraform.get().unwrap_or_default(),
            _ => request.with(RequestText::to_http),
        });
        let variable = move || request.with(RequestText::endpoint_variable);
        let hint = (key == "curl").then(|| {
            view! {
                <p class="hint">
                    "Set " <code>{variable}</code> " to the endpoint in your service catalog, which ends in the project id, and "
                    <code>"TOKEN"</code> " to a token of the project."
                </p>
            }
        });
        view! { <CodeBlock code=code what="request"/> {hint} }.into_any()
    });
    view! {
        <Details summary="Show request">
            <Tabs
                label="Forms of the request"
                tabs=tabs
                selected=chosen
                on_select=Callback::new(move |key: &'static str| chosen.set(key.to_owned()))
                panel=panel
            />
        </Details>
    }
    .into_any()
}

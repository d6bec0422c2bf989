//! Which servers a policy backs up: all of them left, the chosen ones right. A server belongs to one
//! policy at a time; taking it from another is asked for, never done silently.

use contract::model::{Policy, Server};
use contract::rules::MAX_SERVERS_PER_POLICY;
use leptos::prelude::*;

use super::draft::id;
use super::fields::ServerRef;
use super::form::Editing;
use crate::form::{Field, TextInput};
use crate::format::count;
use crate::query::query_view;
use crate::ui::{Badge, Button, ButtonKind, Confirm, Glyph, Tone};

/// Servers listed at once; the search narrows them down.
const LISTED: usize = 100;

/// A server on offer.
#[derive(Clone, PartialEq)]
struct Offer {
    server: ServerRef,
    /// The other policy it is in.
    policy: Option<String>,
    blocked: Option<String>,
}

fn offer(server: &Server, others: &[Policy], full: bool) -> Offer {
    let policy = others
        .iter()
        .find(|policy| policy.servers.iter().any(|theirs| theirs.id == server.id));
    let blocked = if server.bare_metal {
        Some("Bare metal servers cannot be backed up.".to_owned())
    } else if full {
        Some(format!("A policy takes {MAX_SERVERS_PER_POLICY} servers."))
    } else {
        None
    };
    Offer {
        server: ServerRef {
            id: server.id.clone(),
            name: server.name.clone(),
        },
        policy: policy.map(|policy| policy.name.clone()),
        blocked,
    }
}

/// Whether a server matches what was typed: in its name, id or an address.
fn matches(server: &Server, typed: &str) -> bool {
    let typed = typed.trim().to_lowercase();
    let addresses = server.private_ips.iter().chain(&server.public_ips);
    typed.is_empty()
        || server.name.to_lowercase().contains(&typed)
        || server.id.starts_with(&typed)
        || addresses
            .into_iter()
            .any(|address| address.starts_with(&typed))
}

/// The picker.
pub fn server_fields(editing: Editing) -> AnyView {
    let asked = RwSignal::new(None::<Offer>);
    let open = RwSignal::new(false);
    view! {
        <div class="server-picker" id=id::SERVERS tabindex="-1" role="group" aria-label="Servers">
            <section class="server-pane" aria-label="Servers to choose from">
                {query_view(editing.around.servers, "servers", move |servers| offers(editing, servers, asked, open))}
            </section>
            <section class="server-pane" aria-label="Servers in this policy">{chosen(editing)}</section>
        </div>
        {ask(editing, asked, open)}
    }
    .into_any()
}

fn add(editing: Editing, server: ServerRef) {
    editing.form.servers.update(|servers| {
        if servers.iter().all(|there| there.id != server.id) {
            servers.push(server);
        }
    });
}

fn offers(
    editing: Editing,
    servers: Signal<std::sync::Arc<Vec<Server>>>,
    asked: RwSignal<Option<Offer>>,
    open: RwSignal<bool>,
) -> AnyView {
    let typed = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        let (others, chosen) = (editing.others(), editing.form.servers.get());
        let full = chosen.len() >= MAX_SERVERS_PER_POLICY;
        let typed = typed.read();
        let mut found: Vec<Offer> = servers
            .read()
            .iter()
            .filter(|server| {
                matches(server, &typed) && chosen.iter().all(|there| there.id != server.id)
            })
            .map(|server| offer(server, &others, full))
            .collect();
        // Servers without a policy come first: they are what is missing.
        found.sort_by(|a, b| {
            (a.policy.is_some(), &a.server.name).cmp(&(b.policy.is_some(), &b.server.name))
        });
        found
    });
    let choose = move |offer: Offer| {
        if offer.policy.is_some() {
            asked.set(Some(offer));
            open.set(true);
        } else {
            add(editing, offer.server);
        }
    };
    let row = move |offer: Offer| {
        let name = if offer.server.name.is_empty() {
            offer.server.id.clone()
        } else {
            offer.server.name.clone()
        };
        let label = format!("Add server {name}");
        let blocked = offer.blocked.clone();
        let state = match &offer.policy {
            Some(policy) => {
                view! { <span class="server-policy">"in " <bdi>{policy.clone()}</bdi></span> }
                    .into_any()
            }
            None => view! { <Badge tone=Tone::Warning text="in no policy"/> }.into_any(),
        };
        view! {
            <li class="server-row">
                <span class="server-name"><bdi>{name}</bdi> {state}</span>
                <Button kind=ButtonKind::Quiet icon=Glyph::Plus name=label blocked=Signal::stored(blocked)
                    on_press=move |()| choose(offer.clone())/>
            </li>
        }
    };
    let rows = move || found.get().into_iter().take(LISTED).map(row).collect_view();
    let said = move || {
        let total = found.with(Vec::len);
        match total.checked_sub(LISTED) {
            Some(more) if more > 0 => {
                format!("{LISTED} of {total} shown; search to narrow them down")
            }
            _ => format!("{} to choose from", count(total, "server", "servers")),
        }
    };
    view! {
        <Field id="policy-server-search" label="Search servers by name, id or address">
            <TextInput kind="search" value=typed on_input=move |text| typed.set(text)/>
        </Field>
        <p class="field-hint" role="status">{said}</p>
        <ul class="server-list">{rows}</ul>
    }
    .into_any()
}

fn chosen(editing: Editing) -> AnyView {
    let servers = editing.form.servers;
    let gone = move |id: &str| {
        editing
            .around
            .servers
            .data()
            .is_some_and(|known| known.iter().all(|server| server.id != id))
    };
    let leaving = move |id: &str| {
        let others = editing.others();
        others
            .iter()
            .find(|policy| policy.servers.iter().any(|theirs| theirs.id == id))
            .map(|policy| policy.name.clone())
    };
    let row = move |server: ServerRef| {
        let name = if server.name.is_empty() {
            server.id.clone()
        } else {
            server.name.clone()
        };
        let label = format!("Remove server {name} from the policy");
        let (gone_id, leaving_id, id) = (server.id.clone(), server.id.clone(), server.id);
        let remove = move |()| servers.update(|servers| servers.retain(|there| there.id != id));
        view! {
            <li class="server-row">
                <span class="server-name">
                    <bdi>{name}</bdi>
                    {move || gone(&gone_id).then(|| view! { <Badge tone=Tone::Warning text="no longer exists"/> })}
                    {move || leaving(&leaving_id).map(|policy| view! {
                        <span class="server-policy">"leaves " <bdi>{policy}</bdi> " on saving"</span>
                    })}
                </span>
                <Button kind=ButtonKind::Quiet icon=Glyph::Close name=label on_press=remove/>
            </li>
        }
    };
    view! {
        <p class="field-label">{move || format!("In this policy: {} of {MAX_SERVERS_PER_POLICY}", servers.with(Vec::len))}</p>
        {move || servers.with(Vec::is_empty).then(|| view! {
            <p class="field-hint">"No server yet. A policy without servers can be saved, and backs up nothing."</p>
        })}
        <ul class="server-list">
            <For each=move || servers.get() key=|server| server.id.clone() children=row/>
        </ul>
    }
    .into_any()
}

/// The question before a server is taken from another policy.
fn ask(editing: Editing, asked: RwSignal<Option<Offer>>, open: RwSignal<bool>) -> AnyView {
    let server = Signal::derive(move || {
        asked.with(|offer| {
            offer
                .as_ref()
                .map(|offer| offer.server.name.clone())
                .unwrap_or_default()
        })
    });
    let policy = Signal::derive(move || {
        asked.with(|offer| {
            offer
                .as_ref()
                .and_then(|offer| offer.policy.clone())
                .unwrap_or_default()
        })
    });
    let title = Signal::derive(move || format!("Move {} from {}?", server.get(), policy.get()));
    let verb = Signal::derive(move || format!("Move {}", server.get()));
    let safe = Signal::derive(move || format!("Leave it in {}", policy.get()));
    let confirm = move |()| {
        if let Some(offer) = asked.get_untracked() {
            add(editing, offer.server);
        }
        open.set(false);
    };
    view! {
        <Confirm open=open title=title verb=verb safe_verb=safe on_confirm=confirm>
            <p>"A server belongs to one policy. When you save, it is taken out of "<strong><bdi>{move || policy.get()}</bdi></strong>
                " first and then added here. Nothing happens before that."</p>
            <p>"The backups that exist stay, and stay with the policy that made them."</p>
        </Confirm>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::compute;

    fn server() -> Server {
        let mut server = Server::from(compute::Server::default());
        server.id = "5aa119a8".into();
        server.name = "Web-01".into();
        server.private_ips = vec!["10.0.0.7".into()];
        server
    }

    #[test]
    fn servers_are_found_by_name_id_and_address() {
        for typed in ["", " web", "5AA1", "10.0.0."] {
            assert!(matches(&server(), typed), "{typed}");
        }
        assert!(!matches(&server(), "db"));
    }
}

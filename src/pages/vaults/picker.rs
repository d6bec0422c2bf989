//! Choosing resources for a vault: what there is, why some cannot go in, and what of a server to leave out.

use std::sync::Arc;

use contract::cbr::rules::{ObjectType, TURBO_KIND, VOLUME_KIND};
use contract::model::Volume;
use contract::rules::{BARE_METAL_KIND, SERVER_KIND};
use contract::vault::{Found, ServerFacts, Vault, put_in_refusals};
use leptos::prelude::*;

use super::draft::Chosen;
use super::fill::gb;
use crate::api::Resources;
use crate::form::{Checkbox, Field, TextInput};
use crate::format::count;
use crate::ui::{Button, ButtonKind, Details, Glyph};

/// Offers shown at once.
const LISTED: usize = 50;

/// A resource that could be chosen, and what is against it.
#[derive(Clone, Debug, PartialEq)]
struct Offer {
    resource: Chosen,
    blocked: Option<String>,
}

/// Everything a vault of this kind could hold, as it is chosen.
fn all_of(resources: &Resources, object: ObjectType) -> Vec<(Chosen, Found<'_>)> {
    let chosen = |id: &str, kind: &str, name: &str, size_gb| Chosen {
        id: id.to_owned(),
        kind: kind.to_owned(),
        name: name.to_owned(),
        size_gb,
        excluded: Vec::new(),
    };
    match object {
        ObjectType::Server => {
            let servers = resources.servers.iter();
            servers
                .map(|(server, volumes)| {
                    let kind = if server.bare_metal {
                        BARE_METAL_KIND
                    } else {
                        SERVER_KIND
                    };
                    let size = volumes.iter().map(|volume| volume.size_gb).sum();
                    let found = Found::Server(ServerFacts {
                        server,
                        volumes,
                        zone_served: true,
                    });
                    (chosen(&server.id, kind, &server.name, size), found)
                })
                .collect()
        }
        ObjectType::Disk => {
            let volumes = resources.volumes.iter();
            volumes
                .map(|volume| {
                    let chosen = chosen(&volume.id, VOLUME_KIND, &volume.name, volume.size_gb);
                    (chosen, Found::Volume(volume))
                })
                .collect()
        }
        ObjectType::Turbo => {
            let files = resources.file_systems.iter();
            files
                .map(|files| {
                    let found = Found::FileSystem {
                        name: &files.name,
                        status: &files.status,
                        sub_status: "",
                    };
                    let chosen = chosen(&files.id, TURBO_KIND, &files.name, files.size_gb);
                    (chosen, found)
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

/// What can be chosen for a vault and is not yet; what can go in comes first.
fn offers(resources: &Resources, vault: &Vault, chosen: &[Chosen], typed: &str) -> Vec<Offer> {
    let typed = typed.trim().to_lowercase();
    let Some(object) = vault.object() else {
        return Vec::new();
    };
    let mut found: Vec<Offer> = all_of(resources, object)
        .into_iter()
        .filter(|(resource, _)| {
            chosen.iter().all(|there| there.id != resource.id)
                && (resource.name.to_lowercase().contains(&typed)
                    || resource.id.starts_with(&typed))
        })
        .map(|(resource, found)| {
            let refusals = put_in_refusals(
                vault,
                &[resource.to_wire()],
                &[Some(found)],
                &resources.vaults,
                "resources",
            );
            Offer {
                blocked: refusals.first().map(ToString::to_string),
                resource,
            }
        })
        .collect();
    found.sort_by(|a, b| {
        (a.blocked.is_some(), &a.resource.name, &a.resource.id).cmp(&(
            b.blocked.is_some(),
            &b.resource.name,
            &b.resource.id,
        ))
    });
    found
}

fn title(resource: &Chosen) -> String {
    if resource.name.is_empty() {
        resource.id.clone()
    } else {
        resource.name.clone()
    }
}

/// The picker; `field` is the id that problems lead to.
#[component]
pub fn ResourcePicker(
    field: &'static str,
    /// What there is.
    #[prop(into)]
    resources: Signal<Arc<Resources>>,
    /// The vault they shall go into.
    #[prop(into)]
    vault: Signal<Vault>,
    chosen: RwSignal<Vec<Chosen>>,
) -> AnyView {
    let typed = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        resources.with(|resources| {
            vault
                .with(|vault| chosen.with(|chosen| offers(resources, vault, chosen, &typed.read())))
        })
    });
    let row = move |offer: Offer| {
        let name = title(&offer.resource);
        let label = format!("Add {name}");
        let (size, reason) = (gb(offer.resource.size_gb), offer.blocked.clone());
        let resource = offer.resource;
        let add = move |()| chosen.update(|chosen| chosen.push(resource.clone()));
        view! {
            <li class="server-row">
                <span class="server-name">
                    <bdi>{name}</bdi> <span class="server-policy">{size}</span>
                    {reason.clone().map(|reason| view! { <span class="server-policy"><bdi>{reason}</bdi></span> })}
                </span>
                <Button kind=ButtonKind::Quiet icon=Glyph::Plus name=label blocked=Signal::stored(reason) on_press=add/>
            </li>
        }
    };
    let rows = move || found.get().into_iter().take(LISTED).map(row).collect_view();
    let said = move || {
        let free = found.with(|found| found.iter().filter(|offer| offer.blocked.is_none()).count());
        let total = found.with(Vec::len);
        let shown = if total > LISTED {
            format!("{LISTED} of {total} shown; search to narrow them down. ")
        } else {
            String::new()
        };
        format!(
            "{shown}{} can be added",
            count(free, "resource", "resources")
        )
    };
    view! {
        <div class="server-picker" id=field tabindex="-1" role="group" aria-label="Resources">
            <section class="server-pane" aria-label="Resources to choose from">
                <Field id=format!("{field}-search") label="Search resources by name or id">
                    <TextInput kind="search" value=typed on_input=move |text| typed.set(text)/>
                </Field>
                <p class="field-hint" role="status">{said}</p>
                <ul class="server-list">{rows}</ul>
            </section>
            <section class="server-pane" aria-label="Resources that go into the vault">{chosen_list(resources, chosen)}</section>
        </div>
    }
    .into_any()
}

fn chosen_list(resources: Signal<Arc<Resources>>, chosen: RwSignal<Vec<Chosen>>) -> AnyView {
    let total = Memo::new(move |_| {
        chosen.with(|chosen| chosen.iter().map(Chosen::counted_gb).sum::<i64>())
    });
    let ids = Memo::new(move |_| {
        chosen.with(|chosen| {
            let ids = chosen.iter().map(|one| (one.id.clone(), title(one)));
            ids.collect::<Vec<_>>()
        })
    });
    let row = move |(id, name): (String, String)| {
        let label = format!("Take {name} out again");
        let gone = id.clone();
        let remove = move |()| chosen.update(|chosen| chosen.retain(|one| one.id != gone));
        let volumes = resources.with_untracked(|resources| {
            let server = resources.server(&id);
            server
                .map(|facts| facts.volumes.to_vec())
                .unwrap_or_default()
        });
        let size = {
            let id = id.clone();
            move || {
                chosen.with(|chosen| {
                    let one = chosen.iter().find(|one| one.id == id);
                    one.map(|one| gb(one.counted_gb()))
                })
            }
        };
        view! {
            <li class="server-row">
                <span class="server-name">
                    <bdi>{name.clone()}</bdi> <span class="server-policy">{size}</span>
                    {(volumes.len() > 1).then(|| leave_out(id, name, volumes, chosen))}
                </span>
                <Button kind=ButtonKind::Quiet icon=Glyph::Close name=label on_press=remove/>
            </li>
        }
    };
    let said = move || {
        let number = ids.with(Vec::len);
        format!(
            "Chosen: {}, {}",
            count(number, "resource", "resources"),
            gb(total.get())
        )
    };
    view! {
        <p class="field-label" role="status">{said}</p>
        {move || ids.with(Vec::is_empty).then(|| view! {
            <p class="field-hint">"None yet."</p>
        })}
        <ul class="server-list"><For each=move || ids.get() key=|(id, _)| id.clone() children=row/></ul>
    }
    .into_any()
}

/// The disks of a chosen server, each of which can be left out.
fn leave_out(
    server: String,
    name: String,
    volumes: Vec<Volume>,
    chosen: RwSignal<Vec<Chosen>>,
) -> AnyView {
    let volumes = StoredValue::new(volumes);
    let server = StoredValue::new(server);
    let boxes = move || {
        let row = |volume: &Volume| {
            let (id, size) = (volume.id.clone(), volume.size_gb);
            let label = format!("Leave out {} ({})", volume.name, gb(size));
            let mine = id.clone();
            let is_out = Signal::derive(move || {
                chosen.with(|chosen| {
                    let one =
                        server.with_value(|server| chosen.iter().find(|one| one.id == *server));
                    one.is_some_and(|one| one.excluded.iter().any(|(known, _)| *known == mine))
                })
            });
            let change = move |out: bool| {
                chosen.update(|chosen| {
                    let one =
                        server.with_value(|server| chosen.iter_mut().find(|one| one.id == *server));
                    if let Some(one) = one {
                        one.excluded.retain(|(known, _)| *known != id);
                        if out {
                            one.excluded.push((id.clone(), size));
                        }
                    }
                })
            };
            view! { <Checkbox label=label checked=is_out on_change=change/> }
        };
        volumes.with_value(|volumes| volumes.iter().map(row).collect_view())
    };
    view! { <Details summary=format!("Disks of {name}")>{boxes}</Details> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::compute;
    use contract::model::{Server, ServerStatus};
    use contract::vault::Member;

    fn server(id: &str) -> (Server, Vec<Volume>) {
        let mut server = Server::from(compute::Server::default());
        server.id = id.into();
        server.name = format!("name-{id}");
        server.status = ServerStatus::Active;
        let volume = Volume {
            id: format!("v-{id}"),
            size_gb: 40,
            status: "in-use".into(),
            ..Volume::default()
        };
        (server, vec![volume])
    }

    #[test]
    fn what_can_go_in_comes_first_and_what_cannot_says_where_it_is() {
        let resources = Resources {
            servers: vec![server("a"), server("b"), server("c")],
            vaults: vec![Vault {
                id: "other".into(),
                name: "other".into(),
                members: vec![Member {
                    id: "a".into(),
                    ..Member::default()
                }],
                ..Vault::default()
            }],
            ..Resources::default()
        };
        let vault = Vault {
            object_word: "server".into(),
            size_gb: 100,
            ..Vault::default()
        };
        let found = offers(&resources, &vault, &[], "NAME");
        let names: Vec<_> = found
            .iter()
            .map(|offer| offer.resource.id.as_str())
            .collect();
        assert_eq!(names, ["b", "c", "a"]);
        let reason = found[2].blocked.as_deref().expect("a reason");
        assert!(reason.contains("is in vault other"), "{reason}");
        let chosen = [found[0].resource.clone()];
        assert_eq!(offers(&resources, &vault, &chosen, "b").len(), 0);
        let disks = Vault {
            object_word: "disk".into(),
            ..vault
        };
        assert!(offers(&resources, &disks, &[], "").is_empty());
    }
}

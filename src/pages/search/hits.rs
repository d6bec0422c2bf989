//! What a search finds: pages, servers, policies, vaults, backups, and whatever a pasted id belongs to.

use contract::model::{Backup, Policy, Server, Vault};

use crate::api::{self, Api, ApiError, Joined, ListedRestore, newest_backups};
use crate::data::filter::is_uuid;
use crate::format::count;
use crate::routes::{Area, Paths, with_query};
use crate::ui::Glyph;

/// Most hits of one kind.
const MOST: usize = 6;
/// Letters before backups are asked for.
const LETTERS: usize = 2;

/// One hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// `Server`, `Policy` …
    pub kind: &'static str,
    pub title: String,
    pub detail: String,
    pub href: String,
    pub glyph: Glyph,
}

/// What is searched without asking again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    pub servers: Vec<Server>,
    pub policies: Vec<Policy>,
    pub vaults: Vec<Vault>,
}

/// Reads what is searched at once.
pub async fn load(api: Api) -> Result<Joined<Known>, ApiError> {
    let (servers, protectors) = api::both(api::servers(api), api::protectors(api)).await;
    let servers = servers?;
    Ok(protectors?.map(|protectors| Known {
        servers,
        policies: protectors.policies,
        vaults: protectors.vaults,
    }))
}

/// How well a name fits: whole, at its beginning, at a word's beginning, anywhere.
fn rank(text: &str, name: &str) -> Option<u8> {
    let name = name.to_lowercase();
    let at = name.find(text)?;
    Some(match at {
        0 if name.len() == text.len() => 0,
        0 => 1,
        _ if name[..at].ends_with(['-', '_', ' ', '.']) => 2,
        _ => 3,
    })
}

/// The best of some things, by a few texts each.
fn best<'a, T>(
    text: &str,
    things: impl Iterator<Item = &'a T>,
    texts: impl Fn(&'a T) -> Vec<&'a str>,
) -> Vec<&'a T> {
    let mut found: Vec<(u8, &str, &T)> = things
        .filter_map(|thing| {
            let texts = texts(thing);
            let rank = texts.iter().filter_map(|known| rank(text, known)).min()?;
            Some((rank, texts.first().copied().unwrap_or_default(), thing))
        })
        .collect();
    found.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    found
        .into_iter()
        .take(MOST)
        .map(|(_, _, thing)| thing)
        .collect()
}

/// Hits among pages and what is known already; with nothing typed, the pages.
pub fn local(
    text: &str,
    known: Option<&Known>,
    paths: &Paths,
    shows: impl Fn(Area) -> bool,
) -> Vec<Hit> {
    let text = text.trim().to_lowercase();
    let mut hits = Vec::new();
    if let Some(known) = known.filter(|_| !text.is_empty()) {
        let servers = best(&text, known.servers.iter(), |server| {
            let mut texts = vec![server.name.as_str(), &server.id, &server.description];
            texts.extend(server.private_ips.iter().map(String::as_str));
            texts.extend(server.public_ips.iter().map(String::as_str));
            texts
        });
        hits.extend(servers.into_iter().map(|server| Hit {
            kind: "Server",
            title: server.name.clone(),
            detail: server.private_ips.first().cloned().unwrap_or_default(),
            href: paths.server(&server.id),
            glyph: Glyph::Server,
        }));
        let policies = best(&text, known.policies.iter(), |policy| {
            vec![policy.name.as_str(), &policy.id, &policy.description]
        });
        hits.extend(policies.into_iter().map(|policy| Hit {
            kind: "Policy",
            title: policy.name.clone(),
            detail: policy.description.clone(),
            href: paths.policy(&policy.id),
            glyph: Glyph::Policy,
        }));
        let vaults = best(&text, known.vaults.iter(), |vault| {
            vec![vault.name.as_str(), &vault.id]
        });
        hits.extend(vaults.into_iter().map(|vault| Hit {
            kind: "Vault",
            title: vault.name.clone(),
            detail: count(vault.resources.len(), "resource", "resources"),
            href: paths.vault(&vault.id),
            glyph: Glyph::Volume,
        }));
    }
    let page = |title: &str, href: String| Hit {
        kind: "Page",
        title: title.to_owned(),
        detail: String::new(),
        href,
        glyph: Glyph::Arrow,
    };
    let areas = Area::NAVIGATION
        .into_iter()
        .chain([Area::Settings])
        .filter(|area| shows(*area))
        .map(|area| page(area.title(), paths.area(area)));
    let more = [
        page("Quota", paths.quota()),
        page("Create policy", paths.new_policy()),
        page("Migration to CBR", paths.migration()),
        page(
            "Failed backups",
            paths.backups_where(&[("status", "error")]),
        ),
        page(
            "Servers without protection",
            paths.servers_where(&[("protection", "gap")]),
        ),
    ];
    hits.extend(
        areas
            .chain(more)
            .filter(|page| text.is_empty() || rank(&text, &page.title).is_some()),
    );
    hits
}

fn of_backup(backup: &Backup, paths: &Paths) -> Hit {
    let name = match backup.name.as_str() {
        "" => backup.id.clone(),
        name => name.to_owned(),
    };
    Hit {
        kind: "Backup",
        title: name,
        detail: if backup.resource().is_server() {
            format!("of {}", backup.server_name)
        } else {
            let kind = backup.resource().title().to_lowercase();
            format!("of the {kind} {}", backup.server_name)
        },
        href: paths.backup(&backup.id),
        glyph: Glyph::Backup,
    }
}

/// Hits that only the service knows: backups by name, or what an id belongs to.
pub async fn remote(api: Api, text: String, paths: Paths) -> Result<Joined<Vec<Hit>>, ApiError> {
    let text = text.trim();
    if is_uuid(text) {
        return recognise(api, text, &paths).await;
    }
    if text.chars().count() < LETTERS {
        return Ok(Joined::default());
    }
    let found = newest_backups(api, &[("name", text)], MOST).await?;
    let mut hits: Vec<Hit> = found
        .all
        .iter()
        .map(|backup| of_backup(backup, &paths))
        .collect();
    hits.push(Hit {
        kind: "Backups",
        title: format!("Backups with “{text}” in names and ids"),
        detail: String::new(),
        href: paths.backups_where(&[("q", text)]),
        glyph: Glyph::Search,
    });
    Ok(Joined {
        all: hits,
        silent: found.silent,
    })
}

/// What a pasted id is the id of; servers and policies are known without asking.
async fn recognise(api: Api, id: &str, paths: &Paths) -> Result<Joined<Vec<Hit>>, ApiError> {
    let found = |hit| Ok(Joined::whole(vec![hit]));
    match api::backup(api, id).await {
        Ok(backup) => return found(of_backup(&backup, paths)),
        Err(error) if error.is_missing() => {}
        Err(error) => return Err(error),
    }
    let together = newest_backups(api, &[("checkpoint_id", id)], 1).await?;
    if let Some(backup) = together.all.first() {
        return found(Hit {
            kind: "Made together",
            title: "Backups made together".to_owned(),
            detail: format!("{} and those made with it", backup.name),
            href: paths.backups_where(&[("checkpoint", id)]),
            glyph: Glyph::Backup,
        });
    }
    let volumes = api::volumes(api).await?;
    if let Some(volume) = volumes.iter().find(|volume| volume.id == id) {
        let server = volume.attachments.first();
        return found(Hit {
            kind: "Volume",
            title: volume.name.clone(),
            detail: match server {
                Some(_) => "on its server's page".to_owned(),
                None => "attached to no server".to_owned(),
            },
            href: server.map_or_else(|| paths.servers(), |(server, _)| paths.server(server)),
            glyph: Glyph::Volume,
        });
    }
    let of_restore = |restore: ListedRestore| Hit {
        kind: "Restore",
        title: "A restore".to_owned(),
        detail: restore.status,
        href: with_query(paths.restores(), &[("find", &restore.backup_id)]),
        glyph: Glyph::Restore,
    };
    let mut hits = api::restores(api).await?.map(|restores| {
        let found = restores.into_iter().filter(|restore| restore.id == id);
        found.map(of_restore).collect::<Vec<_>>()
    });
    // Whoever did not answer may know the id.
    hits.silent = together.silent.or(hits.silent);
    Ok(hits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let server = |name: &str, ip: &str| {
            let mut server: Server = contract::compute::ServerAnswer::default().server.into();
            server.id = format!("id-{name}");
            server.name = name.into();
            server.private_ips = vec![ip.into()];
            server
        };
        Known {
            servers: vec![
                server("shop-web", "10.0.0.1"),
                server("web-01", "10.0.0.2"),
                server("db", "10.0.0.3"),
            ],
            policies: vec![Policy {
                id: "p1".into(),
                name: "web-nightly".into(),
                ..Policy::default()
            }],
            vaults: vec![Vault {
                id: "v1".into(),
                name: "gold-web".into(),
                ..Vault::default()
            }],
        }
    }

    fn titles(text: &str) -> Vec<String> {
        let hits = local(text, Some(&known()), &Paths::new("p"), |_| true);
        hits.into_iter().map(|hit| hit.title).collect()
    }

    #[test]
    fn the_beginning_of_a_name_counts_more_than_its_middle() {
        assert_eq!(
            titles("WEB"),
            ["web-01", "shop-web", "web-nightly", "gold-web"]
        );
        assert_eq!(titles("v1"), ["gold-web"]);
        assert_eq!(titles("10.0.0.3"), ["db"]);
        assert_eq!(titles("id-db"), ["db"]);
    }

    #[test]
    fn pages_are_found_and_practice_only_where_there_is_a_sandbox() {
        assert_eq!(titles("quot"), ["Quota"]);
        assert!(titles("").contains(&"Practice".to_owned()));
        let cloud = local("", None, &Paths::new("p"), |area| area != Area::Practice);
        assert!(cloud.iter().all(|hit| hit.title != "Practice"));
    }
}

//! The pages of the console, each with the form of its address.

use super::Pairs;

/// A page of the console, whatever object it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Overview,
    Servers,
    Server,
    Backups,
    Backup,
    Policies,
    NewPolicy,
    ExportPolicies,
    ImportPolicies,
    Policy,
    EditPolicy,
    Restores,
    Restore,
    Vaults,
    NewVault,
    Sharing,
    Vault,
    Tasks,
    Task,
    Migration,
    Quota,
    Search,
    Practice,
    Settings,
    Gallery,
}

/// The pages that are fetched together. The build reads this table too, to announce a page's part with its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Comes with the frame.
    First,
    /// Servers, their backups, restoring them.
    Objects,
    /// Policies with the schedule builder.
    Policies,
    /// Vaults, what is shared and copied from them, the service's tasks, moving to them.
    Vaults,
    /// What is visited rarely: practice, settings, the gallery.
    Aside,
}

/// The address of each page; the first that fits is meant.
const PLACES: &[(&str, Place, Part)] = &[
    ("/p/:project", Place::Overview, Part::First),
    ("/p/:project/servers", Place::Servers, Part::Objects),
    ("/p/:project/servers/:id", Place::Server, Part::Objects),
    ("/p/:project/backups", Place::Backups, Part::Objects),
    ("/p/:project/backups/:id", Place::Backup, Part::Objects),
    ("/p/:project/policies", Place::Policies, Part::Policies),
    ("/p/:project/policies/new", Place::NewPolicy, Part::Policies),
    (
        "/p/:project/policies/export",
        Place::ExportPolicies,
        Part::Policies,
    ),
    (
        "/p/:project/policies/import",
        Place::ImportPolicies,
        Part::Policies,
    ),
    ("/p/:project/policies/:id", Place::Policy, Part::Policies),
    (
        "/p/:project/policies/:id/edit",
        Place::EditPolicy,
        Part::Policies,
    ),
    ("/p/:project/restores", Place::Restores, Part::Objects),
    (
        "/p/:project/restore/:backup/:step",
        Place::Restore,
        Part::Objects,
    ),
    ("/p/:project/vaults", Place::Vaults, Part::Vaults),
    ("/p/:project/vaults/new", Place::NewVault, Part::Vaults),
    ("/p/:project/vaults/sharing", Place::Sharing, Part::Vaults),
    ("/p/:project/vaults/:id", Place::Vault, Part::Vaults),
    ("/p/:project/tasks", Place::Tasks, Part::Vaults),
    ("/p/:project/tasks/:id", Place::Task, Part::Vaults),
    ("/p/:project/migration", Place::Migration, Part::Vaults),
    ("/p/:project/quota", Place::Quota, Part::Objects),
    ("/p/:project/search", Place::Search, Part::Objects),
    ("/p/:project/practice", Place::Practice, Part::Aside),
    ("/p/:project/settings", Place::Settings, Part::Aside),
    ("/gallery", Place::Gallery, Part::Aside),
];

impl Place {
    /// The page a path leads to, and what the path names.
    pub fn of_path(path: &str) -> Option<(Self, Pairs)> {
        PLACES
            .iter()
            .find_map(|(pattern, place, _)| Some((*place, Pairs::of_path(pattern, path)?)))
    }

    /// What it is fetched with.
    pub fn part(self) -> Part {
        PLACES
            .iter()
            .find(|(_, place, _)| *place == self)
            .map_or(Part::First, |(_, _, part)| *part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::{Area, Paths, RESTORE_STEPS};

    #[test]
    fn every_address_leads_to_its_page() {
        let paths = Paths::new("p1");
        let place = |path: &str| Place::of_path(path).map(|(place, _)| place);
        for (path, expected) in [
            (paths.overview(), Place::Overview),
            (paths.area(Area::Servers), Place::Servers),
            (paths.server("a"), Place::Server),
            (paths.backups(), Place::Backups),
            (paths.backup("a"), Place::Backup),
            (paths.policies(), Place::Policies),
            (paths.new_policy(), Place::NewPolicy),
            (paths.export_policies(), Place::ExportPolicies),
            (paths.import_policies(), Place::ImportPolicies),
            (paths.policy("a"), Place::Policy),
            (paths.edit_policy("a"), Place::EditPolicy),
            (paths.restores(), Place::Restores),
            (paths.restore("a", RESTORE_STEPS[0]), Place::Restore),
            (paths.vaults(), Place::Vaults),
            (paths.new_vault(), Place::NewVault),
            (paths.sharing(), Place::Sharing),
            (paths.vault("a"), Place::Vault),
            (paths.tasks(), Place::Tasks),
            (paths.task("a"), Place::Task),
            (paths.migration(), Place::Migration),
            (paths.quota(), Place::Quota),
            (paths.search(), Place::Search),
            (paths.practice(), Place::Practice),
            (paths.settings(), Place::Settings),
            ("/gallery".to_owned(), Place::Gallery),
        ] {
            assert_eq!(place(&path), Some(expected), "{path}");
        }
        for other in ["/", "/p/p1/nowhere", "/sign-in", "/p/p1/backups/a/b"] {
            assert_eq!(place(other), None, "{other}");
        }
        let (_, named) = Place::of_path(&paths.restore("a b", "target")).expect("a page");
        assert_eq!(named.get("backup").as_deref(), Some("a b"));
    }
}

//! Every path of the console and its title, once.

mod pairs;
mod place;

pub use pairs::Pairs;
pub use place::{Part, Place};

use contract::operations::push_encoded;

/// The areas of the navigation, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    Overview,
    Servers,
    Backups,
    Policies,
    Vaults,
    Restores,
    Practice,
    Settings,
}

impl Area {
    /// What the navigation shows; settings hang on the user menu, practice on the sandbox,
    /// vaults on the service.
    pub const NAVIGATION: [Self; 7] = [
        Self::Overview,
        Self::Servers,
        Self::Backups,
        Self::Policies,
        Self::Vaults,
        Self::Restores,
        Self::Practice,
    ];

    /// The title of the area's first page, and its entry in the navigation.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Servers => "Servers",
            Self::Backups => "Backups",
            Self::Policies => "Policies",
            Self::Vaults => "Vaults",
            Self::Restores => "Restores & tasks",
            Self::Practice => "Practice",
            Self::Settings => "Settings",
        }
    }

    /// Its first path segment below the project.
    pub const fn segment(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Servers => "servers",
            Self::Backups => "backups",
            Self::Policies => "policies",
            Self::Vaults => "vaults",
            Self::Restores => "restores",
            Self::Practice => "practice",
            Self::Settings => "settings",
        }
    }

    /// The area a path lies in; the restore wizard belongs to the restores.
    pub fn of_path(path: &str) -> Option<Self> {
        let mut segments = path.trim_matches('/').split('/');
        let (Some("p"), Some(_)) = (segments.next(), segments.next()) else {
            return None;
        };
        match segments.next().unwrap_or_default() {
            "restore" | "tasks" => Some(Self::Restores),
            segment => Self::NAVIGATION
                .into_iter()
                .chain([Self::Settings])
                .find(|area| area.segment() == segment),
        }
    }
}

/// The project a path lies in.
pub fn project_of_path(path: &str) -> Option<&str> {
    path.strip_prefix("/p/")?
        .split('/')
        .next()
        .filter(|project| !project.is_empty())
}

/// Builds the addresses within one project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    project: String,
}

impl Paths {
    /// Addresses within a project.
    pub fn new(project: impl Into<String>) -> Self {
        Self {
            project: project.into(),
        }
    }

    /// The first page of an area.
    pub fn area(&self, area: Area) -> String {
        self.below(&[area.segment()])
    }

    /// The overview.
    pub fn overview(&self) -> String {
        self.below(&[])
    }

    /// All servers.
    pub fn servers(&self) -> String {
        self.area(Area::Servers)
    }

    /// The servers that match a query, for example `[("protection", "none")]`.
    pub fn servers_where(&self, query: &[(&str, &str)]) -> String {
        with_query(self.servers(), query)
    }

    /// One server.
    pub fn server(&self, id: &str) -> String {
        self.below(&["servers", id])
    }

    /// One server, with the form for a backup now open.
    pub fn back_up_server(&self, id: &str) -> String {
        with_query(self.server(id), &[("backup", "now")])
    }

    /// All backups.
    pub fn backups(&self) -> String {
        self.area(Area::Backups)
    }

    /// The backups that match filters: property and value, equal; a property may occur several
    /// times and then any of its values will do.
    pub fn backups_where(&self, filters: &[(&str, &str)]) -> String {
        with_query(self.backups(), filters)
    }

    /// One backup.
    pub fn backup(&self, id: &str) -> String {
        self.below(&["backups", id])
    }

    /// All policies.
    pub fn policies(&self) -> String {
        self.area(Area::Policies)
    }

    /// The policies that match a query, for example `[("tag", "env=prod")]`.
    pub fn policies_where(&self, query: &[(&str, &str)]) -> String {
        with_query(self.policies(), query)
    }

    /// The editor for a new policy.
    pub fn new_policy(&self) -> String {
        self.below(&["policies", "new"])
    }

    /// The editor for a new policy that already holds a server.
    pub fn new_policy_for(&self, server: &str) -> String {
        with_query(self.new_policy(), &[("server", server)])
    }

    /// Policies as text, to take away.
    pub fn export_policies(&self) -> String {
        self.below(&["policies", "export"])
    }

    /// Policies from text.
    pub fn import_policies(&self) -> String {
        self.below(&["policies", "import"])
    }

    /// One policy.
    pub fn policy(&self, id: &str) -> String {
        self.below(&["policies", id])
    }

    /// The editor of a policy.
    pub fn edit_policy(&self, id: &str) -> String {
        self.below(&["policies", id, "edit"])
    }

    /// Restores and tasks.
    pub fn restores(&self) -> String {
        self.area(Area::Restores)
    }

    /// A step of the restore wizard of a backup; see [`RESTORE_STEPS`].
    pub fn restore(&self, backup: &str, step: &str) -> String {
        self.below(&["restore", backup, step])
    }

    /// All vaults.
    pub fn vaults(&self) -> String {
        self.area(Area::Vaults)
    }

    /// The vaults that match a query, for example `[("kind", "server")]`.
    pub fn vaults_where(&self, query: &[(&str, &str)]) -> String {
        with_query(self.vaults(), query)
    }

    /// The form for a new vault.
    pub fn new_vault(&self) -> String {
        self.below(&["vaults", "new"])
    }

    /// One vault.
    pub fn vault(&self, id: &str) -> String {
        self.below(&["vaults", id])
    }

    /// A tab of one vault.
    pub fn vault_tab(&self, id: &str, tab: &str) -> String {
        with_query(self.vault(id), &[("tab", tab)])
    }

    /// Backups shared with this project and by it.
    pub fn sharing(&self) -> String {
        self.below(&["vaults", "sharing"])
    }

    /// What the service does and did.
    pub fn tasks(&self) -> String {
        self.below(&["tasks"])
    }

    /// One task of the service.
    pub fn task(&self, id: &str) -> String {
        self.below(&["tasks", id])
    }

    /// What the project would be in the other generation.
    pub fn migration(&self) -> String {
        self.below(&["migration"])
    }

    /// How full the quota is, and what uses it.
    pub fn quota(&self) -> String {
        self.below(&["quota"])
    }

    /// The search as a page.
    pub fn search(&self) -> String {
        self.below(&["search"])
    }

    /// The sandbox's clock and faults.
    pub fn practice(&self) -> String {
        self.area(Area::Practice)
    }

    /// Zone, theme, density.
    pub fn settings(&self) -> String {
        self.area(Area::Settings)
    }

    fn below(&self, segments: &[&str]) -> String {
        let mut path = String::from("/p/");
        push_encoded(&mut path, &self.project);
        for segment in segments.iter().filter(|segment| !segment.is_empty()) {
            path.push('/');
            push_encoded(&mut path, segment);
        }
        path
    }
}

/// The steps of the restore wizard as they stand in its addresses, in their order.
pub const RESTORE_STEPS: [&str; 4] = ["point", "target", "check", "review"];

/// A path with a query; values are encoded, pairs without a value are left out.
pub fn with_query(mut path: String, query: &[(&str, &str)]) -> String {
    let mut separator = '?';
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        path.push(separator);
        push_encoded(&mut path, name);
        path.push('=');
        push_encoded(&mut path, value);
        separator = '&';
    }
    path
}

/// Title of the document for a page's own title.
pub fn document_title(page: &str) -> String {
    format!("{page} · Anchorage")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_encode_what_they_are_given() {
        let paths = Paths::new("p1");
        assert_eq!(paths.overview(), "/p/p1");
        assert_eq!(paths.server("a/b"), "/p/p1/servers/a%2Fb");
        assert_eq!(
            paths.backups_where(&[("status", "error"), ("server", ""), ("name", "a&b")]),
            "/p/p1/backups?status=error&name=a%26b"
        );
        assert_eq!(
            paths.restore("b1", RESTORE_STEPS[1]),
            "/p/p1/restore/b1/target"
        );
    }

    #[test]
    fn every_area_finds_itself_again_and_has_a_title() {
        let paths = Paths::new("p1");
        for area in Area::NAVIGATION.into_iter().chain([Area::Settings]) {
            assert_eq!(Area::of_path(&paths.area(area)), Some(area));
            assert!(!area.title().is_empty());
        }
        assert_eq!(Area::of_path("/p/p1/backups/x"), Some(Area::Backups));
        assert_eq!(
            Area::of_path("/p/p1/restore/x/target"),
            Some(Area::Restores)
        );
        assert_eq!(Area::of_path("/gallery"), None);
        assert_eq!(Area::of_path("/p/p1/nowhere"), None);
    }

    #[test]
    fn the_project_is_read_from_the_path() {
        assert_eq!(project_of_path("/p/abc/backups"), Some("abc"));
        assert_eq!(project_of_path("/p/"), None);
        assert_eq!(project_of_path("/gallery"), None);
    }
}

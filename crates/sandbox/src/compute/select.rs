//! Which servers a list means: one statement with every filter as a parameter, ordered by a name
//! from a fixed list.

use contract::time::Timestamp;
use rusqlite::{Connection, named_params};
use serde_json::Value;

use super::rows::BARE_METAL_TAG;
use crate::store::StoreError;

/// Filters of a server list; absent ones let everything through.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// A pattern for `LIKE` with `\` as its escape.
    pub name: Option<String>,
    pub status: Option<String>,
    pub flavor: Option<String>,
    pub image: Option<String>,
    /// Part of one of the addresses, as a pattern for `LIKE`.
    pub ip: Option<String>,
    /// One of the addresses.
    pub ip_eq: Option<String>,
    /// All of them are there.
    pub tags: Vec<String>,
    /// Not all of them are there.
    pub not_tags: Vec<String>,
    /// One of these ids; `None` for any.
    pub ids: Option<Vec<String>>,
    /// Changed since.
    pub changed_since: Option<Timestamp>,
    /// The caller asked for something no server of a sandbox has.
    pub nothing: bool,
}

/// By what a list is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortKey {
    #[default]
    CreatedAt,
    UpdatedAt,
    Name,
    Status,
    Id,
}

impl SortKey {
    /// The key as the APIs name it.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "created_at" => Self::CreatedAt,
            "updated_at" => Self::UpdatedAt,
            "name" | "display_name" => Self::Name,
            "status" | "vm_state" => Self::Status,
            "id" | "uuid" => Self::Id,
            _ => return None,
        })
    }

    fn column(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::Name => "name",
            Self::Status => "status",
            Self::Id => "id",
        }
    }
}

/// A text as the pattern that finds it anywhere, its own `%`, `_` and `\` meaning themselves.
pub fn contains(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// [`contains`], with `.` matching any one character (the vendor's API).
pub fn contains_with_dots(text: &str) -> String {
    contains(text).replace('.', "_")
}

/// The ids of a project's servers in order, each with whether it passes the filter. Those that do
/// not are there too, so that a page can go on behind a server that changed meanwhile.
pub fn ids(
    db: &Connection,
    project_id: &str,
    filter: &Filter,
    sort: SortKey,
    descending: bool,
) -> Result<Vec<(String, bool)>, StoreError> {
    let column = sort.column();
    let direction = if descending { "DESC" } else { "ASC" };
    // The bare-metal tag belongs to the kind of a server and need not be stored.
    let mut query = db.prepare_cached(&format!(
        "WITH tagged AS (
             SELECT *, CASE kind WHEN 'bms' THEN json_insert(tags, '$[#]', :bare_metal) ELSE tags END AS all_tags
             FROM servers WHERE project_id = :project
         )
         SELECT id,
             (:name IS NULL OR name LIKE :name ESCAPE '\\')
             AND (:status IS NULL OR status = :status)
             AND (:flavor IS NULL OR flavor_id = :flavor)
             AND (:image IS NULL OR image_id = :image)
             AND (:since IS NULL OR updated_at >= :since)
             AND (:ids IS NULL OR id IN (SELECT value FROM json_each(:ids)))
             AND (:ip IS NULL OR EXISTS (
                 SELECT 1 FROM server_addresses a WHERE a.server_id = tagged.id AND a.address LIKE :ip ESCAPE '\\'))
             AND (:ip_eq IS NULL OR EXISTS (
                 SELECT 1 FROM server_addresses a WHERE a.server_id = tagged.id AND a.address = :ip_eq))
             AND NOT EXISTS (
                 SELECT 1 FROM json_each(:tags) wanted
                 WHERE wanted.value NOT IN (SELECT value FROM json_each(all_tags)))
             AND (:any_tag_is_fine OR EXISTS (
                 SELECT 1 FROM json_each(:not_tags) unwanted
                 WHERE unwanted.value NOT IN (SELECT value FROM json_each(all_tags))))
         FROM tagged ORDER BY {column} {direction}, id {direction}"
    ))?;
    let list = |texts: &[String]| Value::from(texts).to_string();
    let rows = query.query_map(
        named_params! {
            ":bare_metal": BARE_METAL_TAG,
            ":project": project_id,
            ":name": filter.name,
            ":status": filter.status,
            ":flavor": filter.flavor,
            ":image": filter.image,
            ":since": filter.changed_since.map(Timestamp::micros),
            ":ids": filter.ids.as_deref().map(list),
            ":ip": filter.ip,
            ":ip_eq": filter.ip_eq,
            ":tags": list(&filter.tags),
            ":any_tag_is_fine": filter.not_tags.is_empty(),
            ":not_tags": list(&filter.not_tags),
        },
        |row| Ok((row.get(0)?, row.get::<_, bool>(1)?)),
    )?;
    let mut ids: Vec<(String, bool)> = rows.collect::<Result<_, _>>()?;
    if filter.nothing {
        ids.iter_mut().for_each(|(_, passes)| *passes = false);
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_of_like_are_ordinary_characters() {
        assert_eq!(contains("100%_a\\b"), "%100\\%\\_a\\\\b%");
        assert_eq!(contains_with_dots("web.1%"), "%web_1\\%%");
    }
}

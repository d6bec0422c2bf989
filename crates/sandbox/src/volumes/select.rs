//! Which volumes a list means: one statement with every filter as a parameter, ordered by a name
//! from a fixed list.

use rusqlite::{Connection, named_params};
use serde_json::{Map, Value};

use crate::http::Pairs;
use crate::store::StoreError;

/// Filters of a volume list; absent ones let everything through.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub name: Option<String>,
    pub status: Option<String>,
    pub zone: Option<String>,
    pub multiattach: Option<bool>,
    pub server_id: Option<String>,
    /// One of these ids; `None` for any.
    pub ids: Option<Vec<String>>,
    pub volume_type: Option<String>,
    pub service_type: Option<String>,
    pub dedicated_storage_id: Option<String>,
    pub dedicated_storage_name: Option<String>,
    /// All of these members are in a volume's `metadata`.
    pub metadata: Map<String, Value>,
    /// The caller asked for something no volume of a sandbox has.
    pub nothing: bool,
}

/// A list's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    column: &'static str,
    descending: bool,
}

impl Order {
    /// Reads `sort_key` and `sort_dir`; newest first by default.
    pub fn read(query: &Pairs) -> Result<Self, String> {
        let column = match query.filled("sort_key").unwrap_or("created_at") {
            "id" => "id",
            "status" => "status",
            "size" => "size_gb",
            "created_at" => "created_at",
            _ => return Err("`sort_key` must be id, status, size or created_at.".to_owned()),
        };
        let descending = match query.filled("sort_dir").unwrap_or("desc") {
            "desc" => true,
            "asc" => false,
            _ => return Err("`sort_dir` must be asc or desc.".to_owned()),
        };
        Ok(Self { column, descending })
    }
}

/// Reads `['a','b']`, the way the vendor's API writes lists in a query.
pub fn read_list(text: &str) -> Option<Vec<String>> {
    let inner = text.trim().strip_prefix('[')?.strip_suffix(']')?;
    if inner.trim().is_empty() {
        return Some(Vec::new());
    }
    inner
        .split(',')
        .map(|item| unquoted(item.trim()).map(str::to_owned))
        .collect()
}

fn unquoted(text: &str) -> Option<&str> {
    let quoted = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    quoted('\'').or_else(|| quoted('"'))
}

/// Reads `{"a":"b"}` or `{'a':'b'}`, the way both APIs write metadata in a query.
pub fn read_metadata(text: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(text)
        .or_else(|_| serde_json::from_str(&text.replace('\'', "\"")))
        .ok()
}

/// The ids of a project's volumes in order, each with whether it passes the filter.
pub fn ids(
    db: &Connection,
    project_id: &str,
    filter: &Filter,
    order: Order,
) -> Result<Vec<(String, bool)>, StoreError> {
    let column = order.column;
    let direction = if order.descending { "DESC" } else { "ASC" };
    let mut query = db.prepare_cached(&format!(
        "SELECT id,
             (:name IS NULL OR name = :name)
             AND (:status IS NULL OR status = :status)
             AND (:zone IS NULL OR availability_zone = :zone)
             AND (:multiattach IS NULL OR multiattach = :multiattach)
             AND (:type IS NULL OR volume_type = :type)
             AND (:service IS NULL OR service_type = :service)
             AND (:storage IS NULL OR dedicated_storage_id IS :storage)
             AND (:storage_name IS NULL OR dedicated_storage_name IS :storage_name)
             AND (:ids IS NULL OR id IN (SELECT value FROM json_each(:ids)))
             AND (:server IS NULL OR EXISTS (
                 SELECT 1 FROM attachments a WHERE a.volume_id = volumes.id AND a.server_id = :server)),
             scsi, encrypted
         FROM volumes WHERE project_id = :project ORDER BY {column} {direction}, id {direction}"
    ))?;
    let rows = query.query_map(
        named_params! {
            ":name": filter.name,
            ":status": filter.status,
            ":zone": filter.zone,
            ":multiattach": filter.multiattach,
            ":type": filter.volume_type,
            ":service": filter.service_type,
            ":storage": filter.dedicated_storage_id,
            ":storage_name": filter.dedicated_storage_name,
            ":ids": filter.ids.as_ref().map(|ids| Value::from(ids.as_slice()).to_string()),
            ":server": filter.server_id,
            ":project": project_id,
        },
        |row| {
            let (passes, scsi, encrypted) = (row.get(1)?, row.get(2)?, row.get(3)?);
            let passes = passes && !filter.nothing && has(&filter.metadata, scsi, encrypted);
            Ok((row.get(0)?, passes))
        },
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether a volume with these flags has all of the wanted metadata.
fn has(wanted: &Map<String, Value>, scsi: bool, encrypted: bool) -> bool {
    wanted.iter().all(|(key, value)| {
        let value = value.as_str();
        match key.as_str() {
            "hw:passthrough" => scsi && value == Some("true"),
            "__system__encrypted" => encrypted && value == Some("1"),
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_in_queries_have_brackets_and_quotes() {
        let list = |text| read_list(text).map(|ids| ids.join("|"));
        assert_eq!(list("['a','b']").as_deref(), Some("a|b"));
        assert_eq!(list("[ \"a\" , 'b' ]").as_deref(), Some("a|b"));
        assert_eq!(list("[]").as_deref(), Some(""));
        for bad in ["", "a,b", "[a,b]", "['a'", "['a',]", "[']"] {
            assert_eq!(list(bad), None, "{bad}");
        }
    }

    #[test]
    fn metadata_in_queries_is_json_or_python() {
        for text in [
            "{\"hw:passthrough\":\"true\"}",
            "{'hw:passthrough': 'true'}",
        ] {
            assert_eq!(read_metadata(text).unwrap()["hw:passthrough"], "true");
        }
        for bad in ["", "x", "[]", "{", "{'a'}"] {
            assert_eq!(read_metadata(bad), None, "{bad}");
        }
    }
}

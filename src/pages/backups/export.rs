//! What is shown as CSV and JSON: the rows that match, the columns that are visible.

use super::columns::Column;
use crate::data::store::BackupStore;

/// RFC 4180, with a byte order mark so that spreadsheets read UTF-8.
pub fn csv(store: &BackupStore, rows: &[u32], columns: &[Column]) -> String {
    let mut text = String::from("\u{feff}");
    let titles: Vec<&str> = columns.iter().map(|column| column.export_title()).collect();
    text.push_str(&titles.join(","));
    text.push_str("\r\n");
    for row in rows {
        for (index, column) in columns.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            push_cell(&mut text, &column.text(store, *row));
        }
        text.push_str("\r\n");
    }
    text
}

/// A cell that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it.
fn push_cell(text: &mut String, cell: &str) {
    let is_formula = cell.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ]);
    let quoted = is_formula || cell.contains([',', '"', '\r', '\n', ';', '\t']);
    if !quoted {
        text.push_str(cell);
        return;
    }
    text.push('"');
    if is_formula {
        text.push('\'');
    }
    text.push_str(&cell.replace('"', "\"\""));
    text.push('"');
}

/// A list of objects; numbers stay numbers.
pub fn json(store: &BackupStore, rows: &[u32], columns: &[Column]) -> String {
    let rows: Vec<serde_json::Map<String, serde_json::Value>> = rows
        .iter()
        .map(|row| {
            columns
                .iter()
                .map(|column| {
                    let text = column.text(store, *row);
                    let value = match column {
                        Column::Size | Column::Disks => text
                            .parse::<i64>()
                            .map_or(serde_json::Value::Null, Into::into),
                        _ => text.into(),
                    };
                    (column.export_title().to_owned(), value)
                })
                .collect()
        })
        .collect();
    serde_json::to_string_pretty(&rows).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::row::Row;

    fn store(names: &[&str]) -> BackupStore {
        let mut store = BackupStore::default();
        for (index, name) in names.iter().enumerate() {
            let mut row = Row {
                id: format!("b{index}"),
                name: (*name).to_owned(),
                ..Row::default()
            };
            row.extend_info.size = Some(2048);
            store.upsert(&row, None);
        }
        store
    }

    #[test]
    fn no_cell_is_taken_for_a_formula() {
        let names = [
            "=1+1",
            "+1",
            "-1",
            "@x",
            "\tx",
            "a=b",
            "say \"hi\"",
            "a,b",
            "",
        ];
        let store = store(&names);
        let rows: Vec<u32> = (0..names.len() as u32).collect();
        let text = csv(&store, &rows, &[Column::Name, Column::Size]);
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(
            lines,
            [
                "\u{feff}name,size_mb",
                "\"'=1+1\",2048",
                "\"'+1\",2048",
                "\"'-1\",2048",
                "\"'@x\",2048",
                "\"'\tx\",2048",
                "a=b,2048",
                "\"say \"\"hi\"\"\",2048",
                "\"a,b\",2048",
                ",2048",
                ""
            ]
        );
    }

    #[test]
    fn json_keeps_numbers_and_the_names_as_they_are() {
        let store = store(&["=1+1"]);
        let value: serde_json::Value = serde_json::from_str(&json(
            &store,
            &[0],
            &[Column::Name, Column::Size, Column::Created],
        ))
        .expect("JSON");
        assert_eq!(
            value,
            serde_json::json!([{"name": "=1+1", "size_mb": 2048, "created_utc": ""}])
        );
    }
}

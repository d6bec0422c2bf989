//! The rows of key and value that both editors and the form of a backup share.

use contract::model::Tag;
use contract::rules::TagRules;
use leptos::prelude::*;

use super::draft::{TagRow, tags_by};
use crate::form::{Field, TextInput};
use crate::ui::dom::{focus_id, fresh_id};
use crate::ui::{Button, ButtonKind, Glyph};

/// One row's signals, and the number it keeps while others come and go.
#[derive(Clone, Copy)]
struct RowSignals {
    number: u32,
    key: RwSignal<String>,
    value: RwSignal<String>,
}

/// The rows of an editor. Copy it around; it lives as long as the view that made it.
#[derive(Clone, Copy)]
pub struct TagRows {
    rows: RwSignal<Vec<RowSignals>>,
    next: StoredValue<u32>,
    id: StoredValue<String>,
    /// What the tags may be.
    rules: TagRules,
}

impl TagRows {
    /// No rows yet.
    pub fn new() -> Self {
        Self::of(TagRules::CSBS)
    }

    /// No rows yet, for an object with these rules.
    pub fn of(rules: TagRules) -> Self {
        Self {
            rules,
            rows: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
            id: StoredValue::new(fresh_id("tag")),
        }
    }

    /// Fills the rows anew; without any tag there is one blank row to write into.
    pub fn load(self, tags: &[Tag]) {
        self.rows.set(Vec::new());
        for tag in tags {
            self.push(&tag.key, &tag.value);
        }
        if tags.is_empty() {
            self.push("", "");
        }
    }

    /// Fills the rows anew, as they were typed.
    pub fn load_rows(self, rows: &[TagRow]) {
        let tags: Vec<Tag> = rows
            .iter()
            .map(|row| Tag {
                key: row.key.clone(),
                value: row.value.clone(),
            })
            .collect();
        self.load(&tags);
    }

    fn push(self, key: &str, value: &str) -> u32 {
        let number = self.next.get_value();
        self.next.set_value(number + 1);
        let row = RowSignals {
            number,
            key: RwSignal::new(key.to_owned()),
            value: RwSignal::new(value.to_owned()),
        };
        self.rows.update(|rows| rows.push(row));
        number
    }

    /// The rows as typed; tracked.
    pub fn typed(self) -> Vec<TagRow> {
        self.rows.with(|rows| {
            rows.iter()
                .map(|row| TagRow {
                    key: row.key.get(),
                    value: row.value.get(),
                })
                .collect()
        })
    }

    /// The tags they stand for, or what keeps them from it; tracked.
    pub fn tags(self) -> Result<Vec<Tag>, String> {
        tags_by(&self.typed(), self.rules)
    }

    fn key_id(self, number: u32) -> String {
        self.id.with_value(|id| format!("{id}-key-{number}"))
    }

    fn remove(self, number: u32) {
        self.rows
            .update(|rows| rows.retain(|row| row.number != number));
        // The focus would be lost with the button that was pressed.
        let last = self
            .rows
            .with_untracked(|rows| rows.last().map(|row| row.number));
        match last {
            Some(last) => {
                focus_id(&self.key_id(last));
            }
            None => self.add(),
        }
    }

    fn add(self) {
        let number = self.push("", "");
        let id = self.key_id(number);
        queue_microtask(move || {
            focus_id(&id);
        });
    }

    /// The fields.
    pub fn view(self) -> AnyView {
        let full = Signal::derive(move || {
            let full = self.rows.with(|rows| rows.len() >= self.rules.limit);
            full.then(|| format!("There are at most {} tags here.", self.rules.limit))
        });
        view! {
            <ul class="tag-rows" aria-label="Tags being edited">
                <For each=move || self.rows.get() key=|row| row.number children=move |row| self.row(row)/>
            </ul>
            <Button icon=Glyph::Plus blocked=full on_press=move || self.add()>"Add tag"</Button>
        }
        .into_any()
    }

    fn row(self, row: RowSignals) -> AnyView {
        let place = Memo::new(move |_| {
            self.rows.with(|rows| {
                rows.iter()
                    .position(|known| known.number == row.number)
                    .unwrap_or_default()
            })
        });
        let number = move || place.get() + 1;
        let key_message = Signal::derive(move || TagRow::key_problem(&self.typed(), place.get()));
        let value_message = Signal::derive(move || {
            TagRow {
                key: String::new(),
                value: row.value.get(),
            }
            .value_problem(self.rules)
        });
        let value_id = self
            .id
            .with_value(|id| format!("{id}-value-{}", row.number));
        view! {
            <li class="tag-row">
                <Field id=self.key_id(row.number) label=Signal::derive(move || format!("Key {}", number())) required=true message=key_message>
                    <TextInput value=row.key on_input=move |text| row.key.set(text)/>
                </Field>
                <Field id=value_id label=Signal::derive(move || format!("Value {}", number())) message=value_message>
                    <TextInput value=row.value on_input=move |text| row.value.set(text)/>
                </Field>
                <Button kind=ButtonKind::Quiet icon=Glyph::Trash name=Signal::derive(move || format!("Remove tag {}", number()))
                    on_press=move || self.remove(row.number)/>
            </li>
        }
        .into_any()
    }
}

impl Default for TagRows {
    fn default() -> Self {
        Self::new()
    }
}

//! What the "back up now" form holds, and the request it stands for.

use contract::cbr::checkpoints::{CheckpointCreate, CheckpointCreateRequest, CheckpointParameters};
use contract::cbr::rules::{LongText, ShortName};
use contract::csbs::backups::{Protect, ProtectRequest};
use contract::rules::{Broken, Description, Name};

use crate::form::Problem;
use crate::tags::{TagRow, tags_of};

/// Id of the name's field.
pub(super) const NAME: &str = "backup-name";
/// Id of the description's field.
pub(super) const DESCRIPTION: &str = "backup-description";

/// Id of the tags' group.
pub(super) const TAGS: &str = "backup-tags";

/// The form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BackUpDraft {
    /// Empty: the service makes one.
    pub name: String,
    pub description: String,
    pub incremental: bool,
    pub tags: Vec<TagRow>,
}

impl Default for BackUpDraft {
    fn default() -> Self {
        Self {
            name: String::new(),
            description: String::new(),
            incremental: true,
            tags: Vec::new(),
        }
    }
}

impl BackUpDraft {
    /// The request this draft stands for, or everything that keeps it from being one.
    pub fn check(&self) -> Result<ProtectRequest, Vec<Problem>> {
        let name = match self.name.trim() {
            "" => Ok(None),
            name => Name::try_from(name.to_owned()).map(Some),
        };
        let description = match self.description.trim() {
            "" => Ok(None),
            text => Description::try_from(text.to_owned()).map(Some),
        };
        match (name, description, tags_of(&self.tags)) {
            (Ok(backup_name), Ok(description), Ok(tags)) => Ok(ProtectRequest {
                protect: Protect {
                    backup_name,
                    description,
                    incremental: Some(self.incremental),
                    // An empty list is refused (csbs-v1 4.1).
                    tags: (!tags.is_empty()).then(|| tags.into_iter().map(Into::into).collect()),
                    ..Protect::default()
                },
            }),
            (name, description, tags) => {
                let fields = [
                    (NAME, "Name", name.err()),
                    (DESCRIPTION, "Description", description.err()),
                ];
                let fields = fields
                    .into_iter()
                    .filter_map(|(field, label, broken)| Some(problem(field, label, &broken?)));
                let tags = tags
                    .err()
                    .map(|text| Problem::at(TAGS, format!("Tags: {text}")));
                Err(fields.chain(tags).collect())
            }
        }
    }
}

impl BackUpDraft {
    /// The request for a server in a vault (cbr-v3 5.2, 20); tags are the vault's there.
    pub fn check_for_vault(
        &self,
        vault: &str,
        server: &str,
    ) -> Result<CheckpointCreateRequest, Vec<Problem>> {
        let name = match self.name.trim() {
            "" => Ok(None),
            name => ShortName::try_from(name.to_owned()).map(Some),
        };
        let description = match self.description.trim() {
            "" => Ok(None),
            text => LongText::try_from(text.to_owned()).map(Some),
        };
        match (name, description) {
            (Ok(name), Ok(description)) => Ok(CheckpointCreateRequest {
                checkpoint: CheckpointCreate {
                    vault_id: vault.to_owned(),
                    parameters: Some(CheckpointParameters {
                        name,
                        description,
                        incremental: Some(self.incremental),
                        resources: Some(vec![server.to_owned()]),
                        ..CheckpointParameters::default()
                    }),
                },
            }),
            (name, description) => Err([
                (NAME, "Name", name.err()),
                (DESCRIPTION, "Description", description.err()),
            ]
            .into_iter()
            .filter_map(|(field, label, broken)| Some(problem(field, label, &broken?)))
            .collect()),
        }
    }
}

fn problem(field: &str, label: &str, broken: &Broken) -> Problem {
    Problem::at(field, format!("{label}: {broken}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_empty_form_asks_for_an_incremental_backup_named_by_the_service() {
        let request = BackUpDraft::default().check().expect("nothing is wrong");
        assert_eq!(
            serde_json::to_value(request).expect("plain data"),
            json!({ "protect": { "incremental": true } })
        );
    }

    #[test]
    fn a_server_in_a_vault_is_backed_up_into_it() {
        let mut draft = BackUpDraft {
            name: "by-hand".into(),
            ..BackUpDraft::default()
        };
        let request = draft
            .check_for_vault("vault", "web")
            .expect("nothing is wrong");
        assert_eq!(
            serde_json::to_value(request).expect("plain data"),
            json!({"checkpoint": {"vault_id": "vault", "parameters": {
                "name": "by-hand", "incremental": true, "resources": ["web"]
            }}})
        );
        draft.name = "no blanks".into();
        let problems = draft.check_for_vault("vault", "web").expect_err("a blank");
        assert_eq!(problems[0].field, NAME);
    }

    #[test]
    fn tags_go_along_and_a_broken_one_is_told() {
        let row = |key: &str, value: &str| TagRow {
            key: key.into(),
            value: value.into(),
        };
        let mut draft = BackUpDraft {
            tags: vec![row("env", "test"), row("", "")],
            ..BackUpDraft::default()
        };
        let request = draft.check().expect("nothing is wrong");
        assert_eq!(
            serde_json::to_value(request).expect("plain data")["protect"]["tags"],
            json!([{ "key": "env", "value": "test" }])
        );
        draft.tags.push(row("env", "other"));
        let problems = draft.check().expect_err("a key stands twice");
        assert_eq!(problems[0].field, TAGS);
    }

    #[test]
    fn every_broken_rule_is_told_at_its_field() {
        let draft = BackUpDraft {
            name: "vor dem Umzug".into(),
            description: "a<b".into(),
            incremental: false,
            tags: vec![TagRow::default()],
        };
        let problems = draft.check().expect_err("two rules are broken");
        let fields: Vec<_> = problems
            .iter()
            .map(|problem| problem.field.as_str())
            .collect();
        assert_eq!(fields, [NAME, DESCRIPTION]);
        assert!(
            problems[0].text.starts_with("Name: ` ` is not allowed"),
            "{}",
            problems[0].text
        );
    }
}

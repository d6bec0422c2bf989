//! What the "back up now" form holds, and the request it stands for.

use contract::csbs::backups::{Protect, ProtectRequest};
use contract::rules::{Broken, Description, Name};

use crate::form::Problem;

/// Id of the name's field.
pub(super) const NAME: &str = "backup-name";
/// Id of the description's field.
pub(super) const DESCRIPTION: &str = "backup-description";

/// The form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BackUpDraft {
    /// Empty: the service makes one.
    pub name: String,
    pub description: String,
    pub incremental: bool,
}

impl Default for BackUpDraft {
    fn default() -> Self {
        Self {
            name: String::new(),
            description: String::new(),
            incremental: true,
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
        match (name, description) {
            (Ok(backup_name), Ok(description)) => Ok(ProtectRequest {
                protect: Protect {
                    backup_name,
                    description,
                    incremental: Some(self.incremental),
                    ..Protect::default()
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
    fn every_broken_rule_is_told_at_its_field() {
        let draft = BackUpDraft {
            name: "vor dem Umzug".into(),
            description: "a<b".into(),
            incremental: false,
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

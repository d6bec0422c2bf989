//! The rules of a policy request's own members, each named by its place in the request.

use super::PolicyRefusal;
use crate::csbs::policies::{Definition, PolicyCreate, PolicyUpdate, ScheduledOperation};
use crate::csbs::tags::{self, TagProblem};
use crate::rules::{self, Broken};
use crate::schedule::Schedule;
use serde_json::Value;

const OPERATION: &str = "policy.scheduled_operations[0]";

fn parameter(field: impl Into<String>, rule: impl ToString) -> PolicyRefusal {
    PolicyRefusal::Parameter {
        field: field.into(),
        rule: format!("{}.", rule.to_string()),
    }
}

fn provider(given: &str) -> Option<PolicyRefusal> {
    (given != rules::PROVIDER_ID).then(|| {
        let expected = rules::PROVIDER_ID;
        parameter("provider_id", Broken::Fixed { expected })
    })
}

fn pattern(given: &str) -> Option<PolicyRefusal> {
    let problems = Schedule::parse(given).err()?;
    let words: Vec<_> = problems.iter().map(ToString::to_string).collect();
    Some(PolicyRefusal::Parameter {
        field: format!("{OPERATION}.trigger.properties.pattern"),
        // These are sentences already.
        rule: words.join(" "),
    })
}

fn definition_members(given: &Definition) -> Vec<PolicyRefusal> {
    let mut found = Vec::new();
    if let Some(zone) = &given.timezone
        && rules::fixed_offset(zone).is_none()
    {
        let rule = format!("`{zone}` is not of the form UTC+08:00");
        found.push(parameter(
            format!("{OPERATION}.operation_definition.timezone"),
            rule,
        ));
    }
    found.extend(given.provider_id.as_deref().and_then(provider));
    found
}

/// What is wrong with a request to create, before the world is looked at.
pub(super) fn of_create(wanted: &PolicyCreate) -> Vec<PolicyRefusal> {
    let mut found: Vec<_> = provider(&wanted.provider_id).into_iter().collect();
    let common = wanted.parameters.get("common");
    if !wanted.parameters.is_object() || !common.is_none_or(Value::is_object) {
        let rule = "must be an object such as {\"common\": {}}";
        found.push(parameter("policy.parameters", rule));
    }
    match wanted.scheduled_operations.as_slice() {
        [operation] => {
            if operation.operation_type != "backup" {
                let expected = "backup";
                let field = format!("{OPERATION}.operation_type");
                found.push(parameter(field, Broken::Fixed { expected }));
            }
            let definition = &operation.operation_definition;
            found.extend(definition_members(definition));
            if let Err(rule) = definition.check() {
                found.push(parameter(format!("{OPERATION}.operation_definition"), rule));
            }
            found.extend(pattern(&operation.trigger.properties.pattern));
        }
        other => found.push(parameter(
            "policy.scheduled_operations",
            format!("must have exactly one element, not {}", other.len()),
        )),
    }
    found.extend(match tags::checked(&wanted.tags) {
        Ok(_) => None,
        Err(TagProblem::TooMany { count }) => Some(PolicyRefusal::TooManyTags(count)),
        Err(TagProblem::Broken { member, rule }) => {
            Some(parameter(format!("policy.tags.{member}"), rule))
        }
    });
    found
}

/// What is wrong with a request to change this operation.
pub(super) fn of_update(wanted: &PolicyUpdate, present: &ScheduledOperation) -> Vec<PolicyRefusal> {
    let operations = wanted.scheduled_operations.as_deref().unwrap_or_default();
    let operation = match operations {
        [] => return Vec::new(),
        [operation] => operation,
        more => {
            let rule = format!("must have at most one element, not {}", more.len());
            return vec![parameter("policy.scheduled_operations", rule)];
        }
    };
    let mut found = Vec::new();
    if operation.id != present.id {
        let rule = format!("`{}` is not the operation of this policy", operation.id);
        found.push(parameter(format!("{OPERATION}.id"), rule));
    }
    if let Some(definition) = &operation.operation_definition {
        found.extend(definition_members(definition));
        let mut merged = present.operation_definition.clone();
        definition.merge_into(&mut merged);
        let slots = [
            merged.day_backups,
            merged.week_backups,
            merged.month_backups,
            merged.year_backups,
        ];
        if merged.timezone.is_empty() && slots.iter().any(Option::is_some) {
            let rule =
                "is needed when day_backups, week_backups, month_backups or year_backups is given";
            found.push(parameter(
                format!("{OPERATION}.operation_definition.timezone"),
                rule,
            ));
        }
    }
    if let Some(trigger) = &operation.trigger {
        found.extend(pattern(&trigger.properties.pattern));
    }
    found
}

/// What is wrong with a list of servers itself.
pub(super) fn of_servers(rule: Broken) -> PolicyRefusal {
    parameter("policy.resources", rule)
}

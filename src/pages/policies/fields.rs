//! A policy as the form sees it: six fields that can be compared, merged and sent one by one.

use contract::csbs::policies::{
    Definition, PolicyCreate, PolicyCreateRequest, PolicyUpdate, PolicyUpdateRequest,
    ScheduledOperationCreate, ScheduledOperationUpdate, TriggerCreate, TriggerPropertiesCreate,
};
use contract::model::{Policy, PolicyServer, Retention};
use contract::rules::{Broken, Description, Name, PROVIDER_ID, SERVER_KIND};
use contract::schedule::{Clock, Schedule};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::retention_words;

/// A server as a policy names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerRef {
    pub id: String,
    pub name: String,
}

/// The values of a policy's fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyFields {
    pub name: String,
    pub description: String,
    pub enabled: bool,
    /// The pattern, verbatim.
    pub pattern: String,
    pub retention: Retention,
    pub servers: Vec<ServerRef>,
}

/// One field of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Name,
    Description,
    Enabled,
    Schedule,
    Retention,
    Servers,
}

impl Field {
    pub const ALL: [Self; 6] = [
        Self::Name,
        Self::Description,
        Self::Enabled,
        Self::Schedule,
        Self::Retention,
        Self::Servers,
    ];

    /// What the form calls it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Description => "Description",
            Self::Enabled => "Schedule on",
            Self::Schedule => "Schedule",
            Self::Retention => "Retention",
            Self::Servers => "Servers",
        }
    }
}

impl From<&Policy> for PolicyFields {
    fn from(policy: &Policy) -> Self {
        let server = |server: &PolicyServer| ServerRef {
            id: server.id.clone(),
            name: server.name.clone(),
        };
        Self {
            name: policy.name.clone(),
            description: policy.description.clone(),
            enabled: policy.enabled,
            pattern: policy.pattern.clone(),
            retention: policy.retention.clone(),
            servers: policy.servers.iter().map(server).collect(),
        }
    }
}

impl PolicyFields {
    /// The rule of the pattern, if it can be read.
    pub fn rule(&self) -> Option<Schedule> {
        Schedule::parse(&self.pattern).ok()
    }

    /// Whether a field has another value than in `other`; servers are compared as a set, and
    /// patterns by their rule.
    pub fn differs(&self, other: &Self, field: Field) -> bool {
        match field {
            Field::Name => self.name != other.name,
            Field::Description => self.description != other.description,
            Field::Enabled => self.enabled != other.enabled,
            Field::Schedule => match (self.rule(), other.rule()) {
                (Some(one), Some(two)) => one != two,
                _ => self.pattern != other.pattern,
            },
            Field::Retention => self.retention != other.retention,
            Field::Servers => self.server_ids() != other.server_ids(),
        }
    }

    /// The fields that differ.
    pub fn changed(&self, other: &Self) -> Vec<Field> {
        Field::ALL
            .into_iter()
            .filter(|field| self.differs(other, *field))
            .collect()
    }

    /// Takes over one field.
    pub fn take(&mut self, from: &Self, field: Field) {
        match field {
            Field::Name => self.name.clone_from(&from.name),
            Field::Description => self.description.clone_from(&from.description),
            Field::Enabled => self.enabled = from.enabled,
            Field::Schedule => self.pattern.clone_from(&from.pattern),
            Field::Retention => self.retention.clone_from(&from.retention),
            Field::Servers => self.servers.clone_from(&from.servers),
        }
    }

    /// A field in words.
    pub fn say(&self, field: Field) -> String {
        match field {
            Field::Name => self.name.clone(),
            Field::Description => self.description.clone(),
            Field::Enabled => if self.enabled { "on" } else { "off" }.to_owned(),
            Field::Schedule => match self.rule() {
                Some(rule) => rule.describe(Clock::Utc).to_string(),
                None => self.pattern.clone(),
            },
            Field::Retention => retention_words(&self.retention),
            Field::Servers => {
                let names: Vec<&str> = self
                    .servers
                    .iter()
                    .map(|server| {
                        if server.name.is_empty() {
                            &*server.id
                        } else {
                            &*server.name
                        }
                    })
                    .collect();
                names.join(", ")
            }
        }
    }

    fn server_ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self
            .servers
            .iter()
            .map(|server| server.id.as_str())
            .collect();
        ids.sort_unstable();
        ids
    }

    /// The request that creates a policy like this.
    ///
    /// # Errors
    /// What the draft's own check has found already.
    pub fn to_create(&self) -> Result<PolicyCreateRequest, Broken> {
        Ok(PolicyCreateRequest {
            policy: PolicyCreate {
                name: Name::try_from(self.name.clone())?,
                description: Description::try_from(self.description.clone())?,
                provider_id: PROVIDER_ID.to_owned(),
                parameters: json!({"common": {}}),
                resources: self.resources(&[]),
                scheduled_operations: vec![ScheduledOperationCreate {
                    name: None,
                    description: None,
                    enabled: self.enabled,
                    operation_type: "backup".to_owned(),
                    operation_definition: Definition::from_retention(&self.retention),
                    trigger: trigger(&self.pattern),
                }],
                tags: Vec::new(),
            },
        })
    }

    /// The request that makes a policy like this: only what differs from `base`, so that whatever
    /// else the policy holds stays as it is.
    ///
    /// # Errors
    /// What the draft's own check has found already.
    pub fn to_update(&self, base: &Self, policy: &Policy) -> Result<PolicyUpdateRequest, Broken> {
        let differs = |field| self.differs(base, field);
        let operation = ScheduledOperationUpdate {
            id: policy.operation_id.clone(),
            enabled: differs(Field::Enabled).then_some(self.enabled),
            operation_definition: differs(Field::Retention)
                .then(|| definition(&self.retention, &base.retention)),
            trigger: differs(Field::Schedule).then(|| trigger(&self.pattern)),
            ..ScheduledOperationUpdate::default()
        };
        let any_operation = [Field::Enabled, Field::Retention, Field::Schedule]
            .into_iter()
            .any(differs);
        Ok(PolicyUpdateRequest {
            policy: PolicyUpdate {
                name: differs(Field::Name)
                    .then(|| Name::try_from(self.name.clone()))
                    .transpose()?,
                description: differs(Field::Description)
                    .then(|| Description::try_from(self.description.clone()))
                    .transpose()?,
                resources: differs(Field::Servers).then(|| self.resources(&policy.servers)),
                scheduled_operations: any_operation.then(|| vec![operation]),
                parameters: None,
            },
        })
    }

    /// The policy as it will be after saving; what the form does not hold stays as `before` has it.
    pub fn to_policy(&self, before: Option<&Policy>) -> Policy {
        let before = before.cloned().unwrap_or_default();
        Policy {
            name: self.name.clone(),
            description: self.description.clone(),
            enabled: self.enabled,
            pattern: self.pattern.clone(),
            retention: self.retention.clone(),
            servers: self.servers_as_known(&before.servers).collect(),
            ..before
        }
    }

    /// The servers for a request; what the policy already says about one goes back as it came.
    fn resources(&self, known: &[PolicyServer]) -> Vec<contract::csbs::policies::Resource> {
        self.servers_as_known(known).map(Into::into).collect()
    }

    fn servers_as_known(&self, known: &[PolicyServer]) -> impl Iterator<Item = PolicyServer> {
        self.servers.iter().map(|server| {
            let known = known.iter().find(|known| known.id == server.id).cloned();
            known.unwrap_or_else(|| PolicyServer {
                id: server.id.clone(),
                name: server.name.clone(),
                kind: SERVER_KIND.to_owned(),
                extra: Value::Null,
            })
        })
    }
}

fn trigger(pattern: &str) -> TriggerCreate {
    TriggerCreate {
        properties: TriggerPropertiesCreate {
            pattern: pattern.to_owned(),
        },
    }
}

/// The members for a retention. Absent members would stay, so long-term slots that go are set to none.
fn definition(retention: &Retention, before: &Retention) -> Definition {
    let mut definition = Definition::from_retention(retention);
    if let Retention::Limited(limits) = before
        && let Some(slots) = &limits.long_term
        && definition.timezone.is_none()
    {
        definition.day_backups = Some(0);
        definition.week_backups = Some(0);
        definition.month_backups = Some(0);
        definition.year_backups = Some(0);
        definition.timezone = Some(slots.timezone.clone());
    }
    definition
}

/// What two people did to one policy: mine since `base`, and theirs since `base`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// Fields only they changed; they are taken over.
    pub theirs: Vec<Field>,
    /// Fields both changed, to different values: somebody has to choose.
    pub both: Vec<Field>,
}

impl Merge {
    /// Compares; nothing to merge when neither list has an entry.
    pub fn new(base: &PolicyFields, mine: &PolicyFields, theirs: &PolicyFields) -> Self {
        let changed = theirs
            .changed(base)
            .into_iter()
            .filter(|field| mine.differs(theirs, *field));
        let (both, theirs) = changed.partition(|field| mine.differs(base, *field));
        Self { theirs, both }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::model::{Limits, LongTerm};

    const NIGHTLY: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nRRULE:FREQ=DAILY;BYHOUR=2;BYMINUTE=0\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

    fn policy() -> Policy {
        Policy {
            id: "p".into(),
            name: "nightly".into(),
            operation_id: "op".into(),
            enabled: true,
            pattern: NIGHTLY.into(),
            retention: Retention::Limited(Limits {
                count: Some(14),
                ..Limits::default()
            }),
            servers: vec![PolicyServer {
                id: "s1".into(),
                name: "web-01".into(),
                kind: SERVER_KIND.into(),
                extra: json!({"kept": true}),
            }],
            ..Policy::default()
        }
    }

    fn sent(change: impl FnOnce(&mut PolicyFields)) -> Value {
        let policy = policy();
        let base = PolicyFields::from(&policy);
        let mut wanted = base.clone();
        change(&mut wanted);
        let request = wanted.to_update(&base, &policy).expect("a request");
        serde_json::to_value(request).expect("json")["policy"].clone()
    }

    #[test]
    fn an_update_holds_only_what_changed() {
        assert_eq!(sent(|_| ()), json!({}));
        assert_eq!(
            sent(|fields| fields.description = "new".into()),
            json!({"description": "new"})
        );
        assert_eq!(
            sent(|fields| fields.enabled = false),
            json!({"scheduled_operations": [{"id": "op", "enabled": false}]})
        );
    }

    #[test]
    fn another_spelling_of_the_same_rule_is_no_change() {
        assert_eq!(
            sent(|fields| fields.pattern = "freq=daily;byminute=0;byhour=02".into()),
            json!({})
        );
    }

    #[test]
    fn servers_that_stay_go_back_as_they_came() {
        let sent = sent(|fields| {
            fields.servers.push(ServerRef {
                id: "s2".into(),
                name: "web-02".into(),
            })
        });
        assert_eq!(
            sent,
            json!({"resources": [
                {"id": "s1", "type": SERVER_KIND, "name": "web-01", "extra_info": {"kept": true}},
                {"id": "s2", "type": SERVER_KIND, "name": "web-02"},
            ]})
        );
    }

    #[test]
    fn the_policy_after_saving_keeps_what_the_form_does_not_hold() {
        let mut before = policy();
        before.tags = vec![contract::model::Tag {
            key: "env".into(),
            value: "test".into(),
        }];
        let mut wanted = PolicyFields::from(&before);
        assert_eq!(wanted.to_policy(Some(&before)), before);
        wanted.name = "later".into();
        let after = wanted.to_policy(Some(&before));
        assert_eq!((after.name.as_str(), &after.tags), ("later", &before.tags));
        assert_eq!(after.servers, before.servers);
        assert_eq!(wanted.to_policy(None).servers[0].kind, SERVER_KIND);
    }

    #[test]
    fn long_term_slots_that_go_are_set_to_none() {
        let slots = LongTerm {
            day: 3,
            timezone: "UTC+01:00".into(),
            ..LongTerm::default()
        };
        let before = Retention::Limited(Limits {
            count: Some(1),
            long_term: Some(slots),
            ..Limits::default()
        });
        let definition = definition(&Retention::Forever, &before);
        assert_eq!(
            (definition.day_backups, definition.timezone.as_deref()),
            (Some(0), Some("UTC+01:00"))
        );
        assert!(definition.check().is_ok());
    }

    #[test]
    fn of_two_edits_only_what_both_changed_differently_needs_a_choice() {
        let base = PolicyFields::from(&policy());
        let (mut mine, mut theirs) = (base.clone(), base.clone());
        mine.name = "mine".into();
        theirs.name = "theirs".into();
        theirs.enabled = false;
        mine.description = "same".into();
        theirs.description = "same".into();
        mine.retention = Retention::Forever;
        let merge = Merge::new(&base, &mine, &theirs);
        assert_eq!(
            merge,
            Merge {
                theirs: vec![Field::Enabled],
                both: vec![Field::Name]
            }
        );
        assert_eq!(
            Merge::new(&base, &mine, &base),
            Merge {
                theirs: vec![],
                both: vec![]
            }
        );
    }

    #[test]
    fn a_policy_to_create_is_what_the_documents_show() {
        let fields = PolicyFields::from(&policy());
        let sent = serde_json::to_value(fields.to_create().expect("a request")).expect("json");
        assert_eq!(sent["policy"]["name"], "nightly");
        assert_eq!(sent["policy"]["provider_id"], PROVIDER_ID);
        let operation = &sent["policy"]["scheduled_operations"][0];
        assert_eq!(operation["trigger"]["properties"]["pattern"], NIGHTLY);
        assert_eq!(
            operation["operation_definition"],
            json!({"max_backups": 14, "retention_duration_days": -1, "permanent": false})
        );
    }
}

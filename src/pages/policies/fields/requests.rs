//! The requests a policy's fields stand for, and the policy as it is afterwards.

use contract::cbr::policies as vault_wire;
use contract::cbr::policy as vault_policy;
use contract::csbs::policies::{
    Definition, PolicyCreate, PolicyCreateRequest, PolicyUpdate, PolicyUpdateRequest,
    ScheduledOperationCreate, ScheduledOperationUpdate, TriggerCreate, TriggerPropertiesCreate,
};
use contract::model::{Policy, PolicyServer, PolicyVault, Retention};
use contract::rules::{Broken, Description, Name, PROVIDER_ID, SERVER_KIND};
use serde_json::{Value, json};

use super::{Field, PolicyFields};

impl PolicyFields {
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
                    trigger: trigger(self.pattern()),
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
            trigger: differs(Field::Schedule).then(|| trigger(self.pattern())),
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
            generation: self.generation,
            name: self.name.clone(),
            description: self.description.clone(),
            enabled: self.enabled,
            pattern: self.pattern().to_owned(),
            further_patterns: self.patterns.iter().skip(1).cloned().collect(),
            retention: self.retention.clone(),
            servers: self.servers_as_known(&before.servers).collect(),
            kind: self.kind.clone(),
            full_every: self.full_every,
            start_window: self.start_window,
            vaults: self
                .vaults
                .iter()
                .map(|vault| PolicyVault {
                    id: vault.id.clone(),
                    destination_id: vault.destination_id.clone(),
                })
                .collect(),
            ..before
        }
    }

    /// The request that creates a policy of vaults; applying it to them comes after it.
    ///
    /// # Errors
    /// What the draft's own check has found already.
    pub fn to_vault_create(&self) -> Result<vault_wire::PolicyCreateRequest, Broken> {
        let policy = vault_policy::create(&self.to_policy(None))?;
        Ok(vault_wire::PolicyCreateRequest { policy })
    }

    /// The request that changes a policy of vaults; nothing when only its vaults differ.
    ///
    /// # Errors
    /// What the draft's own check has found already.
    pub fn to_vault_update(
        &self,
        base: &Self,
        policy: &Policy,
    ) -> Result<Option<vault_wire::PolicyUpdateRequest>, Broken> {
        let (before, after) = (base.to_policy(Some(policy)), self.to_policy(Some(policy)));
        let policy = vault_policy::update(&before, &after)?;
        let is_any = policy != vault_wire::PolicyUpdate::default();
        Ok(is_any.then_some(vault_wire::PolicyUpdateRequest { policy }))
    }

    /// The only rule of a policy that has one.
    fn pattern(&self) -> &str {
        self.patterns.first().map_or("", String::as_str)
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

#[cfg(test)]
mod tests {
    use super::super::{ServerRef, VaultRef};
    use super::*;
    use contract::model::{Generation, Limits, LongTerm};

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
            sent(|fields| fields.patterns[0] = "freq=daily;byminute=0;byhour=02".into()),
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

    #[test]
    fn a_policy_of_vaults_is_made_and_changed_by_its_own_requests() {
        let base = PolicyFields {
            generation: Generation::Cbr,
            name: "weekly".into(),
            enabled: true,
            patterns: vec!["FREQ=DAILY;BYHOUR=2;BYMINUTE=0".into()],
            full_every: Some(6),
            ..PolicyFields::default()
        };
        let sent = serde_json::to_value(base.to_vault_create().expect("a request")).expect("json");
        assert_eq!(
            sent["policy"],
            json!({
                "name": "weekly", "enabled": true, "operation_type": "backup",
                "operation_definition": {"full_backup_interval": 6},
                "trigger": {"properties": {"pattern": ["FREQ=DAILY;BYHOUR=2;BYMINUTE=0"]}},
            })
        );
        let mut policy = base.to_policy(None);
        // What the form does not hold goes back with the definition it belongs to.
        policy.further_retention = Some(json!({"kept": true}));
        let mut wanted = base.clone();
        wanted.vaults = vec![VaultRef {
            id: "v".into(),
            ..VaultRef::default()
        }];
        assert_eq!(wanted.to_vault_update(&base, &policy), Ok(None));
        wanted.full_every = None;
        let sent = wanted.to_vault_update(&base, &policy).expect("a request");
        assert_eq!(
            serde_json::to_value(sent).expect("json"),
            json!({"policy": {"operation_definition": {"advanced_retention_rules": {"kept": true}}}})
        );
        assert_eq!(wanted.to_policy(Some(&policy)).vaults[0].id, "v");
    }
}

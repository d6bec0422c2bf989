//! What the checks of a policy have to know, out of the store.

use contract::csbs::policies::Resource;
use contract::policy::{PolicyFacts, ServerFact};
use contract::rules;
use rusqlite::OptionalExtension as _;

use crate::refusal::Outcome;
use crate::turn::Turn;

/// What the store knows about the policies and servers a request speaks of.
pub struct Known<'a> {
    policies: usize,
    named: Option<String>,
    servers: Vec<KnownServer<'a>>,
}

/// A server's id, whether it exists, and id and name of the policy it is in.
type KnownServer<'a> = (&'a str, bool, Option<(String, String)>);

impl<'a> Known<'a> {
    /// What a request with this name and these servers needs to be judged.
    pub fn of(
        turn: &Turn<'_>,
        tenant: i64,
        name: Option<&str>,
        resources: &'a [Resource],
    ) -> Outcome<Self> {
        let policies: i64 = turn
            .db
            .prepare_cached("SELECT count(*) FROM policies WHERE project = ?1")?
            .query_row([tenant], |row| row.get(0))?;
        let named = turn
            .db
            .prepare_cached("SELECT id FROM policies WHERE project = ?1 AND name = ?2")?
            .query_row((tenant, name), |row| row.get(0))
            .optional()?;
        let mut exists = turn.db.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM servers v JOIN tenants t ON t.project_id = v.project_id
                 WHERE v.id = ?1 AND t.no = ?2)",
        )?;
        let mut home = turn.db.prepare_cached(
            "SELECT p.id, p.name FROM policy_servers s JOIN policies p ON p.no = s.policy_no WHERE s.server_id = ?1",
        )?;
        let mut servers = Vec::new();
        // More than these are refused for their number alone.
        for resource in resources.iter().take(rules::MAX_SERVERS_PER_POLICY) {
            let there: bool = exists.query_row((&resource.id, tenant), |row| row.get(0))?;
            let policy = home
                .query_row([&resource.id], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            servers.push((resource.id.as_str(), there, policy));
        }
        Ok(Self {
            policies: usize::try_from(policies).unwrap_or(usize::MAX),
            named,
            servers,
        })
    }

    /// The facts for the checks.
    pub fn facts(&self, running: bool) -> PolicyFacts<'_> {
        PolicyFacts {
            policies: self.policies,
            named: self.named.as_deref(),
            servers: self
                .servers
                .iter()
                .map(|(id, exists, policy)| ServerFact {
                    id,
                    exists: *exists,
                    policy: policy
                        .as_ref()
                        .map(|(id, name)| (id.as_str(), name.as_str())),
                })
                .collect(),
            running,
        }
    }
}

//! What the plan said when the migration was begun: CSBS is empty afterwards, so it is noted before.

use contract::migration::{Plan, PlanText};
use leptos::prelude::*;

use crate::api::use_api;
use crate::session::{recall, remember, use_session};

/// Where the plan of a project is noted in this browser, for the person who is signed in.
#[derive(Clone)]
pub struct Promise {
    key: String,
}

impl Promise {
    /// Of this project.
    pub fn open() -> Self {
        let user = untrack(|| use_session().with(|info| info.user_id.clone()));
        Self {
            key: format!("migration.{user}.{}", use_api().project()),
        }
    }

    /// Notes a plan.
    pub fn note(&self, plan: &Plan) {
        let text = serde_json::to_string(&PlanText::from(plan).promise());
        remember(&self.key, text.ok().as_deref());
    }

    /// The plan that was noted.
    pub fn recall(&self) -> Option<PlanText> {
        serde_json::from_str(&recall(&self.key)?).ok()
    }
}

//! Which service a policy lives in: what each is called, and asking for policies of both.

use contract::model::{Generation, Policy};
use contract::operations::Service;

use crate::api::{Api, ApiError, policies, policies_of_vaults, policy, policy_of_vaults};
use crate::session::use_session;

/// The services of the project, as far as they have policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Services {
    pub csbs: bool,
    pub cbr: bool,
}

/// What the project has.
pub fn use_services() -> Services {
    let session = use_session();
    Services {
        csbs: session.has(Service::Csbs),
        cbr: session.has(Service::Cbr),
    }
}

impl Services {
    /// Whether somebody has to be told which of the two is meant.
    pub fn both(self) -> bool {
        self.csbs && self.cbr
    }

    /// The one for new policies: the newer, where it is there.
    pub fn newest(self) -> Generation {
        if self.cbr {
            Generation::Cbr
        } else {
            Generation::Csbs
        }
    }
}

/// Its short name.
pub fn short_name(generation: Generation) -> &'static str {
    match generation {
        Generation::Csbs => "CSBS",
        Generation::Cbr => "CBR",
    }
}

/// Its name.
pub fn full_name(generation: Generation) -> &'static str {
    match generation {
        Generation::Csbs => "Cloud Server Backup Service (CSBS)",
        Generation::Cbr => "Cloud Backup and Recovery (CBR)",
    }
}

/// Its key in addresses.
pub fn key(generation: Generation) -> &'static str {
    match generation {
        Generation::Csbs => "csbs",
        Generation::Cbr => "cbr",
    }
}

/// The inverse of [`key`].
pub fn from_key(key: &str) -> Option<Generation> {
    [Generation::Csbs, Generation::Cbr]
        .into_iter()
        .find(|generation| self::key(*generation) == key)
}

/// All policies of one service.
pub async fn policies_of(api: Api, generation: Generation) -> Result<Vec<Policy>, ApiError> {
    match generation {
        Generation::Csbs => policies(api).await,
        Generation::Cbr => policies_of_vaults(api).await,
    }
}

/// The policies of every service of the project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listed {
    pub policies: Vec<Policy>,
    /// A service that did not answer beside one that did, and why.
    pub failed: Option<(Generation, ApiError)>,
}

impl Listed {
    /// Asks them; fails only when none answers.
    pub async fn load(api: Api, services: Services) -> Result<Self, ApiError> {
        let mut listed = Self::default();
        let mut answers = 0;
        for (has, generation) in [
            (services.csbs, Generation::Csbs),
            (services.cbr, Generation::Cbr),
        ] {
            if !has {
                continue;
            }
            match policies_of(api, generation).await {
                Ok(policies) => {
                    answers += 1;
                    listed.policies.extend(policies);
                }
                Err(error) => listed.failed = Some((generation, error)),
            }
        }
        match listed.failed {
            Some((_, error)) if answers == 0 => Err(error),
            failed => Ok(Self { failed, ..listed }),
        }
    }
}

/// The policy with an id, whichever service has it; `known` is where it was found before.
pub async fn find(
    api: Api,
    id: &str,
    services: Services,
    known: Option<Generation>,
) -> Result<Policy, ApiError> {
    let first = known.unwrap_or(if services.csbs {
        Generation::Csbs
    } else {
        Generation::Cbr
    });
    let found = match first {
        Generation::Csbs => policy(api, id).await,
        Generation::Cbr => policy_of_vaults(api, id).await,
    };
    match found {
        Err(error) if error.is_missing() && services.both() && known.is_none() => {
            policy_of_vaults(api, id).await
        }
        found => found,
    }
}

/// The region of a project, which its name begins with: `eu-de` of `eu-de_shop`.
pub fn region_of(project_name: &str) -> &str {
    project_name.split('_').next().unwrap_or(project_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_a_service_and_projects_their_region() {
        for generation in [Generation::Csbs, Generation::Cbr] {
            assert_eq!(from_key(key(generation)), Some(generation));
        }
        assert_eq!(from_key("ebs"), None);
        assert_eq!(region_of("eu-de_shop"), "eu-de");
        assert_eq!(region_of("eu-nl"), "eu-nl");
    }
}

//! Terraform → `Document`: the policies among a configuration's resources.
//!
//! Each resource is put into the members of the JSON document and read by the same rules; what is
//! wrong is told with the line and the address in the configuration. In a configuration an argument
//! that is not written has its default: it says more than a document that leaves a member out.

mod resources;
pub(super) mod syntax;
#[cfg(test)]
mod tests;

use core::fmt;

use serde_json::{Map, Value as Json};

use self::syntax::{Argument, Block, Body, Value};
use super::places::Places;
use super::reader::Reader;
use super::{Document, DocumentProblem, PolicyText};

/// Something of a configuration that is no policy and was not read; `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Line, from 1.
    pub line: usize,
    /// What it is, as it is called there.
    pub what: String,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line {}: {} is left out.", self.line, self.what)
    }
}

/// A resource that is being read: its members by their JSON names, each with its line and address.
struct Resource<'a> {
    body: &'a Body,
    line: usize,
    /// `opentelekomcloud_cbr_policy_v3.weekly`.
    address: String,
    /// Where it stands in the document: `policies[0]`.
    place: String,
    members: Map<String, Json>,
}

impl Resource<'_> {
    /// What a block in it is called, or the resource itself.
    fn within(&self, block: &str) -> String {
        match block {
            "" => self.address.clone(),
            block => format!("{}.{block}", self.address),
        }
    }
}

/// A configuration that is being read.
struct Reading {
    reader: Reader,
    /// Places in the document and what they are called in the configuration.
    addresses: Vec<(String, String)>,
    left_out: Vec<LeftOut>,
}

/// Reads a configuration.
pub fn read(text: &str) -> Result<(Document, Vec<LeftOut>), Vec<DocumentProblem>> {
    let body = syntax::parse(text).map_err(|stop| {
        vec![DocumentProblem {
            line: stop.line,
            place: String::new(),
            rule: stop.rule,
            remedy: "The text is read as Terraform; a JSON document begins with {.".to_owned(),
        }]
    })?;
    let mut reading = Reading {
        reader: Reader {
            places: Places::default(),
            problems: Vec::new(),
        },
        addresses: Vec::new(),
        left_out: Vec::new(),
    };
    let mut policies = Vec::new();
    for argument in &body.arguments {
        let rule = format!("`{}` stands in no block", argument.name);
        reading.at(
            argument.line,
            "",
            rule,
            "Policies are resources: resource \"…\" \"…\" { … }.",
        );
    }
    for block in &body.blocks {
        let place = format!("policies[{}]", policies.len());
        policies.extend(reading.block(block, &place).map(|policy| (policy, place)));
    }
    let none = policies.is_empty() && reading.reader.problems.is_empty();
    if none {
        let remedy = "The resources are opentelekomcloud_csbs_backup_policy_v1 and opentelekomcloud_cbr_policy_v3.";
        reading.at(1, "", "there is no policy in this configuration", remedy);
    }
    reading.reader.across(&policies);
    let mut problems = reading.problems();
    problems.sort_by_key(|problem| problem.line);
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut policies: Vec<PolicyText> = policies.into_iter().map(|(policy, _)| policy).collect();
    policies.sort_by(PolicyText::order);
    reading.left_out.sort_by_key(|left| left.line);
    Ok((Document { policies }, reading.left_out))
}

impl Reading {
    /// Notes a problem at an address of the configuration.
    fn at(&mut self, line: usize, address: &str, rule: impl Into<String>, remedy: &str) {
        self.reader.problems.push(DocumentProblem {
            line,
            place: address.to_owned(),
            rule: rule.into(),
            remedy: remedy.to_owned(),
        });
    }

    fn leave_out(&mut self, line: usize, what: impl Into<String>) {
        let what = what.into();
        self.left_out.push(LeftOut { line, what });
    }

    /// What was found, each with the name that its place has in the configuration.
    fn problems(&mut self) -> Vec<DocumentProblem> {
        let mut problems = core::mem::take(&mut self.reader.problems);
        for problem in &mut problems {
            let within = |(place, _): &&(String, String)| {
                let rest = problem.place.strip_prefix(place.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            };
            let nearest = self.addresses.iter().filter(within);
            if let Some((_, address)) = nearest.max_by_key(|(place, _)| place.len()) {
                problem.place.clone_from(address);
            }
        }
        problems
    }

    /// A block at the top; a policy when it is one.
    fn block(&mut self, block: &Block, place: &str) -> Option<PolicyText> {
        let labels = block.labels.join(".");
        match (block.kind.as_str(), block.labels.as_slice()) {
            // How the provider is reached is nobody's policy.
            ("terraform" | "provider", _) => None,
            ("resource", [kind, _]) => {
                let resource = Resource {
                    body: &block.body,
                    line: block.line,
                    address: labels.clone(),
                    place: place.to_owned(),
                    members: Map::new(),
                };
                match kind.as_str() {
                    "opentelekomcloud_csbs_backup_policy_v1" => self.of_servers(resource),
                    "opentelekomcloud_cbr_policy_v3" => self.of_vaults(resource),
                    _ => {
                        self.leave_out(block.line, format!("resource {labels}"));
                        None
                    }
                }
            }
            ("resource", _) => {
                let remedy = "Write resource \"type\" \"name\" { … }.";
                self.at(
                    block.line,
                    &labels,
                    "a resource has a type and a name",
                    remedy,
                );
                None
            }
            (kind, []) => {
                self.leave_out(block.line, format!("block {kind}"));
                None
            }
            (kind, _) => {
                self.leave_out(block.line, format!("{kind} {labels}"));
                None
            }
        }
    }

    /// The value of an argument; nothing for `null` and for what is not known here.
    fn known(&mut self, argument: &Argument, address: &str) -> Option<Json> {
        self.json(&argument.value, argument.line, address)
    }

    fn json(&mut self, value: &Value, line: usize, address: &str) -> Option<Json> {
        Some(match value {
            Value::Text(text) => Json::String(text.clone()),
            Value::Number(text) => match text.parse::<i64>() {
                Ok(number) => number.into(),
                Err(_) => Json::String(text.clone()),
            },
            Value::Flag(flag) => (*flag).into(),
            Value::Null => return None,
            Value::List(list) => Json::Array(
                list.iter()
                    .map(|(line, value)| self.json(value, *line, address))
                    .collect::<Option<_>>()?,
            ),
            Value::Map(pairs) => Json::Object(
                pairs
                    .iter()
                    .map(|(line, key, value)| {
                        Some((key.clone(), self.json(value, *line, address)?))
                    })
                    .collect::<Option<_>>()?,
            ),
            Value::Computed(text) => {
                let rule = format!("{text} is worked out by Terraform and not known here");
                self.at(line, address, rule, "Write the value itself.");
                return None;
            }
        })
    }

    /// Notes the line of a member and what it is called in the configuration.
    fn note(&mut self, place: &str, line: usize, address: &str) {
        self.reader.places.note(place, line);
        self.addresses.push((place.to_owned(), address.to_owned()));
    }
}

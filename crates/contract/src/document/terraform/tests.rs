//! Configurations as people write them, their problems, and that an export read back changes nothing.

use proptest::prelude::*;

use crate::document::plan::{Missing, plan};
use crate::document::plan_tests::{anything, sentences, world};
use crate::document::vault_tests::of_vaults;
use crate::document::{Document, Form, import};
use crate::model::{Policy, Tag};
use crate::terraform;

fn read(text: &str) -> Document {
    let read = import(text).unwrap_or_else(|problems| panic!("{problems:?}"));
    assert_eq!(read.form, Form::Terraform);
    read.document
}

fn problems(text: &str) -> Vec<String> {
    let problems = import(text).expect_err("problems");
    problems.iter().map(ToString::to_string).collect()
}

const BY_HAND: &str = r#"# What we keep
terraform {
  required_version = ">= 1.5"
}

resource "opentelekomcloud_csbs_backup_policy_v1" "shop" {
  depends_on = [opentelekomcloud_compute_instance_v2.web]

  scheduled_operation {
    trigger_pattern = <<-EOT
      BEGIN:VCALENDAR
      BEGIN:VEVENT
      RRULE:FREQ=DAILY;BYHOUR=2;BYMINUTE=30
      END:VEVENT
      END:VCALENDAR
    EOT
    retention_duration_days = "30" // as text
    max_backups             = 14
    operation_type          = "backup"
  }
  tags {
    value = "prod"
    key   = "env"
  }
  tags { "team" = "" }
  resource {
    name = "web01"
    id   = "5aa1"
    type = "OS::Nova::Server"
  }
  name = "shop" /* the last
    of them */
}

resource "opentelekomcloud_compute_instance_v2" "web" {
  name = "web-${count.index}"
  user_data = templatefile("x.tpl", { a = [1, 2] })
}

resource opentelekomcloud_cbr_policy_v3 weekly {
  trigger_pattern = ["FREQ=WEEKLY;BYDAY=SU;BYHOUR=4;BYMINUTE=00", "freq=daily;byhour=12;byminute=0"]
  operation_type  = "backup"
  name            = "weekly"
  enabled         = "false"
  operation_definition {
    max_backups = 10
    day_backups = 1
    timezone    = "UTC+03:00"
  }
  lifecycle { prevent_destroy = true }
}
"#;

#[test]
fn what_people_write_by_hand_is_read_and_what_is_no_policy_is_named() {
    let read = import(BY_HAND).unwrap_or_else(|problems| panic!("{problems:?}"));
    assert_eq!(
        read.document.to_json(),
        r#"{
  "format": "backup-policies",
  "version": 2,
  "policies": [
    {
      "name": "shop",
      "description": "",
      "enabled": true,
      "schedule": "FREQ=DAILY;BYHOUR=2;BYMINUTE=30",
      "retention": {
        "backups": 14,
        "days": 30
      },
      "servers": [
        {
          "name": "web01",
          "id": "5aa1"
        }
      ],
      "tags": {
        "env": "prod",
        "team": ""
      }
    },
    {
      "name": "weekly",
      "service": "cbr",
      "enabled": false,
      "makes": "backups",
      "schedule": [
        "FREQ=DAILY;BYHOUR=12;BYMINUTE=0",
        "FREQ=WEEKLY;BYDAY=SU;BYHOUR=4;BYMINUTE=0"
      ],
      "retention": {
        "backups": 10,
        "long_term": {
          "days": 1,
          "weeks": 0,
          "months": 0,
          "years": 0,
          "timezone": "UTC+03:00"
        }
      }
    }
  ]
}
"#
    );
    let left: Vec<String> = read.left_out.iter().map(ToString::to_string).collect();
    assert_eq!(
        left,
        [
            "Line 7: opentelekomcloud_csbs_backup_policy_v1.shop.depends_on is left out.",
            "Line 35: resource opentelekomcloud_compute_instance_v2.web is left out.",
            "Line 50: opentelekomcloud_cbr_policy_v3.weekly.lifecycle is left out.",
        ]
    );
}

#[test]
fn what_terraform_works_out_is_refused_with_its_line_and_a_way_out() {
    let text = r#"variable "name" {}
resource "opentelekomcloud_cbr_policy_v3" "a" {
  name            = var.name
  operation_type  = "backup"
  trigger_pattern = ["FREQ=DAILY;BYHOUR=${local.hour};BYMINUTE=0"]
  count           = 2
  operation_definition {
    max_backups = max(1, 2)
    timezone    = "UTC+00:00"
  }
}
"#;
    let at = "opentelekomcloud_cbr_policy_v3.a";
    assert_eq!(
        problems(text),
        [
            format!(
                "Line 3, {at}.name: var.name is worked out by Terraform and not known here. Write the value itself."
            ),
            format!(
                "Line 5, {at}.trigger_pattern: \"FREQ=DAILY;BYHOUR=${{local.hour}};BYMINUT… is worked out by Terraform and not known here. Write the value itself."
            ),
            format!(
                "Line 6, {at}.count: `count` makes several policies of one. Write each policy by itself."
            ),
            format!(
                "Line 8, {at}.operation_definition.max_backups: max(1, 2) is worked out by Terraform and not known here. Write the value itself."
            ),
        ]
    );
}

#[test]
fn every_problem_has_its_line_and_its_address() {
    let text = r#"resource "opentelekomcloud_csbs_backup_policy_v1" "x" {
  name  = "night ly"
  nmae  = "x"
  resource {
    id   = "1"
    type = "OS::Cinder::Volume"
  }
  resource {
    id = "1"
  }
  scheduled_operation {
    max_backups = 100000
    retention_duration_days = "soon"
  }
}
resource "opentelekomcloud_cbr_policy_v3" "y" {
  name            = "y"
  trigger_pattern = "FREQ=DAILY;BYHOUR=2;BYMINUTE=0"
  operation_type  = "archive"
  operation_definition {
    max_backups             = 3
    retention_duration_days = 3
  }
}
"#;
    let (x, y) = (
        "opentelekomcloud_csbs_backup_policy_v1.x",
        "opentelekomcloud_cbr_policy_v3.y",
    );
    assert_eq!(
        problems(text),
        [
            format!(
                "Line 1, {x}.scheduled_operation: trigger_pattern is missing. It says when the policy runs, such as \"FREQ=DAILY;BYHOUR=2;BYMINUTE=0\"."
            ),
            format!("Line 2, {x}.name: ` ` is not allowed; use letters, digits, `_` and `-`."),
            format!(
                "Line 3, {x}.nmae: there is no argument `nmae` here. The arguments are name, description, provider_id, tags."
            ),
            format!(
                "Line 4, {x}.resource: server `1` is in `night ly` already; a server is in one policy at most. Remove it from one of the two."
            ),
            format!(
                "Line 6, {x}.resource.type: only servers can be in a policy. Write \"OS::Nova::Server\"."
            ),
            format!("Line 8, {x}.resource: this server is there twice. Remove one of the two."),
            format!(
                "Line 12, {x}.scheduled_operation.max_backups: 100000 is outside the range from -1 to 99999."
            ),
            format!(
                "Line 13, {x}.scheduled_operation.retention_duration_days: \"soon\" is no whole number. Write digits, without quotes."
            ),
            format!(
                "Line 19, {y}.operation_type: `archive` is nothing a policy does. Write \"backup\" or \"replication\"."
            ),
            format!(
                "Line 22, {y}.operation_definition.retention_duration_days: a number of backups and an age exclude each other in this service. Keep one of the two."
            ),
        ]
    );
    assert_eq!(
        problems("hello"),
        [
            "Line 1: neither = nor { follows after `hello`. The text is read as Terraform; a JSON document begins with {."
        ]
    );
    assert_eq!(
        problems("# nothing\n"),
        [
            "Line 1: there is no policy in this configuration. The resources are opentelekomcloud_csbs_backup_policy_v1 and opentelekomcloud_cbr_policy_v3."
        ]
    );
}

#[test]
fn copies_are_imported_where_they_are_and_not_made_without_a_destination() {
    let text = r#"resource "opentelekomcloud_cbr_policy_v3" "far" {
  name            = "far"
  operation_type  = "replication"
  trigger_pattern = ["FREQ=DAILY;BYHOUR=2;BYMINUTE=0"]
}
"#;
    let empty = world(Vec::new());
    let made = plan(&read(text), &empty, Missing::Keep);
    let against: Vec<String> = made
        .judge(&empty, &[true])
        .concat()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        against,
        [
            "Where the copies go is not said, and Terraform has no argument for it; write the policy as JSON with its \"destination\"."
        ]
    );
}

/// Texts that would end a literal, or begin something in it.
fn hostile() -> impl Strategy<Value = String> {
    "(\\$\\{|%\\{|\\$\\$|%%|\"|\\\\|\n|\r|\t|\u{7}|#|/\\*|EOT|}|é|😀|[a-z ]){0,12}"
}

fn exported() -> impl Strategy<Value = Vec<Policy>> {
    let texts = prop::collection::vec((hostile(), hostile(), "[A-Za-z0-9_-]{0,5}"), 6);
    (anything(), of_vaults(), texts).prop_map(|(of_servers, of_vaults, texts)| {
        let mut policies: Vec<Policy> = of_servers.into_iter().chain(of_vaults).collect();
        for (policy, (description, name, tag)) in policies.iter_mut().zip(texts.iter().cycle()) {
            if policy.generation.capabilities().described_policies {
                policy.description.clone_from(description);
                policy.tags = vec![Tag {
                    key: "k".to_owned(),
                    value: tag.clone(),
                }];
                for server in &mut policy.servers {
                    server.name.clone_from(name);
                }
            }
        }
        policies
    })
}

proptest! {
    #[test]
    fn an_export_that_is_read_back_changes_nothing(policies in exported()) {
        prop_assume!(!policies.is_empty());
        let text = terraform::policies(&policies);
        let read = import(&text);
        prop_assert!(read.is_ok(), "{read:?} of {text}");
        let document = read.expect("a document").document;
        prop_assert_eq!(document.policies.len(), policies.len());
        let there = world(policies);
        let plan = plan(&document, &there, Missing::Delete);
        prop_assert_eq!(sentences(&plan), Vec::<String>::new(), "{}", text);
    }

    #[test]
    fn any_configuration_has_policies_or_problems_on_its_lines(cut in 0..BY_HAND.len(), put in hostile()) {
        let mut text = BY_HAND.to_owned();
        let at = (0..=cut).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.insert_str(at, &put);
        if let Err(problems) = import(&text) {
            let lines = text.split('\n').count();
            prop_assert!(!problems.is_empty());
            prop_assert!(problems.iter().all(|problem| (1..=lines).contains(&problem.line)), "{problems:?}");
        }
    }
}

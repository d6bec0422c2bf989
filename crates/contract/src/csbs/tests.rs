//! The wire types against the documents' examples and their known slips.

use super::backups::*;
use super::policies::*;
use crate::model::{self, Limits, Retention};
use serde_json::{Value, json};

fn documented_policy() -> Value {
    json!({"policy": {"id": "17e2b861-3a35-434d-afbb-073d5cd5af08", "name": "nightly", "description": "", "status": "suspended",
      "project_id": "0605767a1b80d5ee2fb4c00950e4ae11", "provider_id": "fc4d5750-22e7-4798-8a46-f48f62c4c1da",
      "created_at": "2026-03-14T09:26:53.589793", "parameters": {"common": {}}, "tags": [],
      "resources": [{"id": "5aa119a8-d25b-45a7-8d1b-88e127885635", "type": "OS::Nova::Server", "name": "web01", "extra_info": {}}],
      "scheduled_operations": [{"id": "fed3c8f1-7b6e-4e24-b1ad-473838bad569", "name": "default", "description": "", "enabled": true,
        "operation_type": "backup", "trigger_id": "8178846b-766d-4fe6-941f-b38c76b6f3b9",
        "operation_definition": {"max_backups": "14", "retention_duration_days": "-1", "permanent": "False",
          "plan_id": "17e2b861-3a35-434d-afbb-073d5cd5af08", "provider_id": "fc4d5750-22e7-4798-8a46-f48f62c4c1da"},
        "trigger": {"id": "8178846b-766d-4fe6-941f-b38c76b6f3b9", "name": "default", "type": "time",
          "properties": {"pattern": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "start_time": "2026-03-14 09:26:54", "format": "ical"}}}]}})
}

#[test]
fn the_documented_policy_comes_back_as_it_was_written() {
    let answer: PolicyAnswer = serde_json::from_value(documented_policy()).unwrap();
    assert_eq!(serde_json::to_value(&answer).unwrap(), documented_policy());
}

#[test]
fn numbers_flags_and_text_read_alike_in_a_definition() {
    for definition in [
        json!({"max_backups": "14", "retention_duration_days": "-1", "permanent": "False"}),
        json!({"max_backups": 14, "retention_duration_days": -1, "permanent": false}),
        json!({"max_backups": 14.0, "permanent": "false"}),
    ] {
        let answer: DefinitionAnswer = serde_json::from_value(definition).unwrap();
        let limits = Limits {
            count: Some(14),
            ..Limits::default()
        };
        assert_eq!(answer.retention(), Retention::Limited(limits));
    }
}

#[test]
fn permanent_wins_and_no_limit_means_for_ever() {
    for definition in [
        json!({"permanent": "True", "max_backups": "3"}),
        json!({"max_backups": "-1", "retention_duration_days": "-1"}),
        json!({}),
    ] {
        let answer: DefinitionAnswer = serde_json::from_value(definition).unwrap();
        assert_eq!(answer.retention(), Retention::Forever);
    }
}

#[test]
fn a_retention_survives_being_written_and_read() {
    let retentions = [
        Retention::Forever,
        Retention::Limited(Limits {
            count: Some(0),
            days: None,
            long_term: None,
        }),
        Retention::Limited(Limits {
            count: Some(14),
            days: Some(30),
            long_term: Some(model::LongTerm {
                week: 4,
                year: 1,
                timezone: "UTC+01:00".to_owned(),
                ..Default::default()
            }),
        }),
    ];
    for retention in retentions {
        let request = Definition::from_retention(&retention);
        request.check().unwrap();
        let mut answer = DefinitionAnswer::default();
        request.merge_into(&mut answer);
        let text = serde_json::to_string(&answer).unwrap();
        let read: DefinitionAnswer = serde_json::from_str(&text).unwrap();
        assert_eq!(read.retention(), retention, "{text}");
    }
}

#[test]
fn a_request_outside_the_rules_names_the_rule() {
    let problem = |value: Value| {
        serde_json::from_value::<Definition>(value)
            .unwrap_err()
            .to_string()
    };
    assert!(
        problem(json!({"max_backups": 100_000})).contains("outside the range from -1 to 99999")
    );
    assert!(problem(json!({"max_backups": 1.5})).contains("not a whole number"));
    assert!(problem(json!({"permanent": "perhaps"})).contains("neither true nor false"));
    let zone = Definition {
        day_backups: Some(1),
        ..Definition::default()
    };
    assert!(zone.check().unwrap_err().contains("timezone"));
}

fn full_item() -> Value {
    let disk = json!({"id": "d", "name": "disk", "status": "available", "bootable": true, "incremental": false, "image_type": "backup",
        "size": 100, "source_volume_id": "v", "source_volume_name": "root", "source_volume_size": 40, "snapshot_id": "s",
        "average_speed": 30, "space_saving_ratio": 2});
    json!({"id": "b", "checkpoint_id": "c", "name": "n", "description": "", "status": "available",
        "created_at": "2026-03-14T09:26:53.589793", "updated_at": "2026-03-14T09:26:54.000001",
        "resource_id": "srv", "resource_type": "OS::Nova::Server", "tags": [{"key": "env", "value": "test"}],
        "extend_info": {"auto_trigger": true, "average_speed": 30000, "copy_from": "", "copy_status": "na", "fail_code": {},
            "fail_op": "", "fail_reason": "", "image_type": "backup", "incremental": false, "progress": 100,
            "resource_az": "eu-de-01", "resource_name": "web-01", "resource_type": "OS::Nova::Server", "size": 100,
            "space_saving_ratio": 2, "finished_at": "2026-03-14T09:36:53.000000", "supported_restore_mode": "backup",
            "os_images_data": [{"image_id": "i"}], "support_lld": true, "taskid": "t", "hypervisor_type": "QEMU",
            "volume_backups": [disk]},
        "backup_data": {"__openstack_region_name": "eu-de", "cloudservicetype": "server", "disk": 40, "imagetype": "gold",
            "ram": 4096, "vcpus": 2, "eip": "", "private_ip": "192.168.0.20"}})
}

#[test]
fn a_full_backup_comes_back_as_it_was_written() {
    let item: CheckpointItem = serde_json::from_value(full_item()).unwrap();
    assert_eq!(serde_json::to_value(&item).unwrap(), full_item());
}

/// Every path to a member of a JSON value.
fn paths(value: &Value, at: &str, out: &mut Vec<String>) {
    let mut push = |key: &str, child: &Value| {
        let path = format!("{at}/{key}");
        paths(child, &path, out);
        out.push(path);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, child)| push(key, child)),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .for_each(|(i, child)| push(&i.to_string(), child)),
        _ => {}
    }
}

#[test]
fn any_one_member_may_be_null_missing_or_of_a_wrong_type() {
    let mut all = Vec::new();
    paths(&full_item(), "", &mut all);
    assert!(all.len() > 50);
    for path in all {
        for wrong in [
            json!(null),
            json!("x"),
            json!(7),
            json!(1e300),
            json!([[]]),
            json!({"a": {}}),
            json!(true),
        ] {
            let mut item = full_item();
            *item.pointer_mut(&path).unwrap() = wrong.clone();
            let list = json!({"checkpoint_items": [item]});
            let read: CheckpointItemsAnswer =
                serde_json::from_value(list).unwrap_or_else(|e| panic!("{path} = {wrong}: {e}"));
            let backup = model::Backup::from(read.checkpoint_items.into_iter().next().unwrap());
            if path != "/id" {
                assert_eq!(backup.id, "b", "{path} = {wrong}");
            }
        }
    }
}

#[test]
fn the_documents_own_spellings_are_read() {
    let mut item = full_item();
    item["backup_data"] = json!({"_openstack_region_name": "eu-nl"});
    item["extend_info"] = json!({"support_llid": true, "fail_code": {"Code": 6023, "Description": "why"}, "fail_op": "restore"});
    let item: CheckpointItem = serde_json::from_value(item).unwrap();
    assert_eq!(item.extend_info.support_lld, Some(true));
    let backup = model::Backup::from(item);
    assert_eq!(backup.server.region, "eu-nl");
    let failure = backup.failure.unwrap();
    assert_eq!(
        (failure.code.as_str(), failure.reason.as_str()),
        ("6023", "why")
    );
}

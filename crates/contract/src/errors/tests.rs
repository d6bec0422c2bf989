//! The tables are complete against the documents' own lists, which are written out here.

use super::*;

/// Every code of CSBS with its status (errors.md sections 1 and 3).
const CSBS: &str = "\
    0001:400 0002:400 1001:500 1002:500 2001:500 2003:400 2004:400 3000:404 3001:404 4000:400 \
    5001:500 6000:400 6001:400 6003:400 6004:400 6005:400 6006:400 6007:400 6010:400 6013:400 \
    6014:400 6015:400 6016:400 6017:400 6018:400 6019:500 6020:400 6021:400 6023:500 6024:400 \
    6025:400 6027:400 6030:500 6031:400 6032:500 6033:400 6040:404 6061:400 7000:400 7001:404 \
    8001:500 8007:400 8008:500 8009:500 9001:400 9006:400 9007:400 9008:400 9009:400 9009:403 \
    9998:500 9999:500";

/// Every code of CBR with its status (errors.md section 2).
const BACKUP_SERVICE: &str = "\
    0001:400 0002:500 1001:500 1002:500 1003:500 1004:500 1005:500 1006:500 1007:500 1008:500 \
    1009:500 1011:400 1012:400 1013:500 2001:400 2002:400 2003:400 2004:400 2005:400 2006:400 \
    2007:400 2008:400 2009:400 2010:400 2011:400 2012:400 2013:400 2014:400 2015:400 4001:404 \
    4004:500 4005:500 4006:500 4007:500 6000:404 6001:400 6002:404 6003:400 6100:400 6101:400 \
    6102:400 6103:400 6104:400 6105:404 6106:400 6107:400 6108:400 6109:400 6110:400 6111:400 \
    6112:400 6113:400 6114:400 6115:400 6116:400 6117:400 6118:400 6119:400 6120:400 6121:400 \
    6122:400 6123:400 6124:400 6125:400 6126:400 6127:400 6128:400 6129:400 6130:400 6131:400 \
    6132:500 6133:400 6134:400 6135:400 6136:400 6137:500 6138:500 6139:500 6140:400 6141:400 \
    6142:400 6200:404 6201:400 6202:400 6203:400 6204:400 6206:400 6207:500 6208:500 6209:500 \
    6210:500 6211:500 6212:500 6213:500 6214:500 6215:400 6216:400 6217:404 6300:400 6301:400 \
    6302:404 6400:400 6401:400 6402:404 6403:400 6404:400 6405:400 6406:400 6407:400 6408:400 \
    6500:404 6501:404 6600:400 6601:404 6700:400 6701:400 6702:400 6703:400 6704:400 6705:404 \
    6706:400 6707:400 6708:400 6709:400 6710:400 6711:400 6712:400 6713:400 6714:400 7000:404 \
    7001:400 7002:400 7003:400 7004:400 7006:400 7007:400 7008:400 7009:500 7100:404 7101:400 \
    7102:400 7103:400 7104:400 7105:400 7106:400 7107:400 7108:400 7109:400 7110:400 7111:400 \
    7113:400 7114:400 7115:400 7116:400 7117:400 7200:400 7201:400 7202:404 7203:400 7204:400 \
    7300:400 7301:400 7302:400 7303:400 7500:404 7501:400 7502:400 7503:400 7504:400 7505:400 \
    7506:400 7507:400 7508:400 7509:400 7510:400 7511:400 8300:400 8400:500 8600:403 9900:400 \
    9910:500 9998:500";

/// The image codes a console can meet (errors.md section 4), and those of an image of a server's
/// system disk (the table that section names as its source).
const IMAGES: [u16; 26] = [
    2, 3, 4, 5, 9, 12, 13, 19, 20, 29, 32, 63, 119, 126, 127, 132, 133, 134, 136, 153, 165, 180,
    190, 193, 195, 198,
];

fn listed(list: &str) -> Vec<(u16, u16)> {
    list.split_whitespace()
        .map(|entry| {
            let (code, status) = entry.split_once(':').unwrap();
            (code.parse().unwrap(), status.parse().unwrap())
        })
        .collect()
}

fn rows(table: &[ErrorText]) -> Vec<(u16, u16)> {
    table.iter().map(|row| (row.number, row.status)).collect()
}

#[test]
fn every_documented_code_has_its_row_and_no_other_code_has_one() {
    assert_eq!(rows(csbs::TABLE), listed(CSBS));
    assert_eq!(
        csbs::TABLE.len(),
        52,
        "50 rows of the reference and two of the tag pages"
    );
    assert_eq!(rows(backup_service::TABLE), listed(BACKUP_SERVICE));
    assert_eq!(backup_service::TABLE.len(), 182);
    assert_eq!(rows(csbs::FROM_CBR), [(4008, 400), (6220, 400)]);
    assert_eq!(
        rows(image::TABLE)
            .iter()
            .map(|(n, _)| *n)
            .collect::<Vec<_>>(),
        IMAGES
    );
}

#[test]
fn every_code_is_found_by_its_text() {
    for (number, status) in listed(CSBS) {
        let text = lookup(&format!("CSBS.{number:04}"), status).unwrap();
        assert_eq!((text.number(), text.status), (number, status));
    }
    for (number, status) in listed(BACKUP_SERVICE) {
        let code = format!("BackupService.{number:04}");
        assert_eq!(
            lookup(&code, status),
            None,
            "{code} is not carried by every bundle"
        );
        let text = lookup_all(&code, status).unwrap();
        assert_eq!((text.number(), text.status), (number, status));
    }
    for code in [
        "BackupService.4008",
        "BackupService.6220",
        "APIGW.0301",
        "APIG.0301",
        "Gateway.0019",
    ] {
        assert!(lookup(code, 0).is_some(), "{code}");
        assert_eq!(lookup(code, 0), lookup_all(code, 0));
    }
}

#[test]
fn a_code_nobody_has_heard_of_has_no_text() {
    for code in [
        "",
        "CSBS",
        "CSBS.",
        "CSBS.42",
        "CSBS.12345",
        "CSBS.+001",
        "CSBS.0003",
        "Ecs.0114",
        "csbs.6013",
        "CSBS.é001",
        "BackupService.9999",
    ] {
        assert_eq!(lookup_all(code, 400), None, "{code}");
    }
}

#[test]
fn the_status_tells_the_two_meanings_of_9009_apart() {
    let capacity = lookup("CSBS.9009", 400).unwrap();
    let verification = lookup("CSBS.9009", 403).unwrap();
    assert!(capacity.meaning.contains("capacity") && verification.meaning.contains("verified"));
    assert_eq!(
        lookup("CSBS.9009", 200),
        Some(capacity),
        "inside an answer of 200"
    );
}

#[test]
fn texts_are_sentences_of_their_own_and_never_markup() {
    let tables = [
        csbs::TABLE,
        csbs::FROM_CBR,
        api_gateway::TABLE,
        gateway::TABLE,
        image::TABLE,
        backup_service::TABLE,
    ];
    for table in tables {
        for (at, row) in table.iter().enumerate() {
            for text in [row.meaning, row.remedy] {
                assert!(
                    text.ends_with('.') && text.len() > 10,
                    "{}: {text}",
                    row.number
                );
                assert!(
                    text.starts_with(char::is_uppercase),
                    "{}: {text}",
                    row.number
                );
                assert!(!text.contains(['<', '>']), "{}: {text}", row.number);
            }
            let twins: Vec<u16> = table[..at]
                .iter()
                .filter(|r| r.meaning == row.meaning)
                .map(|r| r.number)
                .collect();
            // The only two pairs the documents give one text to, among those we word alike.
            let documented: &[u16] = match row.number {
                6211 => &[6210],
                7303 => &[6133],
                _ => &[],
            };
            assert_eq!(twins, documented, "{}: {}", row.number, row.meaning);
        }
    }
}

#[test]
fn only_what_is_safe_to_repeat_is_repeated_without_asking() {
    let of = |table: &[ErrorText]| -> Vec<u16> {
        table
            .iter()
            .filter(|r| r.retryable)
            .map(|r| r.number)
            .collect()
    };
    assert_eq!(of(csbs::TABLE), [9998, 9999]);
    assert_eq!(of(backup_service::TABLE), [9910]);
    assert_eq!(of(api_gateway::TABLE), [308, 500]);
    let always_refused = csbs::TABLE
        .iter()
        .filter(|r| r.status == 500 && !r.retryable)
        .count();
    assert_eq!(
        always_refused, 11,
        "most answers of status 500 mean: not now"
    );
}

/// Whatever a restore is refused with has a text, with the documented status.
#[test]
fn every_refusal_of_a_restore_is_in_the_catalogue() {
    for code in crate::restore::RestoreRefusal::CODES {
        assert!(lookup(code, 0).is_some(), "{code}");
    }
}

/// Whatever an operation can answer with has a text.
#[test]
fn every_code_an_operation_documents_is_in_the_catalogue() {
    for operation in crate::operations::ALL {
        for code in operation.codes {
            let families = ["CSBS.", "BackupService.", "IMG."];
            let ours = families.iter().any(|family| code.starts_with(family));
            assert!(
                !ours || lookup_all(code, 0).is_some(),
                "{}: {code}",
                operation.id
            );
        }
    }
}

#[test]
fn every_action_has_a_label_of_its_own() {
    let all = [
        Action::Retry,
        Action::Reload,
        Action::SignIn,
        Action::OpenBackups,
        Action::OpenPolicies,
        Action::OpenServers,
        Action::OpenTasks,
        Action::OpenQuotas,
        Action::OpenVaults,
        Action::DeleteImage,
        Action::Correct,
        Action::AskOperator,
    ];
    let mut labels: Vec<&str> = all.iter().map(|action| action.label()).collect();
    labels.sort_unstable();
    labels.dedup();
    assert_eq!(labels.len(), all.len());
}

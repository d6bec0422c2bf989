//! What the service's capability checks say, in words (csbs-v1 4.2, 4.3).

use contract::csbs::backups::CheckResult;
use contract::errors::lookup;

/// Why the service would not back a server up; a server that belongs to a policy (6004) can be
/// backed up by hand all the same.
pub fn backup_refusal(result: &CheckResult) -> Option<String> {
    refusal(result).filter(|_| result.error_code != "CSBS.6004")
}

/// Why a check failed: our text for the code, else the service's words; always with the code.
pub fn refusal(result: &CheckResult) -> Option<String> {
    if result.result != Some(false) {
        return None;
    }
    let known =
        lookup(&result.error_code, 0).map(|text| format!("{} {}", text.meaning, text.remedy));
    let said = known.unwrap_or_else(|| result.error_msg.clone());
    Some(match (said.as_str(), result.error_code.as_str()) {
        ("", "") => "The service gives no reason.".to_owned(),
        (_, "") => said,
        (_, code) => format!("{said} ({code})"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(code: &str, words: &str) -> CheckResult {
        CheckResult {
            result: Some(false),
            error_code: code.into(),
            error_msg: words.into(),
            ..CheckResult::default()
        }
    }

    #[test]
    fn a_known_code_has_our_text_and_an_unknown_one_the_services() {
        let text = refusal(&failed("CSBS.6007", "raw")).expect("refused");
        assert!(
            text.ends_with("(CSBS.6007)") && !text.contains("raw"),
            "{text}"
        );
        assert_eq!(
            refusal(&failed("CSBS.0815", "raw words")).as_deref(),
            Some("raw words (CSBS.0815)")
        );
        assert!(refusal(&failed("", "")).is_some());
        assert_eq!(refusal(&CheckResult::default()), None);
    }

    #[test]
    fn belonging_to_a_policy_keeps_nobody_from_backing_up_by_hand() {
        assert_eq!(backup_refusal(&failed("CSBS.6004", "")), None);
        assert!(backup_refusal(&failed("CSBS.6005", "")).is_some());
    }
}

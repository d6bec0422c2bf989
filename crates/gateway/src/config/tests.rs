//! `check-config` by its messages: the line and the way out.

use super::*;

const GOOD: &str = r#"
public_url = "https://backups.example.org"

[session]
idle_minutes = 30
hours = 8

[[cloud]]
id = "otc"
name = "Open Telekom Cloud"
auth_url = "https://iam.eu-de.otc.t-systems.com/v3"
region = "eu-de"

[cloud.endpoints]
csbs = "https://csbs.eu-de.otc.t-systems.com/v1/{project_id}"
"#;

fn problem(text: &str) -> String {
    Config::parse(text).unwrap_err().to_string()
}

#[test]
fn a_good_file_is_read() {
    let config = Config::parse(GOOD).unwrap();
    assert_eq!(config.public_host.as_deref(), Some("backups.example.org"));
    assert_eq!(config.limits.session_idle, Duration::from_secs(1800));
    assert_eq!(config.clouds[0].label, "Open Telekom Cloud");
    assert!(config.clouds[0].endpoints.contains_key("csbs"));
}

#[test]
fn a_cloud_offers_both_ways_of_signing_in_unless_one_is_left_out() {
    let ways = |line: &str| {
        Config::parse(&GOOD.replace("region =", line))
            .unwrap()
            .clouds[0]
            .ways
    };
    assert_eq!(ways("region ="), Ways::default());
    let only = ways("sign_in = [\"access-key\"]\nregion =");
    assert!(only.access_key && !only.password);
    let only = ways("sign_in = [\"password\"]\nregion =");
    assert!(only.password && !only.access_key);
}

#[test]
fn the_documented_examples_are_good_files() {
    for page in [
        include_str!("../../../../docs/connecting.md"),
        include_str!("../../../../README.md"),
    ] {
        let example = page
            .split("```toml\n")
            .nth(1)
            .unwrap()
            .split("```")
            .next()
            .unwrap();
        Config::parse(example).unwrap();
    }
}

#[test]
fn l05_problems_name_the_line_and_the_way_out() {
    for (bad, line, words) in [
        ("colour = 1", 1, "unknown field `colour`"),
        (
            "[[cloud]]\nid = \"a\"\nauth_ulr = \"https://a.example/v3\"",
            3,
            "docs/connecting.md",
        ),
        (
            "[[cloud]]\nid = \"a\"\nauth_url = \"http://a.example/v3\"",
            3,
            "https://",
        ),
        (
            "[[cloud]]\nid = \"a\"\nauth_url = \"https://u:canary@a.example/v3\"",
            3,
            "user name or password",
        ),
        (
            "[[cloud]]\nid = \"a\"\nauth_url = \"https://a.example\"",
            3,
            "must end in /v3",
        ),
        (
            "[[cloud]]\nid = \"A b\"\nauth_url = \"https://a.example/v3\"",
            2,
            "lower-case",
        ),
        (
            "[[cloud]]\nid = \"sandbox\"\nauth_url = \"https://a.example/v3\"",
            2,
            "choose another",
        ),
        (
            "[[cloud]]\nid = \"a\"\nauth_url = \"https://a.example/v3\"\npassword = \"canary\"",
            4,
            "looks like a secret",
        ),
        (
            "[[cloud]]\nid = \"a\"\nauth_url = \"https://a.example/v3\"\n[cloud.endpoints]\nbackup = \"https://b.example\"",
            5,
            "known are csbs",
        ),
        (
            "[[cloud]]\nid = \"a\"\nauth_url = \"https://a.example/v3\"\nsign_in = [\"passwrod\"]",
            4,
            "\"access-key\"",
        ),
        (
            "[[cloud]]\nid = \"a\"\nauth_url = \"https://a.example/v3\"\nsign_in = []",
            4,
            "\"password\"",
        ),
        ("public_url = \"http://a.example\"", 1, "https://"),
        ("[session]\nhours = 0", 2, "from 1 to 24"),
        ("id = ", 1, ""),
    ] {
        let text = problem(bad);
        assert!(text.contains(&format!("line {line}:")), "{bad}\n{text}");
        assert!(text.contains(words), "{bad}\n{text}");
        assert!(!text.contains("canary"), "{text}");
    }
    assert!(problem("").contains("[[cloud]]"));
}

#[test]
fn every_problem_is_named_at_once() {
    let text = problem("[[cloud]]\nid = \"A\"\nauth_url = \"http://a.example/v3\"");
    assert_eq!(text.lines().count(), 2, "{text}");
}

#[cfg(unix)]
#[test]
fn l05_a_file_that_everybody_can_write_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("anchorage.toml");
    std::fs::write(&path, GOOD).unwrap();
    let set =
        |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    set(0o644);
    assert!(Config::read(&path).is_ok());
    set(0o666);
    assert!(
        Config::read(&path)
            .unwrap_err()
            .to_string()
            .contains("chmod o-w")
    );
    std::fs::write(&path, format!("{GOOD}\nsecret_key = \"canary\"")).unwrap();
    set(0o644);
    let text = Config::read(&path).unwrap_err().to_string();
    assert!(
        text.contains("chmod 600") && text.contains("line 17"),
        "{text}"
    );
    assert!(!text.contains("canary"));
}

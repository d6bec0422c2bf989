//! Where to go after signing in: one of the console's own addresses, or its start.

/// `text` when it is a path of the console, else `/`.
pub fn safe_next(text: &str) -> &str {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let ours = path == "/" || path.starts_with("/p/");
    let visible = text
        .bytes()
        .all(|b| matches!(b, 0x21..=0x7e) && !b"\\<>\"'`".contains(&b));
    let plain = !path.contains("//") && !path.split('/').any(|part| part == "." || part == "..");
    let encoded = path.contains('%');
    if ours && visible && plain && !encoded && text.len() <= 2048 {
        text
    } else {
        "/"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d10_only_the_consoles_own_addresses() {
        for good in [
            "/",
            "/p/0605767a/backups?status=error&name=a%2Fb",
            "/p/0605767a/restore/x/1",
            "/?x=1",
        ] {
            assert_eq!(safe_next(good), good);
        }
        for evil in [
            "",
            "//evil",
            "/\\evil",
            "https:evil",
            "https://evil",
            "/%0d%0aSet-Cookie:x",
            "/%09/evil",
            "\t//evil",
            "javascript:alert(1)",
            "/p/../..//evil",
            "/p//evil",
            "/p/\\evil",
            "/api/x",
            "/sign-in",
            "p/x",
            "/p/\r\nX:1",
            "/p/%2f%2fevil",
            "/?\"><script>",
            "/p/é",
            ".",
            "/..",
            "/./",
            "?x",
            "#x",
        ] {
            assert_eq!(safe_next(evil), "/", "{evil:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn d10_whatever_comes_in_stays_here(text in "[/\\\\a-z.:%?#@ \t]{0,20}") {
            let next = safe_next(&text);
            proptest::prop_assert!(next.starts_with('/') && !next.starts_with("//") && !next.contains('\\'));
        }
    }
}

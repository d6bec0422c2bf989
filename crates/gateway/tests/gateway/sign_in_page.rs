//! The way in: the sign-in page, and who is sent to it.

use crate::support::start;

#[tokio::test]
async fn the_sign_in_page_keeps_what_was_typed_but_the_password() {
    let setup = start().await;
    let typed =
        "domain=%22%3E%3Cscript%3E&user=demo&password=PW-CANARY&project=eu-de&next=%2Fp%2Fx";
    let reply = setup.submit_form(typed, &[]).await;
    assert_eq!(reply.status, 401);
    let page = &reply.body;
    assert!(
        page.contains("role=\"alert\"") && page.contains("did not accept"),
        "{page}"
    );
    assert!(
        page.contains("value=\"&quot;&gt;&lt;script&gt;\""),
        "{page}"
    );
    assert!(
        page.contains("value=\"demo\"") && page.contains("value=\"/p/x\""),
        "{page}"
    );
    assert!(
        !page.contains("PW-CANARY") && !page.contains("<script>"),
        "{page}"
    );
    assert!(
        page.contains(reply.header("x-request-id").unwrap()),
        "{page}"
    );
    for (name, count) in [
        ("<label ", 4),
        ("<script src=\"/assets/early-", 1),
        ("<script", 1),
        ("style=", 0),
        ("onclick", 0),
        ("<style", 0),
    ] {
        assert_eq!(page.matches(name).count(), count, "{name}");
    }
    let style = page
        .split("href=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let reply = setup.get(style, "").await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (200, Some("text/css; charset=utf-8"))
    );
    assert!(reply.header("cache-control").unwrap().contains("immutable"));
    assert!(reply.body.contains("--accent:") && reply.body.contains(".button-primary"));
}

#[tokio::test]
async fn the_two_ways_are_two_pages_and_keep_the_way_back() {
    let setup = start().await;
    let page = setup.get("/sign-in?next=%2Fp%2Fx%3Fa%3D1", "").await.body;
    let link = "/sign-in?with=access-key&amp;next=%2Fp%2Fx%3Fa%3D1";
    assert!(page.contains(&format!("<a href=\"{link}\">")), "{page}");
    assert!(page.contains("id=\"password\"") && !page.contains("access_key"));
    let page = setup.get(&link.replace("&amp;", "&"), "").await.body;
    assert!(
        page.contains("aria-current=\"page\">With an access key"),
        "{page}"
    );
    assert!(page.contains("value=\"/p/x?a=1\""), "{page}");
    for field in ["access_key", "secret_key", "security_token", "project"] {
        assert!(
            page.contains(&format!("<label class=\"field-label\" for=\"{field}\"")),
            "{page}"
        );
    }
    assert!(!page.contains("id=\"password\""));
    for (name, count) in [
        (" required", 2),
        ("type=\"password\"", 2),
        (" autofocus", 1),
    ] {
        assert_eq!(page.matches(name).count(), count, "{name} in {page}");
    }
}

#[tokio::test]
async fn a_person_who_is_not_signed_in_is_sent_to_the_sign_in_page() {
    let setup = start().await;
    let typed = [("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Site", "none")];
    let reply = setup
        .send("GET", "/p/x/backups?status=error", &typed, "")
        .await;
    assert_eq!(
        reply.header("location"),
        Some("/sign-in?next=%2Fp%2Fx%2Fbackups%3Fstatus%3Derror")
    );
    // A link from elsewhere carries no cookie even when they are signed in: the console finds out by itself.
    let linked = [
        ("Sec-Fetch-Mode", "navigate"),
        ("Sec-Fetch-Site", "cross-site"),
    ];
    let reply = setup.send("GET", "/p/x/backups", &linked, "").await;
    assert_eq!((reply.status, reply.body.contains("Console")), (200, true));
    let cookie = setup.sign_in().await;
    let signed_in = [&typed[..], &[("Cookie", cookie.as_str())]].concat();
    assert_eq!(
        setup
            .send("GET", "/p/x/backups", &signed_in, "")
            .await
            .status,
        200
    );
}

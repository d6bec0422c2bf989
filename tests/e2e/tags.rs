//! Tags: edited on one and on many policies, filtered by, given to a backup; a policy run for some servers.

use crate::driver::journey;

#[test]
fn tags_of_a_policy_are_changed_refused_and_taken_back() {
    journey("tags-edit", async |page| {
        page.sign_in().await?;
        page.click("link", "Policies").await?;
        page.click("link", "web-nightly").await?;
        page.click("button", "Edit tags of web-nightly").await?;
        let dialog = page.see("dialog", "Tags of web-nightly").await?;
        page.click_in(&dialog, "button", "Add tag").await?;
        page.keys("a b").await?;
        page.see_text("is not allowed; use letters, digits").await?;
        page.accessible().await?;
        page.keys(thirtyfour::Key::Backspace + thirtyfour::Key::Backspace + "udit")
            .await?;
        page.click_in(&dialog, "button", "Save tags").await?;
        page.see("link", "audit").await?;
        page.click("button", "Undo").await?;
        page.see_text("Tags of web-nightly are as before").await?;
        page.see_no("link", "audit").await?;
        Ok(())
    });
}

#[test]
fn many_policies_get_a_tag_and_are_found_by_it() {
    journey("tags-bulk", async |page| {
        page.sign_in().await?;
        page.click("link", "Policies").await?;
        page.click("checkbox", "Choose policy databases").await?;
        page.click("checkbox", "Choose policy shop-hourly").await?;
        page.click("button", "Edit tags of 2 policies").await?;
        page.fill("Key 1", "audit").await?;
        page.fill("Value 1", "yes").await?;
        page.see_text("2 policies will change.").await?;
        page.accessible().await?;
        page.click("button", "Change tags of 2 policies").await?;
        page.see_text("2 of 2 policies changed").await?;
        let dialog = page.see("dialog", "Tags of 2 policies").await?;
        page.click_in(&dialog, "button", "Close").await?;
        page.choose("Tag", "audit=yes").await?;
        page.url_with("tag=audit%3Dyes").await?;
        page.see_no("link", "web-nightly").await?;
        page.see("link", "databases").await?;
        page.fill("Find by name, description or server", "shop")
            .await?;
        page.see_no("link", "databases").await?;
        page.fill("Find by name, description or server", "nothing")
            .await?;
        page.see("heading", "No policy matches").await?;
        page.accessible().await?;
        page.size(320, 720).await?;
        page.fits_the_width().await?;
        Ok(())
    });
}

#[test]
fn a_policy_runs_for_the_servers_that_were_chosen() {
    journey("run-some", async |page| {
        page.sign_in().await?;
        page.click("link", "Policies").await?;
        page.click("link", "web-nightly").await?;
        page.click("button", "Run for some servers").await?;
        let dialog = page.see("dialog", "Run web-nightly now").await?;
        page.accessible().await?;
        page.click_in(&dialog, "checkbox", "web02").await?;
        page.click_in(&dialog, "button", "Back up 1 server").await?;
        page.click("link", "Follow the backups").await?;
        page.see_text("1 of ").await?;
        Ok(())
    });
}

#[test]
fn a_server_says_what_the_service_would_do_with_it_and_why_not() {
    journey("capabilities", async |page| {
        page.sign_in().await?;
        page.click("link", "Servers").await?;
        page.click("link", "hana01").await?;
        page.see_text("(CSBS.6006)").await?;
        page.see_text("There is no usable backup to restore from.")
            .await?;
        page.accessible().await?;
        page.back().await?;
        page.click("link", "web02").await?;
        page.see_text("Asked about the newest usable backup")
            .await?;
        page.click("button", "Back up now").await?;
        page.click("button", "Add tag").await?;
        page.fill("Key 1", "reason").await?;
        page.fill("Value 1", "upgrade").await?;
        page.click("button", "Back up web02").await?;
        page.click("link", "Follow the backup").await?;
        page.click("combobox", "Filter backups").await?;
        page.keys("tag:reason").await?;
        page.click("option", "Tag is reason=upgrade").await?;
        page.url_with("tag=reason%3Dupgrade").await?;
        Ok(())
    });
}

//! Restoring: four steps, one submit, progress that survives leaving, and what happens when answers are lost.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::driver::{Page, journey};

/// The project the browser is in.
async fn project(page: &Page) -> Result<String> {
    let url = page.url().await?;
    let id = url.split('/').nth(2).context("no project in the address")?;
    Ok(id.split('?').next().unwrap_or(id).to_owned())
}

/// What the gateway answers to the page itself.
async fn ask(page: &Page, path: &str) -> Result<Value> {
    let url = format!("/api/{}/{path}", project(page).await?);
    page.script(
        "return fetch(arguments[0]).then((answer) => answer.json())",
        vec![json!(url)],
    )
    .await
}

/// Id of the newest usable backup of a server; the service's filter finds parts of names too.
async fn newest(page: &Page, server: &str) -> Result<String> {
    let path = format!("csbs/checkpoint_items?status=available&resource_name={server}&limit=200");
    let answer = ask(page, &path).await?;
    let backups = answer["checkpoint_items"].as_array().cloned();
    let backup = backups
        .unwrap_or_default()
        .into_iter()
        .find(|backup| backup["extend_info"]["resource_name"] == server)
        .context("the demo world has a backup of it")?;
    Ok(backup["id"].as_str().unwrap_or_default().to_owned())
}

async fn open_step(page: &Page, backup: &str, step: &str) -> Result<()> {
    let project = project(page).await?;
    page.open(&format!("/p/{project}/restore/{backup}/{step}"))
        .await
}

async fn advance(page: &Page, by: &str) -> Result<()> {
    page.sandbox()
        .post("/sandbox/clock", &json!({"advance": by}))?;
    Ok(())
}

/// How many restores the service was asked for.
async fn started(page: &Page, backup: &str) -> Result<usize> {
    let answer = ask(page, "csbs/restores").await?;
    let restores = answer["restores"].as_array().cloned().unwrap_or_default();
    Ok(restores
        .iter()
        .filter(|restore| restore["parameters"]["checkpoint_item_id"] == backup)
        .count())
}

#[test]
fn a_backup_goes_to_another_server_with_one_disk_remapped_and_is_followed_to_its_end() {
    journey("restore-remapped", async |page| {
        page.sign_in().await?;
        let backup = newest(page, "app01").await?;

        // A bookmark of the last step lands on the first that is not done.
        open_step(page, &backup, "review").await?;
        page.see("heading", "Point in time").await?;
        page.url_with("/point").await?;
        page.accessible().await?;
        page.click("button", "Next: target and disks").await?;

        page.see("heading", "Target and disks").await?;
        page.choose("Target server", "db01").await?;
        page.choose("Volume for app01-data1", "db01-data1").await?;
        page.see_text("Chosen by you").await?;
        page.accessible().await?;
        page.click("button", "Next: check").await?;

        page.see_text("Nothing stands against it").await?;
        page.see_text("The service would accept it").await?;
        page.see_text("falls back to").await?;
        page.click("checkbox", "Make a safety backup of the target first")
            .await?;
        page.see_text("there is no way back").await?;
        page.fill("Reason or ticket", "rehearsal 4711").await?;
        page.accessible().await?;

        // A reload keeps every choice.
        page.reload().await?;
        page.see("heading", "Check").await?;
        assert_eq!(page.value("Reason or ticket").await?, "rehearsal 4711");
        page.click("button", "Next: review and run").await?;

        page.see("heading", "Review and run").await?;
        page.see_text("db01-data1").await?;
        page.accessible().await?;

        // Without the typed name nothing is sent, and the summary says what is missing.
        page.click("button", "Overwrite db01 from").await?;
        page.see_text("type db01 to confirm").await?;
        assert_eq!(started(page, &backup).await?, 0);
        page.fill("Type db01 to confirm", "db01").await?;
        let deed = page.see("button", "Overwrite db01 from").await?;
        page.script(
            "arguments[0].click(); arguments[0].click()",
            vec![deed.to_json()?],
        )
        .await?;

        page.url_with("/progress").await?;
        page.see_text("You may close this page").await?;
        page.accessible().await?;
        assert_eq!(started(page, &backup).await?, 1, "two clicks, one restore");

        // Leaving and coming back finds it again.
        page.open(&format!("/p/{}", project(page).await?)).await?;
        page.see("heading", "Overview").await?;
        open_step(page, &backup, "progress").await?;
        page.see_text("The restore is running").await?;
        advance(page, "PT6H").await?;
        page.see_text("db01 was restored").await?;
        page.see_text("What to look after now").await?;

        // The wizard cannot be sent a second time.
        open_step(page, &backup, "review").await?;
        page.see_text("already asked for").await?;
        assert_eq!(started(page, &backup).await?, 1);

        page.open(&format!("/p/{}/restores", project(page).await?))
            .await?;
        page.see_text("rehearsal 4711").await?;
        page.see_text("Finished").await?;
        page.accessible().await
    });
}

#[test]
fn a_safety_backup_is_made_first_and_the_restore_waits_when_nobody_looks() {
    journey("restore-safety", async |page| {
        page.sign_in().await?;
        let backup = newest(page, "mail01").await?;
        open_step(page, &backup, "point").await?;
        page.click("button", "Next: target and disks").await?;
        page.click("button", "Next: check").await?;
        page.see_text("The service would accept it").await?;
        page.click("button", "Next: review and run").await?;
        page.fill("Type mail01 to confirm", "mail01").await?;
        page.click("button", "Back up first, then overwrite mail01")
            .await?;
        page.see_text("Phase 1 of 2: safety backup").await?;
        assert_eq!(started(page, &backup).await?, 0);

        // The page is left while the safety backup is made: the restore does not follow by itself.
        page.open(&format!("/p/{}/restores", project(page).await?))
            .await?;
        page.see_text("The restore of mail01 waits for you").await?;
        advance(page, "PT6H").await?;
        page.click("link", "Open the restore").await?;
        page.see_text("the restore waits for you").await?;
        page.accessible().await?;
        assert_eq!(started(page, &backup).await?, 0);
        page.click("button", "Overwrite mail01 now").await?;
        page.see_text("The restore is running").await?;
        assert_eq!(started(page, &backup).await?, 1);
        advance(page, "PT6H").await?;
        page.see_text("mail01 was restored").await
    });
}

#[test]
fn a_lost_answer_is_looked_up_before_anything_is_sent_again() {
    journey("restore-lost-answer", async |page| {
        page.sign_in().await?;
        let backup = newest(page, "blog01").await?;
        open_step(page, &backup, "point").await?;
        page.click("button", "Next: target and disks").await?;
        page.click("button", "Next: check").await?;
        page.click("checkbox", "Make a safety backup of the target first")
            .await?;
        page.see_text("The service would accept it").await?;
        page.click("button", "Next: review and run").await?;
        page.fill("Type blog01 to confirm", "blog01").await?;
        // The service does it and hangs up in the middle of its answer.
        let cut = json!({"operation": "csbs.restores.create", "times": 1, "cut_after_bytes": 10});
        page.sandbox().post("/sandbox/faults", &cut)?;
        page.click("button", "Overwrite blog01 from").await?;
        page.see_text("The restore is running").await?;
        assert_eq!(started(page, &backup).await?, 1);
        advance(page, "PT6H").await?;
        page.see_text("blog01 was restored").await
    });
}

#[test]
fn what_cannot_work_is_said_before_it_is_sent() {
    journey("restore-refused", async |page| {
        page.sign_in().await?;
        // Its data disk was replaced by a smaller one: the old backups find no place for it.
        let answer = ask(page, "csbs/checkpoint_items?status=available&resource_name=archive01&sort=created_at:asc&limit=1").await?;
        let backup = answer["checkpoint_items"][0]["id"]
            .as_str()
            .context("an old backup")?
            .to_owned();
        open_step(page, &backup, "point").await?;
        page.click("button", "Next: target and disks").await?;
        page.see_text("CSBS.6018").await?;
        page.click("button", "Next: check").await?;
        page.see_text("has no volume to go to").await?;
        page.url_with("/target").await?;
        let focused = page
            .script("return document.activeElement.textContent", vec![])
            .await?;
        assert!(
            focused.as_str().unwrap_or_default().contains("no volume"),
            "the summary has the focus: {focused}"
        );
        page.accessible().await
    });
}

#[test]
fn the_wizard_works_by_keyboard_and_on_a_telephone() {
    journey("restore-narrow", async |page| {
        page.size(390, 844).await?;
        page.sign_in().await?;
        let backup = newest(page, "web02").await?;
        open_step(page, &backup, "point").await?;
        page.see("heading", "Point in time").await?;
        page.fits_the_width().await?;
        page.screenshot("restore-point-390").await?;
        page.tab_to("button", "Next: target and disks", 80).await?;
        page.keys(Key::Enter + "").await?;
        page.see("heading", "Target and disks").await?;
        page.fits_the_width().await?;
        page.screenshot("restore-target-390").await?;
        page.tab_to("button", "Next: check", 20).await?;
        page.keys(Key::Enter + "").await?;
        page.see_text("The service would accept it").await?;
        page.fits_the_width().await?;
        page.screenshot("restore-check-390").await?;
        page.tab_to("button", "Next: review and run", 30).await?;
        page.keys(Key::Enter + "").await?;
        page.see("heading", "Review and run").await?;
        page.fits_the_width().await?;
        page.screenshot("restore-review-390").await
    });
}

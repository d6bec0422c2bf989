//! Backups: filtered by one question each, kept in the address, deleted with a result for each.

use anyhow::{Result, ensure};
use serde_json::json;
use thirtyfour::prelude::*;

use crate::driver::{Page, journey};

/// Signs in to a world of so many backups and opens their list with a query.
async fn open_list(page: &Page, seed: &str, query: &str) -> Result<()> {
    page.sandbox()
        .post("/sandbox/reset", &json!({"seed": seed}))?;
    page.sign_in().await?;
    let overview = page.url().await?;
    let project = overview
        .split('?')
        .next()
        .unwrap_or_default()
        .trim_end_matches('/')
        .to_owned();
    page.open(&format!("{project}/backups{query}")).await?;
    page.see("heading", "Backups").await?;
    page.see("table", "Backups").await?;
    Ok(())
}

/// Waits until the whole list has come, and answers how many match.
async fn loaded(page: &Page) -> Result<usize> {
    page.see_no("button", "Stop loading").await?;
    matching(page).await
}

/// How many the list says it shows.
async fn matching(page: &Page) -> Result<usize> {
    let answer = page
        .script("return Number(document.querySelector('[role=grid]').getAttribute('aria-rowcount')) - 1", vec![])
        .await?;
    Ok(usize::try_from(answer.as_u64().unwrap_or_default())?)
}

#[test]
fn a_filter_lives_in_the_address_and_survives_a_reload() {
    journey("backups-filter", async |page| {
        open_list(page, "scale:2000", "").await?;
        ensure!(loaded(page).await? == 2000, "all backups are listed");
        page.accessible().await?;
        page.click("combobox", "Filter backups").await?;
        page.keys("status:err").await?;
        page.click("option", "Status is Failed").await?;
        page.url_with("?status=error").await?;
        page.see("button", "Remove filter Status is Failed").await?;
        let failed = loaded(page).await?;
        ensure!((1..2000).contains(&failed), "{failed} failed backups");
        page.click("button", "Size").await?;
        page.url_with("sort=-size").await?;
        page.reload().await?;
        page.see("button", "Remove filter Status is Failed").await?;
        ensure!(loaded(page).await? == failed, "a reload shows the same");
        page.accessible().await?;
        page.click("button", "Remove filter Status is Failed")
            .await?;
        page.until("everything is listed again", async || {
            Ok((matching(page).await? == 2000).then_some(()))
        })
        .await?;
        Ok(())
    });
}

#[test]
fn parts_of_an_address_that_do_not_fit_are_dropped_and_said() {
    journey("backups-address", async |page| {
        open_list(page, "demo", "?colour=red&type=half&sort=luck").await?;
        page.see_text("“colour” is not a property of backups")
            .await?;
        page.see_text("Type cannot be “half”; use full or incremental")
            .await?;
        page.see_text("“luck” is not a value of sort").await?;
        Ok(())
    });
}

#[test]
fn nothing_found_offers_to_take_the_last_filter_back() {
    journey("backups-nothing", async |page| {
        open_list(page, "demo", "").await?;
        let all = loaded(page).await?;
        page.fill("Filter backups", "no backup is called like this")
            .await?;
        page.keys(Key::Enter + "").await?;
        page.see("heading", "No backup matches").await?;
        page.accessible().await?;
        page.click("button", "Remove the last filter").await?;
        page.see("table", "Backups").await?;
        ensure!(loaded(page).await? == all);
        Ok(())
    });
}

#[test]
fn many_are_deleted_after_a_typed_word_and_each_has_its_result() {
    journey("backups-delete", async |page| {
        open_list(page, "scale:2000", "?status=error&select=all").await?;
        let failed = loaded(page).await?;
        ensure!(
            failed >= 10,
            "{failed} failed backups are enough for the typed word"
        );
        page.click("button", "Delete ").await?;
        page.see("dialog", "Delete ").await?;
        page.accessible().await?;
        page.fill("Type delete to go on", "delete").await?;
        let dialog = page.see("dialog", "Delete ").await?;
        page.click_in(&dialog, "button", "Delete ").await?;
        page.see_text("Deleting ").await?;
        page.click("button", "Each result").await?;
        // Deletions take the sandbox's time; it passes when the journey says so.
        page.until("the first ones are gone", async || {
            page.sandbox()
                .post("/sandbox/clock", &json!({"advance": "PT10M"}))?;
            let results = page.text().await?;
            Ok(results.contains(" deleted").then_some(()))
        })
        .await?;
        page.accessible().await?;
        Ok(())
    });
}

#[test]
fn what_cannot_be_deleted_among_many_is_said_before_and_not_sent() {
    journey("backups-delete-some", async |page| {
        open_list(page, "demo", "").await?;
        let list = page.url().await?;
        lock_vault(page, "cluster").await?;
        page.open(&format!("{list}?select=all&service=cbr")).await?;
        page.see("table", "Backups").await?;
        loaded(page).await?;
        page.click("button", "Delete ").await?;
        let dialog = page.see("dialog", "Delete ").await?;
        page.see_text("cannot be deleted and stay").await?;
        page.see_text(
            "Made by a schedule, in a locked vault; it goes when it expires. (BackupService.6220)",
        )
        .await?;
        page.accessible().await?;
        page.fill("Type delete to go on", "delete").await?;
        page.click_in(&dialog, "button", "Delete ").await?;
        page.until("the first ones are gone", async || {
            page.sandbox()
                .post("/sandbox/clock", &json!({"advance": "PT30M"}))?;
            let text = page.text().await?;
            Ok(text.contains(" deleted ·").then_some(()))
        })
        .await?;
        let text = page.text().await?;
        ensure!(!text.contains("failed"), "nothing was sent in vain");
        Ok(())
    });
}

/// Locks a vault on its page.
async fn lock_vault(page: &Page, name: &str) -> Result<()> {
    page.click("link", "Vaults").await?;
    page.click("link", name).await?;
    page.see("heading", name).await?;
    page.click("tab", "Settings").await?;
    page.click("button", "Lock the vault").await?;
    page.fill(&format!("Type {name} to go on"), name).await?;
    page.click("button", &format!("Lock {name} for good"))
        .await?;
    page.see_text(&format!("Vault {name} is locked for good"))
        .await
}

#[test]
fn an_administrator_sees_the_backups_of_all_projects_and_changes_none_of_another() {
    journey("backups-all-projects", async |page| {
        const THEIRS: &str = "partner-test01";
        page.sign_in().await?;
        let ours = page.url().await?;
        page.end_session().await?;
        page.sign_in_as("demo2", "demo2").await?;
        for _ in 0..2 {
            page.click("link", "Servers").await?;
            page.click("link", THEIRS).await?;
            page.click("button", "Back up now").await?;
            page.click("button", &format!("Back up {THEIRS}")).await?;
            page.see_text(&format!("{THEIRS} is being backed up"))
                .await?;
            page.sandbox()
                .post("/sandbox/clock", &json!({"advance": "PT6H"}))?;
        }
        page.end_session().await?;
        page.sign_in_as("admin", "admin").await?;
        page.open(&ours).await?;
        page.click("link", "Backups").await?;
        page.see("table", "Backups").await?;
        loaded(page).await?;
        page.fill("Filter backups", THEIRS).await?;
        page.keys(Key::Enter + "").await?;
        page.see("heading", "No backup matches").await?;
        page.click("button", "Not grouped").await?;
        page.click("menuitem", "All projects (administrators)")
            .await?;
        page.url_with("projects=all").await?;
        page.see_text("Backups of all projects").await?;
        page.see("table", "Backups").await?;
        page.until("both are listed", async || {
            Ok((loaded(page).await? == 2).then_some(()))
        })
        .await?;
        page.see("cell", THEIRS).await?;
        page.accessible().await?;
        // What is another project's cannot be deleted from here, and nobody is told that it was.
        let list = page.url().await?;
        page.open(&format!("{list}&select=all")).await?;
        page.see("table", "Backups").await?;
        loaded(page).await?;
        page.click("button", "Delete 2 backups").await?;
        let dialog = page.see("dialog", "Delete 2 backups").await?;
        page.fill("Type delete to go on", "delete").await?;
        page.click_in(&dialog, "button", "Delete 2 backups").await?;
        page.see_text("2 failed").await?;
        ensure!(matching(page).await? == 2, "they are still there");
        Ok(())
    });
}

#[test]
fn at_320_pixels_rows_are_cards_and_nothing_is_cut_off() {
    journey("backups-narrow", async |page| {
        open_list(page, "demo", "").await?;
        page.size(320, 720).await?;
        page.fits_the_width().await?;
        page.accessible().await?;
        Ok(())
    });
}

#[test]
fn one_backup_shows_everything_and_an_unknown_one_says_so() {
    journey("backups-detail", async |page| {
        open_list(page, "demo", "?status=available&service=csbs").await?;
        loaded(page).await?;
        let table = page.see("table", "Backups").await?;
        let link = table.find(By::Css(".grid-cell-name a")).await?;
        let name = link.text().await?;
        link.click().await?;
        page.see("heading", &name).await?;
        page.see("heading", "Server at backup time").await?;
        page.see("button", "Restore backup").await?;
        page.see("heading", "Restores from it").await?;
        page.see_text("None was started through this console.")
            .await?;
        page.accessible().await?;
        let here = page.url().await?;
        let (list, _) = here.rsplit_once('/').unwrap_or_default();
        page.open(&format!("{list}/00000000-0000-4000-8000-000000000000"))
            .await?;
        page.see("heading", "There is no such backup").await?;
        Ok(())
    });
}

#[test]
fn the_last_usable_backup_of_a_server_goes_only_after_a_typed_word() {
    journey("backups-last", async |page| {
        page.sign_in().await?;
        page.click("link", "Servers").await?;
        page.click("link", "wiki01").await?;
        page.click("button", "Back up now").await?;
        page.click("button", "Back up wiki01").await?;
        page.click("link", "Follow the backup").await?;
        page.sandbox()
            .post("/sandbox/clock", &json!({"advance": "PT6H"}))?;
        let table = page.see("table", "Backups").await?;
        let link = page
            .until("the backup is listed", async || {
                Ok(table.find(By::Css(".grid-cell-name a")).await.ok())
            })
            .await?;
        link.click().await?;
        page.see("heading", "Server at backup time").await?;
        page.click("button", "Delete backup").await?;
        let dialog = page.see("dialog", "Delete backup ").await?;
        page.see_text("No usable backup remains of wiki01").await?;
        page.accessible().await?;
        page.fill("Type delete to go on", "delete").await?;
        page.click_in(&dialog, "button", "Delete backup").await?;
        page.see_text(" in 10 seconds").await?;
        Ok(())
    });
}

#[test]
fn backups_made_together_stand_together_and_can_be_shown_alone() {
    journey("backups-together", async |page| {
        open_list(page, "demo", "?group=together").await?;
        let all = loaded(page).await?;
        page.accessible().await?;
        page.click("link", "Only these backups, made together")
            .await?;
        page.url_with("?checkpoint=").await?;
        page.until("only some are listed", async || {
            Ok((matching(page).await? < all).then_some(()))
        })
        .await?;
        Ok(())
    });
}

#[test]
fn the_timeline_is_walked_by_keyboard_and_a_cell_shows_its_backups() {
    journey("backups-timeline", async |page| {
        page.sign_in().await?;
        page.click("link", "Backups").await?;
        page.see("table", "Backups").await?;
        page.click("button", "Not grouped").await?;
        page.click("menuitem", "Timeline").await?;
        page.url_with("group=timeline").await?;
        page.see("table", "Backups of each server over time")
            .await?;
        page.see_no("button", "Stop loading").await?;
        page.accessible().await?;
        let cell = page.see("cell", "app01, ").await?;
        cell.click().await?;
        page.url_with("created.from=").await?;
        page.back().await?;
        let cell = page.see("cell", "app01, ").await?;
        page.script("arguments[0].focus()", vec![cell.to_json()?])
            .await?;
        page.keys(Key::Right + Key::Down).await?;
        page.keys(Key::Enter + "").await?;
        page.url_with("server=").await?;
        page.see("button", "Remove filter Created from").await?;
        page.size(320, 720).await?;
        page.fits_the_width().await?;
        Ok(())
    });
}

#[test]
fn an_image_is_made_from_a_backup_and_keeps_it_from_being_deleted() {
    journey("backups-image", async |page| {
        open_list(page, "demo", "?server=db02&status=available").await?;
        loaded(page).await?;
        let table = page.see("table", "Backups").await?;
        table
            .find(By::Css(".grid-cell-name a"))
            .await?
            .click()
            .await?;
        page.see("heading", "Image").await?;
        page.click("button", "Create image").await?;
        let dialog = page.see("dialog", "Create image").await?;
        page.fill("Name", " ").await?;
        page.see_text("an image needs a name").await?;
        page.accessible().await?;
        page.fill("Name", "db02-golden").await?;
        page.click_in(&dialog, "button", "Create image").await?;
        page.see_text("The image is being made").await?;
        page.reload().await?;
        page.until("the image is there", async || {
            page.sandbox()
                .post("/sandbox/clock", &json!({"advance": "PT1H"}))?;
            let text = page.text().await?;
            Ok(text
                .contains("A backup can be deleted only after its image.")
                .then_some(()))
        })
        .await?;
        page.accessible().await?;
        Ok(())
    });
}

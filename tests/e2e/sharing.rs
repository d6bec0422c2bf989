//! Backups that leave the project and come into it, and the tasks of the service: shared and accepted on the other side, copied to
//! the other region, watched to the end.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::driver::{Page, journey};
use crate::main_journey::press;

/// The second project of the sandbox, and who may enter it.
const THEIRS: &str = "demo-project-2";
const THEY: &str = "demo2";

/// The sandbox's clock stands still: what runs is under way until the journey lets time pass.
fn stop_the_clock(page: &Page) -> Result<()> {
    page.sandbox().post("/sandbox/clock", &json!({"rate": 0}))?;
    Ok(())
}

fn let_a_day_pass(page: &Page) -> Result<()> {
    page.sandbox()
        .post("/sandbox/clock", &json!({"advance": "P1D"}))?;
    Ok(())
}

/// Path of the project a signed-in person is in.
async fn project(page: &Page) -> Result<String> {
    let url = page.url().await?;
    let path = url.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').take(3).collect();
    ensure!(parts.len() == 3, "no project in {url}");
    Ok(parts.join("/"))
}

/// Leaves, and comes back as the one who may enter the second project.
async fn become_the_other_side(page: &Page) -> Result<String> {
    page.end_session().await?;
    page.sign_in_as(THEY, THEY).await?;
    project(page).await
}

/// A usable backup of a server in a vault that is neither shared nor copied: its id and name.
fn plain_backup(page: &Page, server: &str) -> Result<(String, String)> {
    let mut world = page.sandbox().get("/sandbox/world")?;
    // Whatever the demo's replication policy has copied by now.
    world["tables"]["cbr_replications"] = json!([]);
    page.sandbox().put("/sandbox/world", &world)?;
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let rows = world["tables"]["cbr_backups"]
        .as_array()
        .context("backups")?;
    let usable = |row: &&Value| {
        text(row, "resource_name") == server
            && text(row, "status") == "available"
            && text(row, "image_type") == "backup"
    };
    let row = rows.iter().rfind(usable).context("a usable backup")?;
    Ok((text(row, "id"), text(row, "name")))
}

#[test]
fn a_backup_is_shared_with_the_second_project_and_accepted_there() {
    journey("share", async |page| {
        let (id, name) = plain_backup(page, "cluster02")?;
        page.sign_in().await?;
        let ours = project(page).await?;
        page.open(&format!("{ours}/backups/{id}")).await?;
        page.see_text("It is shared with no other project").await?;
        page.click("button", "Share backup").await?;
        let dialog = page.see("dialog", &format!("Share {name}")).await?;
        // Not our own, and not what is no project.
        page.click_in(&dialog, "button", "Share backup").await?;
        page.see_text("Choose the project that is to have the backup")
            .await?;
        page.choose("Project", "Another project, by its id").await?;
        page.fill("Project: id", THEIRS).await?;
        page.see_text("is not the id of a project").await?;
        page.accessible().await?;
        page.choose("Project", THEIRS).await?;
        page.click_in(&dialog, "button", "Share backup").await?;
        page.see_text("it waits for their answer").await?;
        let table = page.see("table", "Projects it is shared with").await?;
        page.see_in(&table, "row", THEIRS).await?;

        let theirs = become_the_other_side(page).await?;
        page.open(&format!("{theirs}/vaults/sharing")).await?;
        page.click("button", &format!("Accept {name}")).await?;
        let dialog = page.see("dialog", &format!("Accept {name}")).await?;
        page.see("option", "offsite (Vault offsite is a").await?;
        page.accessible().await?;
        page.choose("Vault", "partner-servers").await?;
        page.click_in(&dialog, "button", "Accept into partner-servers")
            .await?;
        page.see_text(&format!("{name} accepted into partner-servers"))
            .await?;
        page.see("link", "partner-servers").await?;

        page.end_session().await?;
        page.sign_in().await?;
        page.open(&format!("{ours}/vaults/sharing")).await?;
        let table = page.see("table", "Backups this project shares").await?;
        page.until("the answer came", async || {
            let Ok(row) = page.see_in(&table, "row", &name).await else {
                return Ok(None);
            };
            Ok(row.text().await?.contains("Accepted").then_some(()))
        })
        .await?;
        page.click("button", &format!("Stop sharing {name} with"))
            .await?;
        page.see_text("disappears from their vault").await?;
        page.accessible().await?;
        let dialog = page.see("dialog", "Stop sharing").await?;
        page.click_in(&dialog, "button", "Stop sharing").await?;
        page.see_text("is no longer shared with").await
    });
}

#[test]
fn a_backup_is_shared_and_accepted_by_keyboard_alone() {
    journey("share-keyboard", async |page| {
        let (id, name) = plain_backup(page, "cluster02")?;
        page.sign_in().await?;
        let ours = project(page).await?;
        page.open(&format!("{ours}/backups/{id}")).await?;
        page.see_text("It is shared with no other project").await?;
        press(page, "button", "Share backup").await?;
        let dialog = page.see("dialog", &format!("Share {name}")).await?;
        page.tab_to("combobox", "Project", 10).await?;
        page.keys(THEIRS).await?;
        page.tab_to_in(&dialog, "button", "Share backup", 10)
            .await?;
        page.keys(Key::Enter + "").await?;
        page.see_text("it waits for their answer").await?;

        become_the_other_side(page).await?;
        press(page, "link", "Vaults").await?;
        press(page, "link", "Sharing and copies").await?;
        press(page, "button", &format!("Accept {name}")).await?;
        page.see("dialog", &format!("Accept {name}")).await?;
        page.tab_to("combobox", "Vault", 10).await?;
        page.keys("partner-s").await?;
        page.tab_to("button", "Accept into partner-servers", 10)
            .await?;
        page.keys(Key::Enter + "").await?;
        page.see_text(&format!("{name} accepted into partner-servers"))
            .await
    });
}

#[test]
fn a_backup_is_copied_to_the_other_region_and_its_record_is_seen() {
    journey("replicate", async |page| {
        let (id, name) = plain_backup(page, "cluster01")?;
        stop_the_clock(page)?;
        page.sign_in().await?;
        let ours = project(page).await?;
        page.open(&format!("{ours}/backups/{id}")).await?;
        page.see_text("There is no copy of it").await?;
        page.click("button", "Replicate backup").await?;
        let dialog = page.see("dialog", &format!("Replicate {name}")).await?;
        page.click_in(&dialog, "button", "Replicate backup").await?;
        page.see_text("Choose the project that is to have the copy")
            .await?;
        ensure!(page.value("Region").await? == "eu-nl", "the only region");
        page.choose("Project", THEIRS).await?;
        page.see(
            "option",
            "partner-servers (Vault partner-servers is not for replicas",
        )
        .await?;
        page.accessible().await?;
        page.choose("Vault", "offsite").await?;
        page.fill("Name of the copy", "copy-of-cluster01").await?;
        page.click_in(&dialog, "button", "Replicate backup").await?;
        page.see_text(&format!("Replicating {name}")).await?;
        let table = page.see("table", "Copies, newest first").await?;
        page.see_in(&table, "progressbar", "Copying to eu-nl")
            .await?;
        page.accessible().await?;
        // The tray has it, and leads to its page; there it goes when it is over.
        page.click("button", "Tasks: ").await?;
        page.click("link", "Replication of cluster01").await?;
        page.see("heading", "Replication of cluster01").await?;
        page.url_with("/tasks/").await?;
        page.back().await?;
        page.see("table", "Copies, newest first").await?;
        page.click("button", "Tasks: ").await?;
        page.see("link", "Replication of cluster01").await?;
        let_a_day_pass(page)?;
        page.see_no("link", "Replication of cluster01").await?;
        page.keys(Key::Escape + "").await?;
        page.until("the copy is made", async || {
            let row = page.see("row", "eu-nl").await?;
            Ok(row.text().await?.contains("Copied").then_some(()))
        })
        .await?;
        // A second one to the same vault is refused before the service is asked.
        page.click("button", "Replicate backup").await?;
        page.choose("Project", THEIRS).await?;
        page.choose("Vault", "offsite").await?;
        let dialog = page.see("dialog", &format!("Replicate {name}")).await?;
        page.click_in(&dialog, "button", "Replicate backup").await?;
        page.see_text("BackupService.1009").await
    });
}

#[test]
fn a_task_is_watched_from_its_beginning_to_its_end() {
    journey("task", async |page| {
        plain_backup(page, "cluster01")?;
        stop_the_clock(page)?;
        page.sign_in().await?;
        let ours = project(page).await?;
        page.open(&format!("{ours}/vaults/sharing")).await?;
        page.click("button", "Replicate vault cluster").await?;
        page.choose("Project", THEIRS).await?;
        page.choose("Vault", "offsite").await?;
        let dialog = page.see("dialog", "Replicate cluster").await?;
        page.click_in(&dialog, "button", "Replicate vault").await?;
        page.see_text("of cluster").await?;
        page.click("link", "Follow the tasks").await?;
        page.url_with("kind=replication").await?;
        page.choose("State", "Running").await?;
        page.url_with("status=running").await?;
        page.accessible().await?;
        page.click("link", "Replication of cluster").await?;
        page.see("heading", "Replication of cluster").await?;
        page.see("progressbar", "Progress of the task").await?;
        page.see("link", "cluster").await?;
        page.accessible().await?;
        let_a_day_pass(page)?;
        page.see_no("progressbar", "Progress of the task").await?;
        page.see_text("Finished").await?;
        page.see("heading", "What came out").await?;
        page.accessible().await
    });
}

#[test]
fn a_failed_task_says_why_and_leads_to_the_way_out() {
    journey("task-failed", async |page| {
        page.sign_in().await?;
        page.click("link", "Restores & tasks").await?;
        page.click("link", "Tasks of the service").await?;
        page.see("heading", "Tasks of the service").await?;
        page.see_text("tasks").await?;
        page.fill("Server or other resource", "no such server")
            .await?;
        page.see("heading", "No task matches").await?;
        page.accessible().await?;
        page.click("button", "Show all tasks").await?;
        page.see("table", "Tasks of the service").await?;
        // The demo's partner had a backup that failed.
        let theirs = become_the_other_side(page).await?;
        page.open(&format!("{theirs}/tasks?status=failed")).await?;
        page.see_text("BackupService.7506").await?;
        page.click("link", "Backup of ").await?;
        page.see_text("The task failed").await?;
        page.accessible().await?;
        page.screenshot("task-failed-light").await
    });
}

#[test]
fn sharing_and_tasks_fit_both_themes_and_a_telephone() {
    journey("sharing-screens", async |page| {
        page.sign_in().await?;
        let ours = project(page).await?;
        let screens = [
            ("sharing", "vaults/sharing", "Sharing and copies"),
            ("tasks", "tasks", "Tasks of the service"),
        ];
        for theme in ["light", "dark"] {
            let choose = format!("localStorage.setItem('anchorage.theme', '{theme}')");
            page.script(&choose, vec![]).await?;
            for (file, path, heading) in screens {
                page.open(&format!("{ours}/{path}")).await?;
                page.see("heading", heading).await?;
                page.see("table", "").await?;
                page.accessible().await?;
                page.screenshot(&format!("{file}-{theme}")).await?;
            }
        }
        for (file, path, heading) in screens {
            page.open(&format!("{ours}/{path}")).await?;
            page.see("heading", heading).await?;
            page.see("table", "").await?;
            page.size(320, 800).await?;
            page.fits_the_width().await?;
            page.size(390, 844).await?;
            page.screenshot(&format!("{file}-390")).await?;
            page.size(1280, 900).await?;
        }
        Ok(())
    });
}

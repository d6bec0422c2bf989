//! Seeing what migrating would do, taking the plan along, and running it in the sandbox.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::driver::{Page, journey};
use crate::main_journey::press;

/// The heading of the page.
const TITLE: &str = "Migration to CBR";

#[test]
fn what_migrating_would_do_is_seen_and_taken_along() {
    journey("migration-lens", async |page| {
        page.sign_in().await?;
        page.click("link", "Policies").await?;
        page.click("link", "What migrating to CBR would do").await?;
        page.see("heading", TITLE).await?;
        page.see("table", "Policies today, and what they become")
            .await?;
        page.see("heading", "What does not survive as it is")
            .await?;
        page.see_text("times that is").await?;
        page.accessible().await?;
        page.screenshot("migration-lens").await?;
        page.size(320, 800).await?;
        page.fits_the_width().await?;
        page.size(390, 844).await?;
        page.screenshot("migration-lens-390").await?;
        page.size(1280, 900).await?;

        let plan = plan(page).await?;
        ensure!(plan["format"] == "cbr-migration-plan");
        let vaults = plan["vaults"].as_array().context("vaults")?;
        ensure!(!vaults.is_empty(), "the demo's policies become vaults");
        for vault in vaults {
            let name = vault["name"].as_str().context("a name")?;
            page.see_text(&format!("Vault “{name}”")).await?;
        }
        page.click("radio", "Terraform").await?;
        page.see_text("resource \"opentelekomcloud_cbr_vault_v3\"")
            .await?;
        page.reload().await?;
        page.see_text("resource \"opentelekomcloud_cbr_policy_v3\"")
            .await?;
        page.click("button", "Download the plan").await?;
        page.see_text("migration.tf saved").await?;

        // The vaults lead here as well.
        page.click("link", "Vaults").await?;
        page.click("link", "What migrating to CBR would do").await?;
        page.see("heading", TITLE).await?;
        Ok(())
    });
}

#[test]
fn what_migrating_would_do_is_seen_and_taken_along_by_keyboard_alone() {
    journey("migration-lens-keyboard", async |page| {
        page.sign_in().await?;
        press(page, "link", "Policies").await?;
        press(page, "link", "What migrating to CBR would do").await?;
        page.see("heading", TITLE).await?;
        page.see("table", "Policies today, and what they become")
            .await?;
        page.see("heading", "What does not survive as it is")
            .await?;
        page.tab_to("radio", "JSON", 120).await?;
        page.keys(Key::Right + "").await?;
        page.see_text("resource \"opentelekomcloud_cbr_vault_v3\"")
            .await?;
        press(page, "button", "Download the plan").await?;
        page.see_text("migration.tf saved").await
    });
}

#[test]
fn the_migration_is_run_in_the_sandbox_and_its_result_is_what_was_planned() {
    journey("migration-run", async |page| {
        page.sign_in().await?;
        quiet(page)?;
        page.open(&format!("{}/migration", page.url().await?))
            .await?;
        page.see("heading", TITLE).await?;
        let plan = plan(page).await?;
        page.click("button", "Run it here").await?;
        let dialog = page.see("dialog", "Migrate demo-project to CBR?").await?;
        page.see_text("There is no way back").await?;
        page.accessible().await?;
        page.screenshot("migration-confirm").await?;
        // The name has to be typed; nothing is sent before.
        page.click_in(&dialog, "button", "Keep CSBS").await?;
        page.see_no("dialog", "Migrate demo-project to CBR?")
            .await?;
        page.click("button", "Run it here").await?;
        page.fill("Type demo-project to go on", "demo-project")
            .await?;
        page.click("button", "Migrate the project").await?;
        page.see("heading", "The migration is running").await?;
        page.see("progressbar", "Migration").await?;
        page.accessible().await?;
        page.screenshot("migration-running").await?;

        // It is found again after a reload, and goes on while nobody looks.
        page.reload().await?;
        page.see("progressbar", "Migration").await?;
        page.click("link", "Policies").await?;
        page.see("heading", "Policies").await?;
        page.sandbox()
            .post("/sandbox/clock", &json!({"advance": "PT6M"}))?;
        page.back().await?;
        page.see("heading", "The migration is done").await?;
        page.see_text("The result is what the plan had said")
            .await?;
        page.see("heading", "This project has been migrated")
            .await?;
        page.accessible().await?;
        page.screenshot("migration-done").await?;
        page.size(320, 800).await?;
        page.fits_the_width().await?;
        page.size(1280, 900).await?;
        for vault in plan["vaults"].as_array().context("vaults")? {
            let name = vault["name"].as_str().context("a name")?;
            page.see("link", name).await?;
        }
        Ok(())
    });
}

#[test]
fn the_migration_is_begun_by_keyboard_and_a_failure_says_what_to_do() {
    journey("migration-keyboard", async |page| {
        page.sign_in().await?;
        quiet(page)?;
        page.sandbox().post(
            "/sandbox/faults",
            &json!({"operation": "cbr-account.migration.start", "job": "fail", "code": "BackupService.4005"}),
        )?;
        page.click("link", "Policies").await?;
        page.tab_to("link", "What migrating to CBR would do", 60)
            .await?;
        page.keys(Key::Enter + "").await?;
        page.see("heading", TITLE).await?;
        page.see("table", "Policies today, and what they become")
            .await?;
        page.tab_to("button", "Run it here", 60).await?;
        page.keys(Key::Enter + "").await?;
        page.see("dialog", "Migrate demo-project to CBR?").await?;
        page.tab_to("textbox", "Type demo-project to go on", 10)
            .await?;
        page.keys("demo-project").await?;
        page.tab_to("button", "Migrate the project", 10).await?;
        page.keys(Key::Enter + "").await?;
        page.see("heading", "The migration is running").await?;
        page.sandbox()
            .post("/sandbox/clock", &json!({"advance": "PT6M"}))?;
        page.see("heading", "The migration failed").await?;
        page.see_text("Nothing was changed: CSBS goes on as before")
            .await?;
        page.see_text("BackupService.4005").await?;
        page.accessible().await?;
        page.screenshot("migration-failed").await?;
        page.see("button", "Run it here").await?;
        Ok(())
    });
}

/// The plan as the page shows it in JSON.
async fn plan(page: &Page) -> Result<Value> {
    page.until("the plan is shown", async || {
        let region = page.see("region", "plan").await?;
        Ok(serde_json::from_str(&region.text().await?).ok())
    })
    .await
}

/// Moves the sandbox's clock, which is stopped, to an instant at which no backup is under way.
fn quiet(page: &Page) -> Result<()> {
    page.sandbox().post("/sandbox/clock", &json!({"rate": 0}))?;
    for _ in 0..200 {
        let world = page.sandbox().get("/sandbox/world")?;
        let backups = world["tables"]["backups"].as_array().context("backups")?;
        let idle = |row: &Value| row["status"] == "available" || row["status"] == "error";
        if backups.iter().all(idle) {
            return Ok(());
        }
        page.sandbox()
            .post("/sandbox/clock", &json!({"advance": "PT17M"}))?;
    }
    anyhow::bail!("backups are under way for ever")
}

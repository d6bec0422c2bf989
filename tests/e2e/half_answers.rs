//! One of a project's two services fails: what the other says is shown, and nothing is said that only the silent one could know.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::driver::{Page, journey};

const VAULTS: &str = "Cloud Backup and Recovery";
const SILENT: &str = "Cloud Backup and Recovery did not answer";

/// Every question about vaults is refused, but not as if the service were gone.
fn silence(page: &Page, operations: &str, code: &str) -> Result<()> {
    let fault = json!({"operation": operations, "times": 1000, "status": 403, "error_code": code, "error_msg": "as told"});
    page.sandbox().post("/sandbox/faults", &fault)?;
    Ok(())
}

/// Asks for a restore that cannot be, which the record keeps.
async fn refused_restore(page: &Page, project: &str) -> Result<()> {
    let url = format!("/api/{}/csbs/restores", project.trim_start_matches("/p/"));
    let body = json!({"restore": {
        "provider_id": "fc4d5750-22e7-4798-8a46-f48f62c4c1da", "checkpoint_id": "gone",
        "parameters": {"checkpoint_item_id": "gone", "power_on": false, "targets": {"server_id": "gone", "volumes": []}},
    }});
    let script = "const [url, body] = arguments;
        return fetch(url, {method: 'POST', headers: {'content-type': 'application/json', 'x-anchorage': '1', 'x-anchorage-reason': 'rehearsal'}, body: JSON.stringify(body)})
            .then((answer) => answer.status)";
    let status: Value = page.script(script, vec![json!(url), body]).await?;
    ensure!(
        status.as_u64().is_some_and(|status| status >= 400),
        "{status}"
    );
    Ok(())
}

#[test]
fn without_the_vaults_nobody_is_called_unprotected_whom_they_may_protect() {
    journey("half-an-answer", async |page| {
        page.sign_in().await?;
        page.see_text("are not protected").await?;
        let project = page.url().await?;
        let servers = format!("{project}/servers");
        refused_restore(page, &project).await?;
        silence(page, "cbr.*", "BackupService.8600")?;

        page.open(&project).await?;
        page.see_text(SILENT).await?;
        page.see_text("BackupService.8600 “as told”").await?;
        page.see_text("Protection by vaults is not known").await?;
        page.see_text("it is not known").await?;
        page.see_text(&format!("What is running in {VAULTS} could not be asked"))
            .await?;
        let shown = page.text().await?;
        ensure!(
            !shown.contains("not protected"),
            "it is not known who is not: {shown}"
        );
        ensure!(!shown.contains("No usable backup"), "{shown}");
        page.accessible().await?;
        page.screenshot("half-an-answer-light").await?;

        page.click("link", "The servers of which it is not known")
            .await?;
        page.see_text(SILENT).await?;
        let row = page.see("row", "wiki01").await?;
        page.see_in(&row, "cell", "Not known").await?;
        ensure!(!page.text().await?.contains("No usable backup"), "the list");
        page.accessible().await?;
        page.click("link", "wiki01").await?;
        page.see("heading", "wiki01").await?;
        page.see_text(SILENT).await?;
        page.see_text("may protect it").await?;
        page.accessible().await?;

        page.open(&format!("{project}/quota")).await?;
        page.see_text(SILENT).await?;
        page.see("heading", "Backups").await?;
        page.open(&format!("{project}/restores")).await?;
        page.see_text("rehearsal").await?;
        page.see_text(SILENT).await?;
        page.open(&format!("{project}/search")).await?;
        page.fill(
            "Search servers, backups, policies and vaults, or paste an id",
            "web01",
        )
        .await?;
        page.see("option", "web01").await?;
        page.see_text("Not everything could be searched").await?;
        page.see_text(SILENT).await?;

        // One press, and it is whole again.
        page.open(&servers).await?;
        page.see_text(SILENT).await?;
        page.sandbox().delete("/sandbox/faults")?;
        page.click("button", "Try again").await?;
        page.see_text("No usable backup").await?;
        ensure!(!page.text().await?.contains(SILENT), "it answers");
        Ok(())
    });
}

#[test]
fn without_the_older_service_vaults_still_protect_and_nobody_else_is_judged() {
    journey("half-an-answer-v1", async |page| {
        page.sign_in().await?;
        let project = page.url().await?;
        silence(page, "csbs.*", "CSBS.9009")?;
        page.open(&project).await?;
        page.see_text("Cloud Server Backup Service did not answer")
            .await?;
        page.see_text("CSBS.9009").await?;
        page.see_text("Protection outside vaults is not known")
            .await?;
        page.click("link", "Vaults").await?;
        page.see("table", "")
            .await
            .context("the vaults are there")?;
        Ok(())
    });
}

#[test]
fn a_refresh_that_brings_half_of_it_keeps_what_was_whole() {
    journey("half-a-refresh", async |page| {
        page.sign_in().await?;
        page.see("row", "edge01").await?;
        silence(page, "cbr.*", "BackupService.8600")?;
        page.click("button", "Refresh overview").await?;
        page.see_text("The protection of your servers could not be refreshed")
            .await?;
        page.see_text("What is shown is from").await?;
        let row = page.see("row", "edge01").await?;
        page.see_in(&row, "cell", "No usable backup").await?;
        page.sandbox().delete("/sandbox/faults")?;
        page.click("button", "Try again").await?;
        page.see_no("button", "Try again").await?;
        Ok(())
    });
}

#[test]
fn the_overview_asks_why_a_backup_in_a_vault_failed() {
    journey("vault-failure", async |page| {
        let mut world = page.sandbox().get("/sandbox/world")?;
        let backups = world["tables"]["cbr_backups"].as_array_mut();
        let made = |row: &&mut Value| {
            row["resource_name"] == "cluster02"
                && row["status"] == "available"
                && row["image_type"] == "backup"
        };
        let newest = backups.and_then(|rows| rows.iter_mut().rfind(made));
        let newest = newest.context("a usable backup")?;
        newest["status"] = json!("error");
        let id = newest["id"].clone();
        let tasks = world["tables"]["cbr_tasks"].as_array_mut();
        let task = tasks.and_then(|rows| rows.iter_mut().find(|row| row["backup_id"] == id));
        let task = task.context("the task that made it")?;
        task["status"] = json!("failed");
        task["message"] = json!("The vault was full.");
        page.sandbox().put("/sandbox/world", &world)?;

        page.sign_in().await?;
        page.see_text("The vault was full.").await?;
        ensure!(!page.text().await?.contains("gave no reason"), "it did");
        Ok(())
    });
}

//! Policies taken away as text and brought in by a plan.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::driver::{Page, journey};

/// The name of a policy that only the document knows.
const NEW: &str = "from-text";

#[test]
fn policies_are_exported_as_a_document_and_as_terraform() {
    journey("policies-export", async |page| {
        page.sign_in().await?;
        page.click("link", "Policies").await?;
        page.click("link", "Export").await?;
        page.see("heading", "Export policies").await?;
        let policies = exported(page).await?;
        ensure!(policies.len() > 1, "the demo has policies");
        page.accessible().await?;
        page.screenshot("policies-export").await?;
        page.size(320, 800).await?;
        page.fits_the_width().await?;
        page.size(1280, 900).await?;
        page.click("button", "Choose none").await?;
        page.see_text("Choose at least one policy.").await?;
        page.click("checkbox", &policies[0]).await?;
        page.until("one policy is left", async || {
            let one = exported(page).await?;
            Ok((one == policies[..1]).then_some(()))
        })
        .await?;
        page.click("radio", "Terraform").await?;
        page.see_text("resource \"opentelekomcloud_csbs_backup_policy_v1\"")
            .await?;
        page.reload().await?;
        page.see_text("resource \"opentelekomcloud_csbs_backup_policy_v1\"")
            .await?;
        Ok(())
    });
}

#[test]
fn a_document_is_imported_by_a_plan_whose_steps_can_be_taken_back() {
    journey("policies-import", async |page| {
        page.sign_in().await?;
        page.click("link", "Policies").await?;
        page.click("link", "Export").await?;
        let known = exported(page).await?.swap_remove(0);
        page.click("link", "Policies").await?;
        page.click("link", "Import").await?;
        page.see("heading", "Import policies").await?;
        page.fill("Text of the document", "{\"version\": 1, \"polices\": []}")
            .await?;
        page.see_text("there is no member `polices` here").await?;
        page.accessible().await?;
        page.reload().await?;
        page.see_text("there is no member `polices` here").await?;

        let document = json!({"version": 1, "policies": [
            {"name": known, "description": "as the text says"},
            {"name": NEW, "schedule": "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "retention": {"backups": 3}},
        ]});
        page.fill("Text of the document", &document.to_string())
            .await?;
        page.see("button", "Apply 2 steps").await?;
        page.see(
            "checkbox",
            &format!("Create policy {NEW}: every day at 02:30 UTC; keep the newest 3; no server."),
        )
        .await?;
        page.accessible().await?;
        page.screenshot("policies-import").await?;
        page.size(320, 800).await?;
        page.fits_the_width().await?;
        page.size(1280, 900).await?;

        page.tab_to("button", "Apply 2 steps", 60).await?;
        page.keys(Key::Enter + "").await?;
        page.see_text("2 steps done.").await?;
        page.accessible().await?;
        page.screenshot("policies-imported").await?;
        page.tab_to("button", &format!("Take back: Create policy {NEW}"), 60)
            .await?;
        page.keys(Key::Enter + "").await?;
        page.see_text("1 step done, 1 step taken back.").await?;
        page.click("button", "Make a new plan").await?;
        page.see("button", "Apply 1 step").await?;
        page.click("link", "Back to the policies").await?;
        page.see_text("as the text says").await?;
        page.see_no("link", NEW).await?;
        Ok(())
    });
}

/// The names in the document that is shown, once it is there.
async fn exported(page: &Page) -> Result<Vec<String>> {
    page.until("the document is shown", async || {
        let shown = page.see("region", "policies").await?.text().await?;
        let Ok(document) = serde_json::from_str::<Value>(&shown) else {
            return Ok(None);
        };
        let policies = document["policies"].as_array().context("a list")?;
        let name = |policy: &Value| policy["name"].as_str().unwrap_or_default().to_owned();
        Ok(Some(policies.iter().map(name).collect()))
    })
    .await
}

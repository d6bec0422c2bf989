//! Policies taken away as text and brought in by a plan.

use std::collections::HashSet;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::driver::{Page, journey};
use crate::server::target;

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
            let one = named(&document(page).await?);
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

#[test]
fn a_file_is_imported_deletions_are_confirmed_and_a_failing_step_says_why() {
    journey("policies-import-file", async |page| {
        page.sign_in().await?;
        page.click("link", "Policies").await?;
        page.click("link", "Export").await?;
        let known = exported(page).await?;
        let (kept, others) = known.split_first().context("the demo has policies")?;
        page.click("link", "Policies").await?;
        page.click("link", "Import").await?;

        let before = stored(page)?;
        let folder = target().join("journeys");
        std::fs::create_dir_all(&folder)?;
        let no_text = folder.join("picture.png");
        std::fs::write(&no_text, [0x89, b'P', b'N', b'G', 0xff, 0xfe, 0x00])?;
        page.choose_file("File with a document", &no_text).await?;
        page.see_text("This is no document yet").await?;

        let file = folder.join("policies.json");
        let document = json!({"version": 1, "policies": [
            {"name": kept, "description": "from a file"},
            {"name": NEW, "schedule": "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "retention": {"backups": 3}},
        ]});
        std::fs::write(&file, document.to_string())?;
        page.choose_file("File with a document", &file).await?;
        page.see("button", "Apply 2 steps").await?;
        page.click(
            "checkbox",
            "Delete policies that the document does not name",
        )
        .await?;
        let all = format!("Apply {} steps", 2 + others.len());
        page.click("button", &all).await?;

        // Nothing goes without being asked for.
        let asked = format!("Apply the plan and delete {} policies?", others.len());
        let dialog = page.see("dialog", &asked).await?;
        page.accessible().await?;
        page.screenshot("policies-import-confirm").await?;
        page.click_in(&dialog, "button", "Keep everything").await?;
        page.see_no("dialog", &asked).await?;
        ensure!(stored(page)? == before, "cancelling changes nothing");

        // The service fails the step in the middle; the others are done, and each says how it went.
        page.sandbox().post(
            "/sandbox/faults",
            &json!({"operation": "csbs.policies.create", "times": 1, "status": 500, "error_code": "CSBS.9999",
                    "error_msg": "Internal error."}),
        )?;
        page.click("button", &all).await?;
        let dialog = page.see("dialog", &asked).await?;
        let verb = format!("Apply and delete {} policies", others.len());
        page.fill("Type demo-project to go on", "demo-project")
            .await?;
        page.click_in(&dialog, "button", &verb).await?;
        page.see_text(&format!(
            "{} steps done, 1 step not done.",
            1 + others.len()
        ))
        .await?;
        page.see_text("CSBS.9999").await?;
        page.accessible().await?;
        page.screenshot("policies-import-failed").await?;
        page.see_no("button", &format!("Take back: Create policy {NEW}"))
            .await?;
        let after = stored(page)?;
        ensure!(
            after.contains(kept) && !others.iter().any(|other| after.contains(other)),
            "the others were deleted, and only they: {after:?}"
        );

        // What failed is still in the document: the next plan is only that.
        page.click("button", "Make a new plan").await?;
        page.click("button", "Apply 1 step").await?;
        page.see_text("1 step done.").await?;
        ensure!(stored(page)?.contains(NEW), "the second try makes it");
        Ok(())
    });
}

#[test]
fn policies_of_vaults_are_imported_and_taken_back_after_a_reload() {
    journey("policies-import-vaults", async |page| {
        const VAULT: &str = "cluster";
        const BEFORE: &str = "cluster-nightly";
        page.sign_in().await?;
        let cluster = Some(vec![VAULT.to_owned()]);
        ensure!(vaults_of(page, BEFORE).await? == cluster, "the demo has it");
        page.screenshot("policies-export-vaults").await?;
        page.click("link", "Policies").await?;
        page.click("link", "Import").await?;
        let document = json!({"version": 2, "policies": [
            {"name": BEFORE, "service": "cbr", "full_every": 5},
            {"name": NEW, "service": "cbr", "schedule": ["FREQ=DAILY;BYHOUR=2;BYMINUTE=30"], "retention": {"days": 7},
                "vaults": [{"name": VAULT}]},
        ]});
        page.fill("Text of the document", &document.to_string())
            .await?;
        let create = format!(
            "Create CBR policy {NEW}: every day at 02:30 UTC; keep for 7 days; only the first backup a full one."
        );
        let apply = format!("Apply CBR policy {NEW} to vault {VAULT}, instead of policy {BEFORE}.");
        page.see("checkbox", &create).await?;
        page.see("checkbox", &apply).await?;
        page.accessible().await?;
        page.screenshot("policies-import-vaults").await?;
        page.click("button", "Apply 3 steps").await?;
        page.see_text("3 steps done.").await?;
        ensure!(vaults_of(page, NEW).await? == cluster, "it is applied");
        ensure!(
            vaults_of(page, BEFORE).await? == Some(Vec::new()),
            "one of a kind"
        );

        // Left, loaded anew, and offered still.
        page.click("link", "Policies").await?;
        page.click("link", "Import").await?;
        page.see_text("3 steps done.").await?;
        page.reload().await?;
        page.see_text("3 steps done.").await?;
        page.click("button", &format!("Take back: {apply}")).await?;
        page.see_text("2 steps done, 1 step taken back.").await?;
        page.reload().await?;
        page.see_text("2 steps done, 1 step taken back.").await?;
        page.accessible().await?;
        page.screenshot("policies-import-kept").await?;
        page.click("button", &format!("Take back: {create}"))
            .await?;
        page.see_text("1 step done, 2 steps taken back.").await?;
        ensure!(vaults_of(page, NEW).await?.is_none(), "it is gone again");
        ensure!(
            vaults_of(page, BEFORE).await? == cluster,
            "and has its vault"
        );

        // What somebody else did since is not undone.
        page.click("link", "Policies").await?;
        page.click("link", BEFORE).await?;
        page.click("link", "Edit policy").await?;
        page.fill("Runs between full backups", "9").await?;
        page.click("button", "Review changes").await?;
        page.see("dialog", "Save these changes").await?;
        page.click("button", "Save policy").await?;
        page.see("heading", BEFORE).await?;
        page.click("link", "Policies").await?;
        page.click("link", "Import").await?;
        let change = format!(
            "Change CBR policy {BEFORE}: make one full backup after every 5 runs, instead of: only the first backup a full one."
        );
        page.click("button", &format!("Take back: {change}"))
            .await?;
        page.see_text("The policy has been changed since").await?;
        page.click("button", "Make a new plan").await?;
        page.see_no("button", "Make a new plan").await?;
        page.reload().await?;
        page.see_text("Apply 3 steps").await?;
        Ok(())
    });
}

#[test]
fn terraform_is_imported_and_an_export_that_comes_back_changes_nothing() {
    journey("policies-import-terraform", async |page| {
        page.sign_in().await?;
        page.click("link", "Policies").await?;
        page.click("link", "Export").await?;
        page.click("radio", "Terraform").await?;
        page.see_text("resource \"opentelekomcloud_cbr_policy_v3\"")
            .await?;
        let exported = page.see("region", "policies").await?.text().await?;
        let folder = target().join("journeys");
        std::fs::create_dir_all(&folder)?;
        let file = folder.join("policies.tf");
        std::fs::write(&file, &exported)?;
        page.click("link", "Policies").await?;
        page.click("link", "Import").await?;
        page.choose_file("File with a document", &file).await?;
        page.see_text("Read as Terraform").await?;
        page.see_text("Nothing to do").await?;

        let by_hand = |hour: &str| {
            format!(
                "# By hand\nvariable \"hour\" {{}}\n\nresource \"opentelekomcloud_csbs_backup_policy_v1\" \"new\" {{\n  name = \"{NEW}\"\n  \
                 scheduled_operation {{\n    max_backups     = \"3\"\n    operation_type  = \"backup\"\n    \
                 trigger_pattern = \"FREQ=DAILY;BYHOUR={hour};BYMINUTE=30\"\n  }}\n}}\n"
            )
        };
        std::fs::write(&file, by_hand("${var.hour}"))?;
        page.choose_file("File with a document", &file).await?;
        page.see_text("Line 9, opentelekomcloud_csbs_backup_policy_v1.new.scheduled_operation.trigger_pattern")
            .await?;
        page.see_text("is worked out by Terraform and not known here. Write the value itself.")
            .await?;
        page.accessible().await?;
        page.screenshot("policies-import-terraform-problem").await?;
        std::fs::write(&file, by_hand("2"))?;
        page.choose_file("File with a document", &file).await?;
        page.see_text("1 thing left out").await?;
        page.see(
            "checkbox",
            &format!("Create policy {NEW}: every day at 02:30 UTC; keep the newest 3; no server."),
        )
        .await?;
        page.accessible().await?;
        page.screenshot("policies-import-terraform").await?;
        page.size(320, 800).await?;
        page.fits_the_width().await?;
        page.size(1280, 900).await?;
        page.click("button", "Apply 1 step").await?;
        page.see_text("1 step done.").await?;
        ensure!(stored(page)?.contains(NEW), "it is made");
        Ok(())
    });
}

/// The names of the policies that the service has, of every project.
fn stored(page: &Page) -> Result<HashSet<String>> {
    let world = page.sandbox().get("/sandbox/world")?;
    let policies = world["tables"]["policies"].as_array().context("a table")?;
    let name = |policy: &Value| policy["name"].as_str().unwrap_or_default().to_owned();
    Ok(policies.iter().map(name).collect())
}

/// The document that is shown, once it is there.
async fn document(page: &Page) -> Result<Value> {
    page.until("the document is shown", async || {
        let shown = page.see("region", "policies").await?.text().await?;
        Ok(serde_json::from_str::<Value>(&shown).ok())
    })
    .await
}

fn named(document: &Value) -> Vec<String> {
    let policies = document["policies"].as_array().into_iter().flatten();
    let name = |policy: &Value| policy["name"].as_str().unwrap_or_default().to_owned();
    policies.map(name).collect()
}

/// The names of the policies in it that list servers.
async fn exported(page: &Page) -> Result<Vec<String>> {
    let mut document = document(page).await?;
    let policies = document["policies"].as_array_mut().context("a list")?;
    policies.retain(|policy| policy["service"].is_null());
    Ok(named(&document))
}

/// The names of the vaults of a policy of vaults, as the export shows it; nothing when there is none.
async fn vaults_of(page: &Page, policy: &str) -> Result<Option<Vec<String>>> {
    page.click("link", "Policies").await?;
    page.click("link", "Export").await?;
    let document = document(page).await?;
    let mut policies = document["policies"].as_array().context("a list")?.iter();
    let found = policies.find(|one| one["name"] == policy && one["service"] == "cbr");
    Ok(found.map(|policy| named(&json!({"policies": policy["vaults"]}))))
}

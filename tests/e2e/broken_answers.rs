//! A service that misbehaves: whatever it answers, the screen says what failed, the rest works, and no draft is lost.

use anyhow::{Context, Result, ensure};
use contract::errors::lookup_all;
use serde_json::{Value, json};

use crate::driver::{Page, journey};

/// Each way an answer can be wrong, as the sandbox is told to make it.
fn faults() -> Vec<(&'static str, Value)> {
    let status = |status: u16, code: &str| json!({"status": status, "error_code": code, "error_msg": "<b>as told</b>"});
    vec![
        (
            "malformed",
            json!({"body": "{\"policies\": [{]", "content_type": "application/json"}),
        ),
        (
            "empty",
            json!({"body": "", "content_type": "application/json"}),
        ),
        (
            "html",
            json!({"body": "<html><script>window.hostile=1</script>captive portal", "content_type": "text/html"}),
        ),
        ("cut", json!({"cut_after_bytes": 40})),
        ("reset", json!({"reset": true})),
        ("400", status(400, "CSBS.9001")),
        ("403", status(403, "CSBS.9009")),
        ("404", status(404, "CSBS.3000")),
        ("409", status(409, "CSBS.2003")),
        ("429", status(429, "APIGW.0308")),
        ("500", status(500, "CSBS.9999")),
        ("503", status(503, "CSBS.9998")),
    ]
}

#[test]
fn every_broken_answer_is_named_where_it_failed_and_can_be_tried_again() {
    journey("broken-answers", async |page| {
        page.sign_in().await?;
        let project = page.url().await?;
        for (name, effect) in faults() {
            arm(page, "csbs.policies.list", &effect)?;
            page.open(&format!("{project}/policies")).await?;
            page.see("button", "Try again")
                .await
                .with_context(|| format!("after {name}"))?;
            ensure!(
                page.script("return window.hostile ?? null", vec![])
                    .await?
                    .is_null(),
                "{name} ran a script"
            );
            page.see("link", "Servers").await?;
            disarm(page)?;
            page.click("button", "Try again").await?;
            page.see("link", "web-nightly")
                .await
                .with_context(|| format!("after {name}"))?;
        }
        Ok(())
    });
}

#[test]
fn a_failed_save_keeps_every_entry() {
    journey("failed-save", async |page| {
        page.sign_in().await?;
        page.click("link", "Policies").await?;
        page.click("button", "Create policy").await?;
        page.click("radio", "Cloud Server Backup Service").await?;
        page.fill("Name", "kept-entries").await?;
        page.fill("Description", "Typed once").await?;
        for (name, effect) in faults() {
            arm(page, "csbs.policies.create", &effect)?;
            page.click("button", "Review and create").await?;
            let dialog = page.see("dialog", "Create policy kept-entries?").await?;
            page.click_in(&dialog, "button", "Create policy").await?;
            page.see_text("Everything you entered is still here")
                .await
                .with_context(|| format!("after {name}"))?;
            page.click("button", "Go on editing").await?;
            ensure!(
                page.value("Name").await? == "kept-entries",
                "the name is kept after {name}"
            );
            ensure!(
                page.value("Description").await? == "Typed once",
                "the description is kept after {name}"
            );
            disarm(page)?;
        }
        page.reload().await?;
        page.see_text("Your unsaved entries are back").await?;
        ensure!(
            page.value("Name").await? == "kept-entries",
            "the name is kept over a reload"
        );
        Ok(())
    });
}

/// The first screen does not carry the codes of vaults; whatever meets one first has its text all the same.
#[test]
fn a_code_of_the_vaults_is_explained_on_the_page_that_is_opened_first() {
    journey("codes-of-vaults", async |page| {
        page.sign_in().await?;
        let project = page.url().await?;
        let text = lookup_all("BackupService.6202", 400).context("a documented code")?;
        let effect =
            json!({"status": 400, "error_code": "BackupService.6202", "error_msg": "as told"});
        arm(page, "cbr.policies.list", &effect)?;
        page.open(&format!("{project}/policies")).await?;
        page.see_text(text.meaning).await?;
        page.see_text(text.remedy).await?;
        page.see_text("BackupService.6202 “as told”").await?;
        Ok(())
    });
}

#[test]
fn a_session_that_ends_is_renewed_in_place() {
    journey("session-renewed", async |page| {
        page.sign_in().await?;
        page.click("link", "Policies").await?;
        page.click("button", "Create policy").await?;
        page.click("radio", "Cloud Server Backup Service").await?;
        page.fill("Name", "after-signing-in-again").await?;
        page.end_session().await?;
        page.click("button", "Review and create").await?;
        let dialog = page
            .see("dialog", "Create policy after-signing-in-again?")
            .await?;
        page.click_in(&dialog, "button", "Create policy").await?;
        page.see("dialog", "Sign in again").await?;
        page.accessible().await?;
        page.fill("Password", "demo").await?;
        page.click("button", "Sign in").await?;
        page.see_no("dialog", "Sign in again").await?;
        // Nothing was sent a second time by itself; the entries are there.
        let world = page.sandbox().get("/sandbox/world")?.to_string();
        ensure!(
            !world.contains("after-signing-in-again"),
            "the request was repeated unasked"
        );
        ensure!(
            page.value("Name").await? == "after-signing-in-again",
            "the draft is kept"
        );
        Ok(())
    });
}

fn arm(page: &Page, operation: &str, effect: &Value) -> Result<()> {
    let mut fault = json!({"operation": operation, "times": 50});
    let members = effect.as_object().context("an effect")?;
    for (name, value) in members {
        fault[name] = value.clone();
    }
    page.sandbox().post("/sandbox/faults", &fault)?;
    Ok(())
}

fn disarm(page: &Page) -> Result<()> {
    page.sandbox().delete("/sandbox/faults")?;
    Ok(())
}

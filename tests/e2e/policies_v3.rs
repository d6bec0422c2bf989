//! Policies of vaults: made with several rules and long-term slots, looked at in time, changed and run.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::driver::{Page, journey};

const POLICY: &str = "vault-weekly";
/// A vault of the demo, with a policy of its own.
const VAULT: &str = "cluster";
const BEFORE: &str = "cluster-nightly";

#[test]
fn a_policy_of_vaults_is_made_changed_and_run_by_mouse() {
    journey("policies-v3-by-mouse", async |page| {
        page.sign_in().await?;
        page.click("link", "Policies").await?;
        page.see("row", BEFORE).await?;
        page.choose("Service", "Cloud Backup and Recovery (CBR)")
            .await?;
        page.see_no("link", "web-nightly").await?;
        page.see("link", "cluster-offsite").await?;
        page.accessible().await?;
        page.screenshot("policies-v3-list").await?;
        page.click("button", "Create policy").await?;
        page.see("heading", "Create policy").await?;
        page.see_text("For everything new").await?;
        page.fill("Name", POLICY).await?;
        page.click("button", "Add rule").await?;
        page.see_text("2 of 24 rules").await?;
        page.click("radio", "By day, week, month, year").await?;
        page.fill("Backups to keep", "3").await?;
        page.fill("Newest of each week", "4").await?;
        page.choose("Days begin at midnight in", "UTC+01:00")
            .await?;
        page.fill("Runs between full backups", "6").await?;
        page.click("checkbox", VAULT).await?;
        page.see_text(&format!("replaces its present policy, {BEFORE}"))
            .await?;
        page.accessible().await?;
        page.screenshot("policies-v3-editor").await?;
        page.size(320, 800).await?;
        page.fits_the_width().await?;
        page.size(1280, 900).await?;
        page.click("button", "Review and create").await?;
        let dialog = page
            .see("dialog", &format!("Create policy {POLICY}?"))
            .await?;
        page.see_text(&format!("{BEFORE} is taken off {VAULT}."))
            .await?;
        page.see_text("Saving sends 2 requests").await?;
        page.accessible().await?;
        page.click_in(&dialog, "button", "Create policy").await?;
        page.see("heading", POLICY).await?;
        page.see_text("one for each of the last").await?;
        page.see("link", VAULT).await?;
        let made = policy(page)?;
        let rules: Vec<String> = serde_json::from_str(made["pattern"].as_str().context("rules")?)?;
        ensure!(rules.len() == 2, "both rules are stored: {rules:?}");
        let keep: Value = serde_json::from_str(made["definition"].as_str().context("numbers")?)?;
        ensure!(
            keep["max_backups"] == 3
                && keep["week_backups"] == 4
                && keep["full_backup_interval"] == 6,
            "what was filled in is stored: {keep}"
        );
        let_time_pass(page, "P12D").await?;
        look_at_the_timeline(page).await?;
        keep_less(page).await?;
        run(page).await?;
        Ok(())
    });
}

#[test]
fn the_same_by_keyboard_alone() {
    journey("policies-v3-by-keyboard", async |page| {
        page.sign_in().await?;
        press(page, "link", "Policies").await?;
        press(page, "button", "Create policy").await?;
        write(page, "Name", POLICY).await?;
        press(page, "button", "Add rule").await?;
        page.see_text("2 of 24 rules").await?;
        press(page, "button", "Edit rule 1").await?;
        write(page, "Backups to keep", "3").await?;
        focus(page, "checkbox", VAULT).await?;
        page.keys(Key::Space + "").await?;
        press(page, "button", "Review and create").await?;
        page.see("dialog", &format!("Create policy {POLICY}?"))
            .await?;
        press(page, "button", "Create policy").await?;
        page.see_no("dialog", &format!("Create policy {POLICY}?"))
            .await?;
        page.see("heading", POLICY).await?;
        let_time_pass(page, "P6D").await?;
        page.reload().await?;
        page.see_text("backups exist now").await?;
        focus(page, "listbox", "Backups in time").await?;
        page.keys(Key::Home + "").await?;
        page.see_text("exists; kept:").await?;
        let first = walked(page).await?;
        page.keys(Key::Right + "").await?;
        page.until("the next backup is told of", async || {
            Ok((walked(page).await? != first).then_some(()))
        })
        .await?;
        page.keys(Key::End + "").await?;
        page.see_text("yet to be made").await?;
        press(page, "link", "Edit policy").await?;
        write(page, "Backups to keep", "1").await?;
        page.see_text("This change deletes").await?;
        press(page, "button", "Review changes").await?;
        page.see("dialog", "Save these changes").await?;
        press(page, "button", "Save policy").await?;
        page.see_text("Keep the newest 1").await?;
        press(page, "button", "Run now").await?;
        page.see("dialog", &format!("Run {POLICY} now")).await?;
        press(page, "button", "Back up 2 resources").await?;
        page.see_text("Backing up 2 resources of vault cluster")
            .await
    });
}

/// The policy as the sandbox keeps it.
fn policy(page: &Page) -> Result<Value> {
    let world = page.sandbox().get("/sandbox/world")?;
    let rows = world["tables"]["cbr_policies"].as_array();
    let mut rows = rows.context("the sandbox has policies")?.iter();
    let found = rows.find(|row| row["name"] == POLICY);
    found.cloned().context("the policy was made")
}

async fn let_time_pass(page: &Page, duration: &str) -> Result<()> {
    page.sandbox()
        .post("/sandbox/clock", &json!({"advance": duration}))?;
    Ok(())
}

/// What is told of the mark that was walked to.
async fn walked(page: &Page) -> Result<String> {
    let script = "return document.querySelector('.lifeline-said')?.textContent ?? ''";
    Ok(serde_json::from_value(page.script(script, vec![]).await?)?)
}

async fn look_at_the_timeline(page: &Page) -> Result<()> {
    page.reload().await?;
    page.see_text("backups exist now").await?;
    page.see_text("A forecast").await?;
    page.choose("Backups of", "cluster02").await?;
    page.click("radio", "90 days").await?;
    page.click("button", "Data of the timeline").await?;
    page.see_text("week slot of").await?;
    page.accessible().await?;
    page.screenshot("policies-v3-timeline").await?;
    page.size(320, 800).await?;
    page.fits_the_width().await?;
    page.size(390, 844).await?;
    page.screenshot("policies-v3-timeline-390").await?;
    page.size(1280, 900).await
}

#[test]
fn the_timelines_labels_stand_apart_whatever_time_it_spans_and_however_wide_it_is() {
    journey("timeline-spans", async |page| {
        page.sign_in().await?;
        page.sandbox().post("/sandbox/clock", &json!({"rate": 0}))?;
        page.click("link", "Policies").await?;
        page.click("link", "cluster-nightly").await?;
        page.see("heading", "cluster-nightly").await?;
        let policy = page.url().await?;
        let screens = [
            ("page", policy.clone()),
            ("editor", format!("{policy}/edit")),
        ];
        for theme in ["light", "dark"] {
            let choose = format!("localStorage.setItem('anchorage.theme', '{theme}')");
            page.script(&choose, vec![]).await?;
            for (span, days) in [("3-days", 3), ("3-months", 91), ("10-years", 3_650)] {
                spread(page, days)?;
                for (screen, address) in &screens {
                    page.open(address).await?;
                    page.see_text("A forecast").await?;
                    for width in [1280, 768, 390] {
                        page.size(width, 1000).await?;
                        labels_stand_apart(page).await?;
                        page.fits_the_width().await?;
                        page.screenshot(&format!("timeline-{screen}-{span}-{width}-{theme}"))
                            .await?;
                    }
                }
            }
        }
        Ok(())
    });
}

/// Spreads the backups of the cluster's first server evenly over the last days.
fn spread(page: &Page, days: i64) -> Result<()> {
    let mut world = page.sandbox().get("/sandbox/world")?;
    let now = page.sandbox().get("/sandbox/clock")?["now"].clone();
    let now = contract::time::Timestamp::parse(now.as_str().context("an instant")?);
    let now = now.context("an instant")?.micros();
    let rows = world["tables"]["cbr_backups"].as_array_mut();
    let own = |row: &&mut Value| {
        row["resource_name"] == "cluster01"
            && row["status"] == "available"
            && row["image_type"] == "backup"
    };
    let mut own: Vec<&mut Value> = rows.context("backups")?.iter_mut().filter(own).collect();
    ensure!(own.len() >= 3, "{} backups of cluster01", own.len());
    let step = days * 86_400_000_000 / i64::try_from(own.len())?;
    for (age, row) in (1..).zip(own.iter_mut().rev()) {
        let at = json!(now - age * step);
        for member in ["created_at", "updated_at", "protected_at"] {
            row[member] = at.clone();
        }
    }
    page.sandbox().put("/sandbox/world", &world)?;
    Ok(())
}

/// No label under the axis lies over another or sticks out, and what is scrolled to is the picture.
async fn labels_stand_apart(page: &Page) -> Result<()> {
    const SCRIPT: &str = r#"
        const figure = document.querySelector('.lifeline-figure');
        figure.scrollIntoView({block: 'center'});
        const frame = figure.getBoundingClientRect();
        const shown = [...figure.querySelectorAll('.lifeline-tick')].filter((tick) => tick.checkVisibility());
        const boxes = shown.map((tick) => [tick.textContent, tick.getBoundingClientRect()]);
        const wrong = boxes.filter(([, box]) => box.left < frame.left - 1 || box.right > frame.right + 1).map(([text]) => `${text} sticks out`);
        boxes.forEach(([text, a], n) => boxes.slice(n + 1).forEach(([other, b]) => {
            if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) wrong.push(`${text} lies over ${other}`);
        }));
        return [boxes.length, wrong];
    "#;
    let (labels, wrong): (usize, Vec<String>) =
        serde_json::from_value(page.script(SCRIPT, vec![]).await?)?;
    ensure!(labels >= 3, "both ends and the present have a label");
    ensure!(wrong.is_empty(), "{wrong:?}");
    Ok(())
}

/// Edits the retention: sees which backups would go, and that saving does it.
async fn keep_less(page: &Page) -> Result<()> {
    page.click("link", "Edit policy").await?;
    page.see_no("status", "Loading").await?;
    page.click("radio", "A number").await?;
    page.fill("Backups to keep", "2").await?;
    page.see_text("This change deletes").await?;
    page.click("button", "Which ones, and when").await?;
    page.see("table", "Backups that go earlier").await?;
    page.accessible().await?;
    page.screenshot("policies-v3-edit").await?;
    page.click("button", "Remove rule 2").await?;
    page.see_text("1 of 24 rules").await?;
    page.click("button", "Review changes").await?;
    let dialog = page.see("dialog", "Save these changes").await?;
    page.see_text("This change deletes").await?;
    page.click_in(&dialog, "button", "Save policy").await?;
    page.see_text("Keep the newest 2").await?;
    ensure!(backups(page)? > 4, "nothing is deleted at once");
    let_time_pass(page, "P1D").await?;
    ensure!(
        backups(page)? == 4,
        "two of each server are left, not {}",
        backups(page)?
    );
    Ok(())
}

/// How many backups the policy has made and not deleted.
fn backups(page: &Page) -> Result<usize> {
    let id = policy(page)?["id"].clone();
    let world = page.sandbox().get("/sandbox/world")?;
    let rows = world["tables"]["cbr_backups"].as_array();
    let own = rows.context("rows")?.iter();
    Ok(own.filter(|row| row["policy_id"] == id).count())
}

/// Runs it for one resource of its vault.
async fn run(page: &Page) -> Result<()> {
    page.click("button", "Run now").await?;
    let dialog = page.see("dialog", &format!("Run {POLICY} now")).await?;
    page.click("checkbox", "cluster02").await?;
    page.accessible().await?;
    page.click_in(&dialog, "button", "Back up 1 resource")
        .await?;
    page.see_text(&format!("Backing up 1 resource of vault {VAULT}"))
        .await
}

async fn focus(page: &Page, role: &str, name: &str) -> Result<()> {
    page.tab_to(role, name, 300).await
}

async fn press(page: &Page, role: &str, name: &str) -> Result<()> {
    focus(page, role, name).await?;
    page.keys(Key::Enter + "").await
}

/// Replaces what a short field holds.
async fn write(page: &Page, label: &str, text: &str) -> Result<()> {
    focus(page, "field", label).await?;
    page.keys(Key::End + "").await?;
    for _ in 0..page.value(label).await?.len() {
        page.keys(Key::Backspace + "").await?;
    }
    page.keys(text.to_owned()).await
}

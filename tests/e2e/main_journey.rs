//! The main job, whole, as a new user does it: shape a policy, run it, let a week pass, find one of its backups and restore it.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::driver::{Page, journey};

const POLICY: &str = "weekdays-1830";
/// The demo's server that nobody protects yet; its two data volumes are of one size.
const SERVER: &str = "wiki01";

#[test]
fn a_policy_is_made_run_and_one_of_its_backups_restored_with_a_disk_remapped() {
    journey("main-by-mouse", async |page| {
        page.sign_in().await?;
        make_the_policy(page).await?;
        run_it_now(page).await?;
        let_a_week_pass(page).await?;
        let weekday_backups = find_its_backups(page).await?;
        ensure!(
            (5..=7).contains(&weekday_backups),
            "one backup by hand and one on each weekday, not {weekday_backups}"
        );
        choose_the_newest(page).await?;
        swap_the_data_disks(page).await?;
        restore(page).await?;
        let disks = restored_disks(page)?;
        ensure!(
            disks == 3,
            "all three disk backups are part of the restore, not {disks}"
        );
        Ok(())
    });
}

#[test]
fn the_same_by_keyboard_alone() {
    journey("main-by-keyboard", async |page| {
        page.sign_in().await?;
        press(page, "link", "Policies").await?;
        press(page, "button", "Create policy").await?;
        // The radio buttons are one stop: the arrow chooses the older service.
        focus(page, "radio", "Cloud Backup and Recovery").await?;
        page.keys(Key::Down + "").await?;
        page.url_with("service=csbs").await?;
        write(page, "Name", POLICY).await?;
        press(page, "button", "Work days").await?;
        for time in shown_times(page).await? {
            press(page, "button", &format!("Remove {time}")).await?;
        }
        write(page, "Another time", "18:30").await?;
        page.keys(Key::Enter + "").await?;
        page.see("button", "Remove 18:30").await?;
        write(page, "Backups to keep", "14").await?;
        press(page, "button", &format!("Add server {SERVER}")).await?;
        press(page, "button", "Review and create").await?;
        page.see("dialog", &format!("Create policy {POLICY}?"))
            .await?;
        press(page, "button", "Create policy").await?;
        page.see("heading", POLICY).await?;
        press(page, "button", "Run now").await?;
        page.see_text("Backing up").await?;
        page.sandbox()
            .post("/sandbox/clock", &json!({"advance": "P7D"}))?;
        press(page, "link", "Show its backups").await?;
        page.url_with("/backups").await?;
        page.see_no("button", "Stop loading").await?;
        // The list is one stop; the first row is the newest.
        press(page, "table", "Backups").await?;
        page.see("heading", "autobk").await?;
        focus(page, "button", "Restore backup").await?;
        page.keys(Key::Enter + "").await?;
        page.see("heading", "Step 1 of 4").await?;
        press(page, "button", "Next: target and disks").await?;
        page.see("heading", "Step 2 of 4").await?;
        press(page, "button", "Next: check").await?;
        page.see("heading", "Step 3 of 4").await?;
        page.see_text("The service would accept it").await?;
        focus(page, "checkbox", "Make a safety backup").await?;
        page.keys(Key::Space + "").await?;
        press(page, "button", "Next: review and run").await?;
        page.see("heading", "Step 4 of 4").await?;
        write(page, &format!("Type {SERVER} to confirm"), SERVER).await?;
        press(page, "button", &format!("Overwrite {SERVER}")).await?;
        page.see_text("The restore is running").await?;
        page.sandbox()
            .post("/sandbox/clock", &json!({"advance": "P1D"}))?;
        page.see_text("was restored").await?;
        Ok(())
    });
}

async fn make_the_policy(page: &Page) -> Result<()> {
    page.click("link", "Policies").await?;
    page.click("button", "Create policy").await?;
    page.see("heading", "Create policy").await?;
    page.click("radio", "Cloud Server Backup Service").await?;
    page.fill("Name", POLICY).await?;
    page.click("button", "Work days").await?;
    for time in shown_times(page).await? {
        page.click("button", &format!("Remove {time}")).await?;
    }
    page.fill("Another time", "18:30").await?;
    page.click("button", "Add time").await?;
    page.see_text("Every weekday at 18:30").await?;
    page.fill("Backups to keep", "14").await?;
    page.click("button", &format!("Add server {SERVER}"))
        .await?;
    page.accessible().await?;
    page.click("button", "Review and create").await?;
    let dialog = page
        .see("dialog", &format!("Create policy {POLICY}?"))
        .await?;
    page.accessible().await?;
    page.click_in(&dialog, "button", "Create policy").await?;
    page.see("heading", POLICY).await?;
    page.see_text("Keep the newest 14").await
}

async fn run_it_now(page: &Page) -> Result<()> {
    page.click("button", "Run now").await?;
    page.see_text(&format!("Backing up 1 server of {POLICY}"))
        .await?;
    page.accessible().await
}

async fn let_a_week_pass(page: &Page) -> Result<()> {
    page.click("link", "Practice").await?;
    let before = now(page)?;
    page.click("button", "Advance 1 week").await?;
    page.see_text("The sandbox's clock is at").await?;
    ensure!(now(page)? > before, "the sandbox's clock went on");
    Ok(())
}

/// Filters the list by the policy; answers how many backups there are.
async fn find_its_backups(page: &Page) -> Result<usize> {
    page.click("link", "Policies").await?;
    page.click("link", POLICY).await?;
    page.click("link", "Show its backups").await?;
    page.url_with("policy").await?;
    page.see("listitem", "Policy").await?;
    page.see_no("status", "Loading").await?;
    page.reload().await?;
    page.see("listitem", "Policy").await?;
    page.until("the list is whole", async || {
        let script = "return Number(document.querySelector('[role=grid]')?.getAttribute('aria-rowcount') ?? 0) - 1";
        let rows = page.script(script, vec![]).await?.as_u64().unwrap_or_default();
        Ok(usize::try_from(rows).ok().filter(|rows| *rows > 1))
    })
    .await
}

async fn choose_the_newest(page: &Page) -> Result<()> {
    open_the_newest(page).await?;
    page.accessible().await?;
    page.click("button", "Restore backup").await?;
    page.see("heading", "Step 1 of 4").await?;
    page.accessible().await?;
    page.click("button", "Next: target and disks").await?;
    page.see("heading", "Step 2 of 4").await?;
    Ok(())
}

async fn open_the_newest(page: &Page) -> Result<()> {
    let table = page.see("table", "Backups").await?;
    let link = page.see_in(&table, "link", "autobk").await?;
    link.click().await?;
    page.see("heading", "autobk").await?;
    Ok(())
}

/// Gives each of the two data disks the other's volume. The first is in the other's way until that has moved.
async fn swap_the_data_disks(page: &Page) -> Result<()> {
    let script = "return [...document.querySelectorAll('select[aria-label^=\"Volume for\"]')]
        .filter((select) => !select.selectedOptions[0].textContent.includes('system disk'))
        .map((select) => [select.getAttribute('aria-label'), select.selectedOptions[0].textContent])";
    let chosen: Vec<(String, String)> = serde_json::from_value(page.script(script, vec![]).await?)?;
    let [(first, first_volume), (second, second_volume)] = &chosen[..] else {
        anyhow::bail!("two data disks, not {chosen:?}")
    };
    page.choose(first, second_volume).await?;
    page.see_text("Chosen by you").await?;
    page.click("button", "Next: check").await?;
    page.see("alert", "")
        .await
        .context("one volume for two disks is refused")?;
    page.choose(second, first_volume).await?;
    page.accessible().await?;
    page.click("button", "Next: check").await?;
    page.see("heading", "Step 3 of 4").await?;
    Ok(())
}

async fn restore(page: &Page) -> Result<()> {
    page.see_text("Nothing stands against it").await?;
    page.see_text("The service would accept it").await?;
    page.accessible().await?;
    page.fill("Reason or ticket", "The journey's own").await?;
    page.click("checkbox", "Make a safety backup").await?;
    page.click("button", "Next: review and run").await?;
    page.see("heading", "Step 4 of 4").await?;
    page.accessible().await?;
    page.fill(&format!("Type {SERVER} to confirm"), SERVER)
        .await?;
    page.click("button", &format!("Overwrite {SERVER}")).await?;
    page.see_text("The restore is running").await?;
    page.accessible().await?;
    // Leaving and coming back finds it again.
    let progress = page.url().await?;
    page.click("link", "Overview").await?;
    page.see("heading", "Overview").await?;
    page.sandbox()
        .post("/sandbox/clock", &json!({"advance": "P1D"}))?;
    page.open(&progress).await?;
    page.see_text("was restored").await?;
    page.accessible().await?;
    page.click("link", "Restores & tasks").await?;
    page.see_text("The journey's own").await
}

/// How many disks the newest restore of the sandbox's record mapped.
fn restored_disks(page: &Page) -> Result<usize> {
    let world = page.sandbox().get("/sandbox/world")?;
    let restores = world["tables"]["restores"].as_array();
    let newest = restores
        .and_then(|all| all.last())
        .context("there is a restore")?;
    let parameters = newest["parameters"].as_str().context("its parameters")?;
    let parameters: Value = serde_json::from_str(parameters)?;
    let volumes = parameters["targets"]["volumes"].as_array();
    Ok(volumes.context("its mapping")?.len())
}

fn now(page: &Page) -> Result<String> {
    let clock = page.sandbox().get("/sandbox/clock")?;
    Ok(clock["now"].as_str().context("an instant")?.to_owned())
}

/// The times of the schedule, as the list of them shows.
async fn shown_times(page: &Page) -> Result<Vec<String>> {
    page.see("button", "Add time").await?;
    let script = "return [...document.querySelectorAll('.time-token-remove')].map((b) => b.getAttribute('aria-label').replace('Remove ', ''))";
    Ok(serde_json::from_value(page.script(script, vec![]).await?)?)
}

/// Walks to a control with Tab, from wherever the focus is; the longest page has fewer stops than this.
async fn focus(page: &Page, role: &str, name: &str) -> Result<()> {
    page.tab_to(role, name, 250).await
}

pub async fn press(page: &Page, role: &str, name: &str) -> Result<()> {
    focus(page, role, name).await?;
    page.keys(Key::Enter + "").await
}

/// Replaces what a short field holds.
pub async fn write(page: &Page, label: &str, text: &str) -> Result<()> {
    focus(page, "field", label).await?;
    page.keys(Key::End + "").await?;
    for _ in 0..page.value(label).await?.len() {
        page.keys(Key::Backspace + "").await?;
    }
    page.keys(text.to_owned()).await
}

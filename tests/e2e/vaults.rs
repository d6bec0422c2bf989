//! Vaults from the empty form to the last backup: made with a server, filled by a policy for a month, locked, refused and deleted.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::driver::{Page, journey};
use crate::main_journey::{press, write};

const VAULT: &str = "journey";
/// A server of the demo that is in no vault.
const SERVER: &str = "dev01";

#[test]
fn a_vault_is_made_filled_for_a_month_locked_and_another_one_deleted() {
    journey("vault-by-mouse", async |page| {
        page.sign_in().await?;
        make_it(page).await?;
        let_a_month_pass(page).await?;
        lock_it(page).await?;
        delete_another(page).await
    });
}

#[test]
fn a_vault_is_made_and_deleted_by_keyboard_alone() {
    journey("vault-by-keyboard", async |page| {
        page.sign_in().await?;
        press(page, "link", "Vaults").await?;
        page.see("heading", "Vaults").await?;
        press(page, "button", "Create vault").await?;
        page.see("heading", "Create vault").await?;
        write(page, "Name", "by-keyboard").await?;
        write(page, "Size", "50").await?;
        press(page, "button", &format!("Add {SERVER}")).await?;
        page.see_text("Chosen: 1 resource").await?;
        press(page, "button", "Create vault").await?;
        page.see("heading", "by-keyboard").await?;
        press(page, "button", "Delete vault").await?;
        page.see("dialog", "Delete vault by-keyboard with its backups?")
            .await?;
        write(page, "Type by-keyboard to go on", "by-keyboard").await?;
        press(page, "button", "Delete by-keyboard").await?;
        page.see_text("Vault by-keyboard is being deleted").await?;
        page.see("heading", "Vaults").await?;
        page.sandbox()
            .post("/sandbox/clock", &json!({"advance": "PT12H"}))?;
        press(page, "button", "Refresh vaults").await?;
        page.see_no("link", "by-keyboard").await
    });
}

#[test]
fn a_half_filled_form_survives_reload_closed_tab_and_signing_in_again() {
    journey("vault-draft", async |page| {
        page.sign_in().await?;
        page.click("link", "Vaults").await?;
        page.click("button", "Create vault").await?;
        page.see("heading", "Create vault").await?;
        page.fill("Name", "half-done").await?;
        page.fill("Size", "250").await?;
        page.click("button", &format!("Add {SERVER}")).await?;
        page.fill("Key 1", "tier").await?;
        let form = page.url().await?;
        page.reload().await?;
        its_entries_are_back(page).await?;
        page.accessible().await?;
        // What a tab keeps for itself goes with the tab.
        page.script("sessionStorage.clear()", vec![]).await?;
        page.end_session().await?;
        page.sign_in().await?;
        page.open(&form).await?;
        its_entries_are_back(page).await?;
        page.click("button", "Discard them").await?;
        is_empty(page).await?;
        page.reload().await?;
        is_empty(page).await?;
        // Once the vault is made nothing is left of its draft.
        page.fill("Name", "half-done").await?;
        page.click("button", "Create vault").await?;
        page.see("heading", "half-done").await?;
        page.open(&form).await?;
        is_empty(page).await
    });
}

const BACK: &str = "Your unsaved entries are back";

async fn its_entries_are_back(page: &Page) -> Result<()> {
    page.see_text(BACK).await?;
    page.see_text("Chosen: 1 resource").await?;
    for (label, text) in [("Name", "half-done"), ("Size", "250"), ("Key 1", "tier")] {
        let shown = page.value(label).await?;
        ensure!(shown == text, "{label} holds {shown}, not {text}");
    }
    Ok(())
}

async fn is_empty(page: &Page) -> Result<()> {
    page.until("the form is empty", async || {
        Ok(page.value("Name").await?.is_empty().then_some(()))
    })
    .await?;
    page.see_text("Chosen: 0 resources").await?;
    ensure!(!page.text().await?.contains(BACK), "the word is gone");
    Ok(())
}

#[test]
fn servers_are_moved_bound_by_tags_and_put_in_and_every_refusal_is_said_before() {
    journey("vault-resources", async |page| {
        page.sign_in().await?;
        page.click("link", "Vaults").await?;
        page.click("link", "cluster").await?;
        page.see("heading", "cluster").await?;
        page.click("tab", "Resources").await?;
        page.url_with("tab=resources").await?;
        page.reload().await?;
        // What is elsewhere cannot be put in here, and it is said where it is.
        page.click("button", "Put resources in").await?;
        let dialog = page.see("dialog", "Put resources into cluster").await?;
        page.see_text("Server cluster01 is in this vault already.")
            .await?;
        page.see_text("is on dedicated storage; leave it out")
            .await?;
        page.click_in(&dialog, "button", &format!("Add {SERVER}"))
            .await?;
        page.accessible().await?;
        page.click_in(&dialog, "button", "Put in 1 resource")
            .await?;
        page.see_text("1 resource put in").await?;
        let table = page.see("table", "Resources in the vault").await?;
        page.see_in(&table, "link", SERVER).await?;
        // There is no other vault of this kind yet.
        page.click("button", &format!("Actions for {SERVER}"))
            .await?;
        page.click("menuitem", "Move to another vault").await?;
        page.see_text("It can go nowhere now").await?;
        page.accessible().await?;
        page.click("button", "Cancel").await?;
        page.click("button", &format!("Actions for {SERVER}"))
            .await?;
        page.click("menuitem", "Leave out of scheduled backups")
            .await?;
        page.see_text("Not on schedule").await?;
        // Tags take servers in: the preview says which, as they are typed.
        page.click("tab", "Auto-bind").await?;
        page.click("checkbox", "Take in servers by their tags")
            .await?;
        page.fill("Key 1", "tier").await?;
        page.fill("Value 1", "web").await?;
        page.see_text("Will be taken in").await?;
        page.accessible().await?;
        page.click("button", "Save the rules").await?;
        page.see_text("cluster takes servers in by their tags")
            .await?;
        page.see_text("Is in this vault").await?;
        page.click("tab", "Resources").await?;
        let table = page.see("table", "Resources in the vault").await?;
        page.see_in(&table, "link", "web03").await?;
        Ok(())
    });
}

#[test]
fn every_tab_of_a_vault_and_the_form_are_accessible_and_fit_a_narrow_window() {
    journey("vault-screens", async |page| {
        page.sign_in().await?;
        let project = page.url().await?;
        let vault = vault_id(page, "cluster")?;
        let tabs = [
            "overview",
            "resources",
            "policies",
            "binding",
            "tags",
            "backups",
            "settings",
        ];
        let mut screens: Vec<(String, String)> = tabs
            .iter()
            .map(|tab| {
                (
                    format!("vault-{tab}"),
                    format!("{project}/vaults/{vault}?tab={tab}"),
                )
            })
            .collect();
        screens.push(("vault-new".to_owned(), format!("{project}/vaults/new")));
        screens.push(("vaults".to_owned(), format!("{project}/vaults")));
        for (name, address) in &screens {
            page.open(address).await?;
            settled(page).await?;
            page.accessible().await?;
            page.screenshot(&format!("{name}-light")).await?;
            page.size(320, 800).await?;
            page.fits_the_width().await?;
            page.size(390, 1400).await?;
            page.screenshot(&format!("{name}-390")).await?;
            page.size(1280, 900).await?;
        }
        page.script("localStorage.setItem('anchorage.theme', 'dark')", vec![])
            .await?;
        for (name, address) in &screens {
            page.open(address).await?;
            settled(page).await?;
            page.accessible().await?;
            page.screenshot(&format!("{name}-dark")).await?;
        }
        Ok(())
    });
}

async fn settled(page: &Page) -> Result<()> {
    page.until("the page is loaded", async || {
        let script = "return !!document.querySelector('main h1') && !document.querySelector('main .skeleton')";
        Ok((page.script(script, vec![]).await? == json!(true)).then_some(()))
    })
    .await
}

async fn make_it(page: &Page) -> Result<()> {
    page.click("link", "Vaults").await?;
    page.see("heading", "Vaults").await?;
    page.see_text("wiki-disks").await?;
    page.click("button", "Create vault").await?;
    page.see("heading", "Create vault").await?;
    page.fill("Name", VAULT).await?;
    page.fill("Size", "5").await?;
    page.see_text("5 GB is outside the range").await?;
    page.click("button", "Create vault").await?;
    page.see_text("1 problem to solve first").await?;
    page.accessible().await?;
    page.fill("Size", "500").await?;
    page.fill("Search resources", "cluster01").await?;
    page.see_text("cluster01 is in vault cluster").await?;
    page.fill("Search resources", SERVER).await?;
    page.click("button", &format!("Add {SERVER}")).await?;
    page.see_text("Chosen: 1 resource").await?;
    page.choose("Backup policy", "cluster-nightly").await?;
    page.see_text("Next run").await?;
    page.click("button", "Show request").await?;
    page.click("tab", "Terraform").await?;
    page.see_text("opentelekomcloud_cbr_vault_v3").await?;
    page.accessible().await?;
    page.click("button", "Create vault").await?;
    page.see("heading", VAULT).await?;
    page.see_text("Vault journey is there").await
}

async fn let_a_month_pass(page: &Page) -> Result<()> {
    page.see_text("0 MB of 500 GB (0 %)").await?;
    page.click("link", "Practice").await?;
    page.see("heading", "Practice").await?;
    page.sandbox()
        .post("/sandbox/clock", &json!({"advance": "P30D"}))?;
    page.click("link", "Vaults").await?;
    page.click("link", VAULT).await?;
    page.see("heading", VAULT).await?;
    page.click("tab", "Resources").await?;
    // The policy keeps twelve; a run may be in progress.
    page.until("twelve backups are there", async || {
        let shown = shown_vault(page, VAULT)?;
        let number = shown["backups"].as_i64().unwrap_or_default();
        Ok((12..=13).contains(&number).then_some(()))
    })
    .await?;
    page.click("tab", "Overview").await?;
    page.until("the vault is no longer empty", async || {
        let text = page.text().await?;
        Ok((!text.contains("0 MB of 500 GB")).then_some(()))
    })
    .await?;
    page.click("tab", "Policies").await?;
    page.see_text("Keep the newest 12").await?;
    page.see_text("Next runs").await?;
    page.click("tab", "Backups").await?;
    page.click("link", "Show them in the list of backups")
        .await?;
    page.url_with("/backups?vault=").await?;
    page.back().await?;
    page.see("heading", VAULT).await?;
    Ok(())
}

async fn lock_it(page: &Page) -> Result<()> {
    page.click("tab", "Settings").await?;
    page.fill("Size", "1").await?;
    page.see_text("1 GB would not hold them").await?;
    page.fill("Size", "30").await?;
    page.see_text("it cannot be made smaller").await?;
    page.fill("Size", "500").await?;
    page.click("button", "Lock the vault").await?;
    page.see("dialog", "Lock vault journey for good?").await?;
    page.see_text("there is no way back").await?;
    page.accessible().await?;
    page.fill("Type journey to go on", VAULT).await?;
    page.click("button", "Lock journey for good").await?;
    page.see_text("Vault journey is locked for good").await?;
    // It cannot be deleted any more, and the button says why.
    page.until("the button says why", async || {
        let button = page.see("button", "Delete vault").await?;
        let disabled = button.attr("aria-disabled").await?;
        let why = button.attr("aria-describedby").await?.unwrap_or_default();
        let script = "return document.getElementById(arguments[0])?.textContent ?? ''";
        let why = page.script(script, vec![json!(why)]).await?;
        let said = why
            .as_str()
            .unwrap_or_default()
            .contains("is locked and holds automatic backups");
        Ok((disabled.as_deref() == Some("true") && said).then_some(()))
    })
    .await
}

async fn delete_another(page: &Page) -> Result<()> {
    page.click("link", "Vaults").await?;
    page.click("link", "wiki-disks").await?;
    page.see("heading", "wiki-disks").await?;
    page.click("button", "Delete vault").await?;
    page.see("dialog", "Delete vault wiki-disks with its backups?")
        .await?;
    page.see_text("are deleted for good").await?;
    page.see_text("wiki-nightly").await?;
    page.accessible().await?;
    page.fill("Type wiki-disks to go on", "wiki-disks").await?;
    page.click("button", "Delete wiki-disks").await?;
    page.see_text("Vault wiki-disks is being deleted").await?;
    page.see("heading", "Vaults").await?;
    page.sandbox()
        .post("/sandbox/clock", &json!({"advance": "P1D"}))?;
    page.click("button", "Refresh vaults").await?;
    page.see_no("link", "wiki-disks").await?;
    page.see("link", VAULT).await?;
    Ok(())
}

/// A vault's row in the sandbox's record.
fn row(page: &Page, name: &str) -> Result<Value> {
    let world = page.sandbox().get("/sandbox/world")?;
    let rows = world["tables"]["cbr_vaults"].as_array().context("rows")?;
    let row = rows.iter().find(|row| row["name"] == name);
    Ok(row
        .with_context(|| format!("there is no vault {name}"))?
        .clone())
}

fn vault_id(page: &Page, name: &str) -> Result<String> {
    let row = row(page, name)?;
    Ok(row["id"].as_str().context("an id")?.to_owned())
}

/// What the sandbox counts of a vault: its backups.
fn shown_vault(page: &Page, name: &str) -> Result<Value> {
    let no = row(page, name)?["no"].clone();
    let world = page.sandbox().get("/sandbox/world")?;
    let backups = world["tables"]["cbr_backups"].as_array().context("rows")?;
    let number = backups.iter().filter(|row| row["vault"] == no).count();
    ensure!(!no.is_null(), "a vault has a number");
    Ok(json!({"backups": number}))
}

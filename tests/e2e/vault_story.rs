//! The second generation's main job, whole, with either hand: make a vault, apply a policy, let it run a month, restore one disk to
//! another volume; and a file system from the choice of its backup to the end.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use thirtyfour::prelude::*;

use crate::driver::{Page, journey};
use crate::main_journey::{press, write};

const VAULT: &str = "story";
const DISK: &str = "app01-data1";
const TARGET: &str = "db01-data1";

/// How the page is used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hand {
    Mouse,
    Keyboard,
}

impl Hand {
    async fn press(self, page: &Page, role: &str, name: &str) -> Result<()> {
        match self {
            Self::Mouse => page.click(role, name).await,
            Self::Keyboard => press(page, role, name).await,
        }
    }

    async fn write(self, page: &Page, label: &str, text: &str) -> Result<()> {
        match self {
            Self::Mouse => page.fill(label, text).await,
            Self::Keyboard => write(page, label, text).await,
        }
    }

    /// Chooses an option; a closed select takes what is typed.
    async fn choose(self, page: &Page, label: &str, option: &str, typed: &str) -> Result<()> {
        match self {
            Self::Mouse => page.choose(label, option).await,
            Self::Keyboard => {
                page.tab_to("combobox", label, 250).await?;
                page.keys(typed.to_owned()).await
            }
        }
    }

    /// The next answer of a row of answers, whose chosen one is named.
    async fn next(self, page: &Page, chosen: &str, next: &str) -> Result<()> {
        match self {
            Self::Mouse => page.click("radio", next).await,
            Self::Keyboard => {
                page.tab_to("radio", chosen, 250).await?;
                page.keys(Key::Right + "").await
            }
        }
    }

    /// A tab that stands so many places behind the first, which is selected.
    async fn tab(self, page: &Page, first: &str, places: usize, name: &str) -> Result<()> {
        match self {
            Self::Mouse => page.click("tab", name).await,
            Self::Keyboard => {
                page.tab_to("tab", first, 250).await?;
                for _ in 0..places {
                    page.keys(Key::Right + "").await?;
                }
                page.keys(Key::Enter + "").await
            }
        }
    }

    /// The first row of the list of backups, which is the newest.
    async fn open_the_newest(self, page: &Page, name: &str) -> Result<()> {
        match self {
            Self::Mouse => page.click("link", name).await,
            Self::Keyboard => press(page, "table", "Backups").await,
        }
    }
}

#[test]
fn a_vault_is_made_given_a_policy_run_for_a_month_and_one_disk_restored_elsewhere() {
    journey("vault-story-mouse", async |page| {
        story(page, Hand::Mouse).await
    });
}

#[test]
fn the_same_story_of_a_vault_by_keyboard_alone() {
    journey("vault-story-keyboard", async |page| {
        story(page, Hand::Keyboard).await
    });
}

async fn story(page: &Page, hand: Hand) -> Result<()> {
    page.sign_in().await?;
    hand.press(page, "link", "Vaults").await?;
    page.see("heading", "Vaults").await?;
    hand.press(page, "button", "Create vault").await?;
    page.see("heading", "Create vault").await?;
    hand.write(page, "Name", VAULT).await?;
    hand.next(page, "Servers", "Disks").await?;
    hand.write(page, "Size", "500").await?;
    hand.press(page, "button", &format!("Add {DISK}")).await?;
    page.see_text("Chosen: 1 resource").await?;
    hand.press(page, "button", "Create vault").await?;
    page.see("heading", VAULT).await?;

    hand.tab(page, "Overview", 2, "Policies").await?;
    page.url_with("tab=policies").await?;
    page.see_text("Nothing in this vault is backed up by itself")
        .await?;
    hand.choose(page, "Apply a policy", "wiki-nightly", "wiki-n")
        .await?;
    page.see_text("Next runs").await?;
    hand.press(page, "button", "Apply the policy").await?;
    page.see_text("wiki-nightly is applied").await?;

    hand.press(page, "link", "Practice").await?;
    page.see("heading", "Practice").await?;
    hand.write(page, "Amount", "31").await?;
    hand.choose(page, "Unit", "days", "da").await?;
    hand.press(page, "button", "Advance the clock").await?;
    page.see_text("The sandbox's clock is at").await?;

    hand.press(page, "link", "Vaults").await?;
    hand.press(page, "link", VAULT).await?;
    page.see("heading", VAULT).await?;
    hand.tab(page, "Overview", 4, "Backups").await?;
    page.url_with("tab=backups").await?;
    hand.press(page, "link", "Show them in the list of backups")
        .await?;
    page.url_with("/backups?vault=").await?;
    let newest = newest(page).await?;
    hand.open_the_newest(page, &newest).await?;
    page.see("heading", &newest).await?;
    hand.press(page, "button", "Restore backup").await?;

    page.see("heading", "Point in time").await?;
    hand.press(page, "button", "Next: target and disks").await?;
    page.see("heading", "Target and disks").await?;
    hand.choose(
        page,
        &format!("Volume for {DISK}"),
        TARGET,
        &format!("db01 · {TARGET}"),
    )
    .await?;
    page.see_text("Chosen by you").await?;
    hand.press(page, "button", "Next: check").await?;
    page.see_text("Nothing stands against it").await?;
    hand.press(page, "button", "Next: review and run").await?;
    page.see("heading", "Review and run").await?;
    hand.write(page, &format!("Type {TARGET} to confirm"), TARGET)
        .await?;
    hand.press(page, "button", &format!("Overwrite {TARGET} from"))
        .await?;
    page.see_text("The restore is running").await?;
    page.sandbox()
        .post("/sandbox/clock", &json!({"advance": "PT6H"}))?;
    page.see_text(&format!("{TARGET} was restored")).await?;
    page.accessible().await
}

/// Waits for the month's backups to be listed; answers the name of the first, the newest.
async fn newest(page: &Page) -> Result<String> {
    page.see("table", "Backups").await?;
    page.see_no("button", "Stop loading").await?;
    page.until("a month of backups is listed", async || {
        let script = "const grid = document.querySelector('[role=grid]');
            return [Number(grid?.getAttribute('aria-rowcount') ?? 1) - 1, grid?.querySelector('.grid-cell-name a')?.textContent ?? '']";
        let (rows, first): (u64, String) = serde_json::from_value(page.script(script, vec![]).await?)?;
        Ok((rows >= 28 && !first.is_empty()).then_some(first))
    })
    .await
}

#[test]
fn a_file_system_goes_back_to_its_backup_in_the_wizard() {
    journey("restore-file-system", async |page| {
        page.sign_in_as("demo2", "demo2").await?;
        page.sandbox()
            .post("/sandbox/clock", &json!({"advance": "P7D"}))?;
        page.click("link", "Backups").await?;
        page.see("table", "Backups").await?;
        page.click("combobox", "Filter backups").await?;
        page.keys("kind:file").await?;
        page.click("option", "Kind of resource is File system")
            .await?;
        page.url_with("kind=file-system").await?;
        page.click("combobox", "Filter backups").await?;
        page.keys("status:avail").await?;
        page.click("option", "Status is Available").await?;
        page.url_with("status=available").await?;
        page.see_no("button", "Stop loading").await?;
        let table = page.see("table", "Backups").await?;
        let link = page
            .until("a usable backup is listed", async || {
                Ok(table.find(By::Css(".grid-cell-name a")).await.ok())
            })
            .await?;
        let name = link.text().await?;
        link.click().await?;
        page.see("heading", &name).await?;
        page.accessible().await?;
        page.click("button", "Restore backup").await?;

        page.see("heading", "Point in time").await?;
        page.accessible().await?;
        page.click("button", "Next: target and disks").await?;
        page.see_text("partner-share").await?;
        page.accessible().await?;
        page.screenshot("restore-file-system-target").await?;
        page.click("button", "Next: check").await?;
        page.see_text("Nothing stands against it").await?;
        page.see_text("partner-share goes back to its state in the backup")
            .await?;
        page.click("checkbox", "Make a safety backup of the target first")
            .await?;
        page.fill("Reason or ticket", "rehearsal 4713").await?;
        page.accessible().await?;
        page.click("button", "Next: review and run").await?;
        page.see("heading", "Review and run").await?;
        page.see_text("Everything in partner-share").await?;
        page.accessible().await?;
        page.screenshot("restore-file-system-review").await?;
        page.fill("Type partner-share to confirm", "partner-share")
            .await?;
        page.click("button", "Overwrite partner-share from").await?;
        page.see_text("The restore is running").await?;
        page.accessible().await?;
        ensure!(
            sub_status(page)? == "restoring",
            "the service writes it back"
        );
        page.sandbox()
            .post("/sandbox/clock", &json!({"advance": "P1D"}))?;
        page.see_text("partner-share was restored").await?;
        ensure!(sub_status(page)?.is_empty(), "and is done");
        page.accessible().await?;
        page.click("link", "Restores & tasks").await?;
        page.see_text("rehearsal 4713").await?;
        page.see_text("Finished").await
    });
}

/// What the sandbox says is being done with the file system.
fn sub_status(page: &Page) -> Result<String> {
    let world = page.sandbox().get("/sandbox/world")?;
    let rows = world["tables"]["file_systems"].as_array();
    let row = rows.and_then(|rows| rows.iter().find(|row| row["name"] == "partner-share"));
    let row = row.context("the file system is there")?;
    Ok(row["sub_status"].as_str().unwrap_or_default().to_owned())
}

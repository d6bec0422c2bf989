//! Both services side by side: one list, one page, one wizard, one history.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::driver::{Page, journey};

/// The project the browser is in.
async fn project(page: &Page) -> Result<String> {
    let url = page.url().await?;
    let id = url.split('/').nth(2).context("no project in the address")?;
    Ok(id.split('?').next().unwrap_or(id).to_owned())
}

/// What the gateway answers to the page itself.
async fn call(page: &Page, method: &str, path: &str, body: Value) -> Result<Value> {
    let url = format!("/api/{}/{path}", project(page).await?);
    let script = "const [url, method, body] = arguments;
        return fetch(url, {method, headers: {'content-type': 'application/json', 'x-anchorage': '1'}, body: body && JSON.stringify(body)})
            .then((answer) => answer.text()).then((text) => text ? JSON.parse(text) : null)";
    page.script(script, vec![json!(url), json!(method), body])
        .await
}

async fn go(page: &Page, path: &str) -> Result<()> {
    let project = project(page).await?;
    page.open(&format!("/p/{project}/{path}")).await
}

/// Id of a volume by its name.
async fn volume(page: &Page, name: &str) -> Result<String> {
    let answer = call(
        page,
        "GET",
        "volumev2/cloudvolumes/detail?limit=1000",
        Value::Null,
    )
    .await?;
    let volumes = answer["volumes"].as_array().cloned().unwrap_or_default();
    let found = volumes.into_iter().find(|volume| volume["name"] == name);
    let id = found.with_context(|| format!("no volume {name}"))?;
    Ok(id["id"].as_str().unwrap_or_default().to_owned())
}

/// The newest usable backup of a disk.
async fn newest(page: &Page, disk: &str) -> Result<Value> {
    let path = format!("cbr/backups?resource_name={disk}&status=available&limit=1");
    let mut found = call(page, "GET", &path, Value::Null).await?;
    let backup = found["backups"][0].take();
    ensure!(backup["id"].is_string(), "no usable backup of {disk}");
    Ok(backup)
}

/// A vault with a disk and a nightly policy that keeps ten, and a month of its life.
async fn a_month_in_a_vault(page: &Page, disk: &str) -> Result<()> {
    let id = volume(page, disk).await?;
    let vault = json!({"vault": {
        "name": "journey", "resources": [{"id": id, "type": "OS::Cinder::Volume"}],
        "billing": {"consistent_level": "crash_consistent", "object_type": "disk", "protect_type": "backup", "size": 5000},
    }});
    let vault = call(page, "POST", "cbr/vaults", vault).await?;
    let vault = vault["vault"]["id"]
        .as_str()
        .context("a vault is made")?
        .to_owned();
    let policy = json!({"policy": {
        "name": "journey-nightly", "operation_definition": {"max_backups": 10},
        "trigger": {"properties": {"pattern": ["FREQ=DAILY;BYHOUR=1;BYMINUTE=30"]}},
    }});
    let policy = call(page, "POST", "cbr/policies", policy).await?;
    let policy = policy["policy"]["id"]
        .as_str()
        .context("a policy is made")?
        .to_owned();
    call(
        page,
        "POST",
        &format!("cbr/vaults/{vault}/associatepolicy"),
        json!({"policy_id": policy}),
    )
    .await?;
    page.sandbox()
        .post("/sandbox/clock", &json!({"advance": "P31D"}))?;
    Ok(())
}

/// How many rows the list shows.
async fn rows(page: &Page) -> Result<u64> {
    page.see_no("button", "Stop loading").await?;
    let script = "return Number(document.querySelector('[role=grid]')?.getAttribute('aria-rowcount') ?? 1) - 1";
    Ok(page.script(script, vec![]).await?.as_u64().unwrap_or(0))
}

async fn restored(page: &Page, disk: &str) -> Result<()> {
    page.url_with("/progress").await?;
    page.see_text("The restore is running").await?;
    page.sandbox()
        .post("/sandbox/clock", &json!({"advance": "PT6H"}))?;
    page.see_text(&format!("{disk} was restored")).await?;
    go(page, "restores").await?;
    page.see_text("rehearsal 4712").await?;
    page.see_text(disk).await?;
    page.see_text("Finished").await
}

#[test]
fn after_a_month_in_a_vault_one_disk_goes_to_another_volume() {
    journey("vault-restore", async |page| {
        page.sign_in().await?;
        a_month_in_a_vault(page, "app01-data1").await?;

        go(page, "backups").await?;
        page.see("table", "Backups").await?;
        page.click("combobox", "Filter backups").await?;
        page.keys("vault:journey").await?;
        page.click("option", "Vault is journey").await?;
        page.see("button", "Remove filter Vault is journey").await?;
        ensure!(rows(page).await? == 10, "the policy keeps ten");
        page.accessible().await?;
        page.screenshot("backups-both-light").await?;
        page.click("combobox", "Filter backups").await?;
        page.keys("kind:volume").await?;
        page.click("option", "Kind of resource is Volume").await?;
        page.url_with("kind=volume").await?;
        ensure!(rows(page).await? == 10, "all of them are of a volume");

        let newest = newest(page, "app01-data1").await?;
        page.click("link", newest["name"].as_str().unwrap_or_default())
            .await?;
        page.see("link", "journey").await?;
        page.see_text("were backed up").await?;
        page.accessible().await?;
        page.screenshot("backup-of-volume-light").await?;
        page.click("button", "Restore backup").await?;

        page.see("heading", "Point in time").await?;
        page.accessible().await?;
        page.click("button", "Next: target and disks").await?;
        page.see("heading", "Target and disks").await?;
        page.see_text("Choose the volume to overwrite").await?;
        page.choose("Volume for app01-data1", "db01-data1").await?;
        page.see_text("Chosen by you").await?;
        page.accessible().await?;
        page.screenshot("restore-volume-target-light").await?;
        page.click("button", "Next: check").await?;

        page.see_text("Nothing stands against it").await?;
        page.see_text("no check of its own").await?;
        page.see_text("is in no vault").await?;
        page.fill("Reason or ticket", "rehearsal 4712").await?;
        page.accessible().await?;
        page.click("button", "Next: review and run").await?;

        page.see_text("is running and uses db01-data1").await?;
        page.fill("Type db01-data1 to confirm", "db01-data1")
            .await?;
        page.accessible().await?;
        page.click("button", "Overwrite db01-data1 from").await?;
        restored(page, "db01-data1").await?;
        page.accessible().await
    });
}

#[test]
fn a_disk_is_restored_to_another_volume_by_keyboard_alone() {
    journey("vault-restore-keyboard", async |page| {
        page.sign_in().await?;
        a_month_in_a_vault(page, "app01-data1").await?;
        let newest = newest(page, "app01-data1").await?;
        let backup = newest["id"].as_str().unwrap_or_default().to_owned();
        let enter = async |role: &'static str, name: &str| {
            page.tab_to(role, name, 120).await?;
            page.keys(Key::Enter + "").await
        };
        go(page, &format!("backups/{backup}")).await?;
        enter("button", "Restore backup").await?;
        page.see("heading", "Point in time").await?;
        enter("button", "Next: target and disks").await?;
        page.tab_to("combobox", "Volume for app01-data1", 60)
            .await?;
        page.keys("db01 · db01-data1").await?;
        page.see_text("Chosen by you").await?;
        enter("button", "Next: check").await?;
        page.see_text("Nothing stands against it").await?;
        page.tab_to("field", "Reason or ticket", 60).await?;
        page.keys("rehearsal 4712").await?;
        enter("button", "Next: review and run").await?;
        page.tab_to("field", "Type db01-data1 to confirm", 60)
            .await?;
        page.keys("db01-data1").await?;
        enter("button", "Overwrite db01-data1 from").await?;
        restored(page, "db01-data1").await
    });
}

#[test]
fn both_services_stand_side_by_side_and_one_that_fails_is_named() {
    journey("both-services", async |page| {
        page.sign_in().await?;
        go(page, "backups").await?;
        page.see("table", "Backups").await?;
        page.see("columnheader", "Service").await?;
        page.see("columnheader", "Kind").await?;
        let all = rows(page).await?;
        let of = async |service: &str| {
            go(page, &format!("backups?service={service}")).await?;
            page.see("table", "Backups").await?;
            rows(page).await
        };
        let (first, second) = (of("csbs").await?, of("cbr").await?);
        ensure!(first > 0 && second > 0, "{first} and {second}");
        ensure!(first + second == all, "{first} + {second} = {all}");

        // One of them fails: the other's rows stay, and it is said which is missing.
        let fault = json!({"operation": "cbr.backups.list", "times": 1000, "status": 503, "error_code": "BackupService.9998", "error_msg": "out of order"});
        page.sandbox().post("/sandbox/faults", &fault)?;
        go(page, "backups").await?;
        page.see_text("The CBR backups could not be loaded").await?;
        ensure!(rows(page).await? == first, "the rows of the other service");
        page.accessible().await?;
        page.sandbox().delete("/sandbox/faults")?;
        page.click("button", "Try again").await?;
        page.see_no("button", "Try again").await?;
        ensure!(rows(page).await? == all, "all of them again");

        // On a telephone the same facts stand below each other.
        page.size(390, 844).await?;
        go(page, "backups?service=cbr").await?;
        page.see("heading", "Backups").await?;
        page.fits_the_width().await?;
        page.screenshot("backups-vaults-390").await
    });
}

#[test]
fn a_vault_counts_as_protection_and_takes_a_backup_now() {
    journey("vault-protection", async |page| {
        page.sign_in().await?;
        go(page, "servers").await?;
        page.see_text("cluster-nightly").await?;
        page.accessible().await?;
        page.click("link", "cluster01").await?;
        page.see("link", "cluster").await?;
        page.see_text("Protected").await?;
        page.accessible().await?;
        page.screenshot("server-in-vault-light").await?;
        page.click("button", "Back up now").await?;
        page.see_text("Vault cluster").await?;
        page.fill("Name", "journey-now").await?;
        page.click("button", "Back up cluster01").await?;
        page.see_text("cluster01 is being backed up").await?;
        page.sandbox()
            .post("/sandbox/clock", &json!({"advance": "PT6H"}))?;
        go(page, "backups?name~=journey-now").await?;
        page.see_text("journey-now").await?;
        ensure!(rows(page).await? == 1, "one backup was made");

        // Search finds the vault and the backup.
        go(page, "search").await?;
        page.fill(
            "Search servers, backups, policies and vaults",
            "journey-now",
        )
        .await?;
        page.see("option", "journey-now").await?;
        page.fill("Search servers, backups, policies and vaults", "wiki-disks")
            .await?;
        page.see("option", "wiki-disks").await?;
        go(page, "quota").await?;
        page.see_text("Room in vaults").await?;
        page.see_text("wiki-disks").await?;
        page.accessible().await?;
        page.screenshot("quota-vaults-light").await
    });
}

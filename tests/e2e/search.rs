//! Search from anywhere, and the quota's page.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use thirtyfour::prelude::*;

use crate::driver::{Page, journey};

async fn search(page: &Page, text: &str) -> Result<()> {
    page.chord(Key::Control, "k").await?;
    page.see("dialog", "Search").await?;
    page.see("combobox", "Search servers, backups, policies and vaults")
        .await?;
    page.keys(text).await?;
    Ok(())
}

#[test]
fn a_name_or_a_pasted_id_leads_to_its_page_by_keyboard_alone() {
    journey("search", async |page| {
        page.sign_in().await?;
        search(page, "db01").await?;
        page.see("option", "db01").await?;
        page.accessible().await?;
        page.keys(Key::Enter + "").await?;
        page.see("heading", "db01").await?;
        page.see_no("dialog", "Search").await?;
        let here = page.url().await?;
        let (_, server) = here.rsplit_once('/').context("the server's address")?;
        // The id of one of its backups is recognised too.
        let link = page.see("link", "All backups of this server").await?;
        link.click().await?;
        let table = page.see("table", "Backups").await?;
        let backup = page
            .until("a backup is listed", async || {
                Ok(table.find(By::Css(".grid-cell-name a")).await.ok())
            })
            .await?;
        let href = backup.attr("href").await?.unwrap_or_default();
        let id = href.rsplit('/').next().unwrap_or_default().to_owned();
        search(page, &id).await?;
        page.see("option", "of db01").await?;
        page.keys(Key::Enter + "").await?;
        page.see("heading", "Server at backup time").await?;
        ensure!(page.url().await?.ends_with(&id), "the backup's own page");
        search(page, server).await?;
        page.see("option", "db01").await?;
        page.keys(Key::Escape + "").await?;
        page.see_no("dialog", "Search").await?;
        Ok(())
    });
}

#[test]
fn the_page_of_the_search_keeps_its_text_in_the_address() {
    journey("search-address", async |page| {
        page.sign_in().await?;
        let overview = page.url().await?;
        let project = overview.split('?').next().unwrap_or_default();
        page.open(&format!("{project}/search?q=db02")).await?;
        page.see("heading", "Search").await?;
        page.see("option", "db02").await?;
        page.accessible().await?;
        page.fill("Search servers, backups, policies and vaults", "mail")
            .await?;
        page.url_with("?q=mail").await?;
        page.reload().await?;
        page.see("option", "mail01").await?;
        Ok(())
    });
}

#[test]
fn nothing_found_and_a_failing_service_are_said() {
    journey("search-fails", async |page| {
        page.sign_in().await?;
        search(page, "no such thing anywhere").await?;
        page.see("option", "Backups with “no such thing anywhere”")
            .await?;
        page.keys(Key::Escape + "").await?;
        page.sandbox().post(
            "/sandbox/faults",
            &json!({"operation": "csbs.policies.list", "status": 503, "times": 50}),
        )?;
        search(page, "quot").await?;
        page.see_text("Not everything could be searched").await?;
        page.see("option", "Quota").await?;
        page.keys(Key::Enter + "").await?;
        page.see("heading", "Quota").await?;
        Ok(())
    });
}

#[test]
fn the_quota_says_what_uses_it_and_how_it_grows() {
    journey("quota", async |page| {
        page.sign_in().await?;
        page.click("link", "What uses it, and how it grows").await?;
        page.see("heading", "What uses it").await?;
        page.see_text("No trend yet").await?;
        page.see("table", "Backups by server, largest first")
            .await?;
        page.accessible().await?;
        page.sandbox()
            .post("/sandbox/clock", &json!({"advance": "P1D"}))?;
        page.reload().await?;
        page.until("there is a trend", async || {
            let text = page.text().await?;
            let known = ["It has not grown lately.", "It grows by about"];
            Ok(known.iter().any(|said| text.contains(said)).then_some(()))
        })
        .await?;
        page.size(320, 720).await?;
        page.fits_the_width().await?;
        page.accessible().await?;
        Ok(())
    });
}

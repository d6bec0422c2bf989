//! A service that does not answer at all: said once, over a page that stays as it is, until it is back.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::driver::{Page, journey};

const TITLE: &str = "Cloud Server Backup Service is not answering";

fn gone(page: &Page) -> Result<()> {
    let fault = json!({"operation": "csbs.*", "times": 1000, "status": 503, "error_code": "CSBS.9998", "error_msg": "as told"});
    page.sandbox().post("/sandbox/faults", &fault)?;
    Ok(())
}

/// How many things on the page cry out.
async fn alerts(page: &Page) -> Result<u64> {
    let script = "return document.querySelectorAll('.notice[role=alert]').length";
    Ok(page.script(script, vec![]).await?.as_u64().unwrap_or(0))
}

#[test]
fn one_banner_says_it_and_goes_away_by_itself() {
    journey("service-gone", async |page| {
        page.sign_in().await?;
        page.see("row", "edge01").await?;
        let refresh = page.see("button", "Refresh overview").await?;
        gone(page)?;
        // Each look at the overview asks the service for policies and for backups.
        for _ in 0..2 {
            page.click("button", "Refresh overview").await?;
            page.see_text("could not be refreshed").await?;
        }
        page.see_text(TITLE).await?;
        page.see("status", TITLE).await?;
        page.see_text("It is tried again at").await?;
        page.see_text("What is shown is from").await?;
        let row = page.see("row", "edge01").await?;
        page.see_in(&row, "cell", "No usable backup").await?;
        ensure!(alerts(page).await? == 0, "the banner is enough");
        page.see_no("button", "Try again").await?;
        let focused = page
            .script(
                "return document.activeElement.getAttribute('aria-label')",
                vec![],
            )
            .await?;
        let name = refresh.attr("aria-label").await?;
        ensure!(
            focused.as_str() == name.as_deref(),
            "the focus stays where it was: {focused}"
        );
        page.accessible().await?;
        page.screenshot("service-gone-light").await?;

        page.sandbox().delete("/sandbox/faults")?;
        page.see("status", "It answers again").await?;
        ensure!(!page.text().await?.contains(TITLE), "the banner is gone");
        // What failed loads by itself.
        page.until("everything is fresh", async || {
            Ok((!page.text().await?.contains("could not be refreshed")).then_some(()))
        })
        .await?;
        Ok(())
    });
}

#[test]
fn a_page_opened_meanwhile_shows_what_the_other_service_knows() {
    journey("opened-without-a-service", async |page| {
        page.sign_in().await?;
        let project = page.url().await?;
        gone(page)?;
        page.open(&project).await?;
        page.see_text(TITLE).await?;
        page.see_text("Protection outside vaults is not known")
            .await?;
        page.see_text("Cloud Server Backup Service did not answer")
            .await?;
        ensure!(alerts(page).await? == 0, "the banner is enough");
        let titles = "return [...document.querySelectorAll('.notice-title')].map((title) => title.textContent)";
        let titles = page.script(titles, vec![]).await?;
        ensure!(titles == json!([TITLE]), "one banner: {titles}");
        page.accessible().await?;
        page.size(390, 844).await?;
        page.fits_the_width().await?;
        page.screenshot("opened-without-a-service-390").await?;
        page.size(1280, 900).await?;
        page.sandbox().delete("/sandbox/faults")?;
        page.click("button", "Try now").await?;
        page.see_text("are not protected").await?;
        page.see_no("button", "Try now").await?;
        Ok(())
    });
}

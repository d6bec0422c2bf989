//! Every area of the console: reached by its link, announced by its heading and title, accessible, and usable in a narrow window.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::driver::{Page, journey};

/// The navigation, in its order.
const AREAS: [&str; 7] = [
    "Overview",
    "Servers",
    "Backups",
    "Policies",
    "Vaults",
    "Restores & tasks",
    "Practice",
];

#[test]
fn every_area_is_reached_by_its_link_and_passes_axe() {
    journey("areas", async |page| {
        page.sign_in().await?;
        for area in AREAS {
            enter(page, area).await?;
            page.accessible().await?;
            page.screenshot(&format!("{}-light", file_name(area)))
                .await?;
        }
        Ok(())
    });
}

#[test]
fn the_dark_theme_is_chosen_kept_over_a_reload_and_accessible() {
    journey("dark", async |page| {
        page.sign_in().await?;
        page.script("localStorage.setItem('anchorage.theme', 'dark')", vec![])
            .await?;
        page.reload().await?;
        page.see("heading", "Overview").await?;
        let theme = page
            .script("return document.documentElement.dataset.theme", vec![])
            .await?;
        ensure!(theme == "dark", "the theme is {theme}");
        for area in AREAS {
            enter(page, area).await?;
            page.accessible().await?;
            page.screenshot(&format!("{}-dark", file_name(area)))
                .await?;
        }
        Ok(())
    });
}

#[test]
fn every_area_fits_a_window_of_320_pixels() {
    journey("narrow", async |page| {
        page.sign_in().await?;
        for area in AREAS {
            enter(page, area).await?;
            page.size(320, 800).await?;
            page.see("heading", area).await?;
            page.fits_the_width().await?;
            page.size(390, 844).await?;
            page.screenshot(&format!("{}-390", file_name(area))).await?;
            page.size(1280, 900).await?;
        }
        Ok(())
    });
}

#[test]
fn a_service_that_fails_leaves_a_screen_that_says_so() {
    journey("failing", async |page| {
        page.sign_in().await?;
        let fault = json!({"operation": "csbs.policies.list", "times": 1000, "status": 503, "error_code": "CSBS.9999", "error_msg": "out of order"});
        page.sandbox().post("/sandbox/faults", &fault)?;
        page.click("link", "Policies").await?;
        page.see_text("CSBS.9999").await?;
        page.accessible().await?;
        page.sandbox().delete("/sandbox/faults")?;
        page.click("button", "Try again").await?;
        page.see("table", "").await?;
        Ok(())
    });
}

async fn enter(page: &Page, area: &str) -> Result<()> {
    page.click("link", area).await?;
    page.see("heading", area).await?;
    let title = format!("{area} · Anchorage");
    page.until(&format!("the title is “{title}”"), async || {
        let given = page.script("return document.title", vec![]).await?;
        Ok((given == title.as_str()).then_some(()))
    })
    .await
}

fn file_name(area: &str) -> String {
    let words = area.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("-").to_lowercase()
}

/// The world of a journey is not at the browser's time, as a reader's clock may be wrong.
#[test]
fn the_first_screen_goes_by_the_services_clock() {
    journey("screens-clock", async |page| {
        page.sign_in().await?;
        page.see_text("12 of 30 servers are not protected").await?;
        Ok(())
    });
}

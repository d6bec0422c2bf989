//! Signing in: by keyboard, with a wrong password, and what a person without a session sees.

use thirtyfour::prelude::*;

use crate::driver::journey;

#[test]
fn a_new_user_signs_in_by_keyboard_alone() {
    journey("sign-in-keyboard", async |page| {
        page.open("/").await?;
        page.url_with("/sign-in").await?;
        page.accessible().await?;
        page.tab_to("field", "Domain", 8).await?;
        page.keys("sandbox").await?;
        page.tab_to("field", "User", 4).await?;
        page.keys("demo").await?;
        page.tab_to("field", "Password", 4).await?;
        page.keys("demo").await?;
        page.keys(Key::Enter + "").await?;
        page.see("heading", "Overview").await?;
        page.url_with("/p/").await?;
        Ok(())
    });
}

#[test]
fn a_wrong_password_is_refused_in_words_and_the_names_are_kept() {
    journey("sign-in-refused", async |page| {
        page.open("/sign-in").await?;
        page.fill("Domain", "sandbox").await?;
        page.fill("User", "demo").await?;
        page.fill("Password", "not the password").await?;
        page.click("button", "Sign in").await?;
        page.see("alert", "").await?;
        page.accessible().await?;
        assert_eq!(page.value("User").await?, "demo");
        assert_eq!(page.value("Password").await?, "");
        Ok(())
    });
}

#[test]
fn the_sign_in_page_fits_a_narrow_window() {
    journey("sign-in-narrow", async |page| {
        page.size(320, 640).await?;
        page.open("/sign-in").await?;
        page.see("button", "Sign in").await?;
        page.fits_the_width().await?;
        page.screenshot("sign-in-narrow").await
    });
}

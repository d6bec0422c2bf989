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
fn a_person_signs_in_with_an_access_key_and_again_in_place() {
    journey("sign-in-access-key", async |page| {
        let key = |name: &str| page.start_line(name);
        page.open("/sign-in").await?;
        page.click("link", "With an access key").await?;
        page.accessible().await?;
        page.fill("Access key", key("access_key")?).await?;
        page.fill("Secret key", "not the secret").await?;
        page.click("button", "Sign in").await?;
        page.see("alert", "").await?;
        assert_eq!(page.value("Access key").await?, key("access_key")?);
        assert_eq!(page.value("Secret key").await?, "");
        page.fill("Secret key", key("secret_key")?).await?;
        page.click("button", "Sign in").await?;
        page.see("heading", "Overview").await?;

        page.click("link", "Policies").await?;
        page.click("button", "Create policy").await?;
        page.click("radio", "Cloud Server Backup Service").await?;
        page.fill("Name", "by-access-key").await?;
        page.end_session().await?;
        page.click("button", "Review and create").await?;
        let dialog = page.see("dialog", "Create policy by-access-key?").await?;
        page.click_in(&dialog, "button", "Create policy").await?;
        page.see("dialog", "Sign in again").await?;
        page.accessible().await?;
        page.fill("Secret key", key("secret_key")?).await?;
        page.click("button", "Sign in").await?;
        page.see_no("dialog", "Sign in again").await?;
        assert_eq!(page.value("Name").await?, "by-access-key");
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

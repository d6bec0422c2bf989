//! One browser for all journeys, and the words they are written in: `page.click("button", "Sign in")`.
//!
//! Every look-up waits for what it names, up to [`PATIENCE`]; nothing waits for time to pass. After each journey the browser's log
//! is read: an error on the console or a breach of the content security policy fails the journey that caused it.

use std::future::Future;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::server::{Anchorage, Chromedriver, root, target};

/// How long a look-up waits. Generous, as the machine may be busy; a test that passes never waits as long.
const PATIENCE: Duration = Duration::from_secs(15);
const LOOK_AGAIN: Duration = Duration::from_millis(30);

/// What time it is in the sandbox when a journey begins, so that none hangs on when it is made: a quiet hour of a working day, at
/// which no policy of the demo world runs. `JOURNEYS_NOW` is another one.
const NOW: &str = "2026-11-25T10:20:00Z";

/// A person's role and the name they would read or hear, as in `("button", "Save policy")`. The roles are those of find.js.
type Role<'a> = &'a str;

/// The browser with the console, and the sandbox behind it.
pub struct Page {
    driver: WebDriver,
    anchorage: Anchorage,
    _chromedriver: Chromedriver,
}

struct Stage {
    runtime: tokio::runtime::Runtime,
    page: Page,
}

/// Runs one journey in the shared browser: signed out, a wide window, a fresh demo world, no faults.
///
/// The name is the one of its screenshot when it fails. Journeys run one after the other, whatever the test runner wishes.
pub fn journey(name: &str, steps: impl AsyncFnOnce(&Page) -> Result<()>) {
    static STAGE: OnceLock<Mutex<Stage>> = OnceLock::new();
    let stage =
        STAGE.get_or_init(|| Mutex::new(Stage::set().expect("the journeys' programs start")));
    let stage = stage.lock().unwrap_or_else(PoisonError::into_inner);
    let page = &stage.page;
    stage.runtime.block_on(async {
        page.start_over().await.expect("the browser starts over");
        let mut result = steps(page).await;
        if result.is_ok() {
            result = page.complaints().await;
        }
        if let Err(error) = result {
            let _ = page.screenshot(&format!("failed-{name}")).await;
            let complaints = page.complaints().await.err();
            let shows = page.text().await.unwrap_or_default();
            let url = page.url().await.unwrap_or_default();
            panic!(
                "{error:#}\n  at {url}\n  the browser says: {complaints:?}\n  the page shows (target/screenshots/failed-{name}.png):\n{shows}"
            );
        }
    });
}

impl Stage {
    fn set() -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let anchorage = Anchorage::start()?;
        let chromedriver = Chromedriver::start()?;
        let driver = runtime.block_on(browser(&chromedriver.url))?;
        Ok(Self {
            runtime,
            page: Page {
                driver,
                anchorage,
                _chromedriver: chromedriver,
            },
        })
    }
}

/// The browser of webdriver.json, with its console's log.
async fn browser(url: &str) -> Result<WebDriver> {
    let file = root().join("webdriver.json");
    let wishes: serde_json::Map<String, Value> = serde_json::from_slice(&std::fs::read(&file)?)?;
    let mut capabilities = Capabilities::new();
    for (name, value) in wishes {
        capabilities.set(name, value)?;
    }
    capabilities.set("goog:loggingPrefs", json!({"browser": "ALL"}))?;
    // A page with an unsaved draft asks before it is left.
    capabilities.set("unhandledPromptBehavior", "accept")?;
    WebDriver::new(url, capabilities)
        .await
        .context("Chromium does not start")
}

/// Going places.
impl Page {
    /// The sandbox behind the console: its clock, faults and worlds.
    pub fn sandbox(&self) -> &Anchorage {
        &self.anchorage
    }

    /// Opens a path of the console.
    pub async fn open(&self, path: &str) -> Result<()> {
        let url = format!("{}{path}", self.anchorage.console);
        Ok(self.driver.goto(url).await?)
    }

    /// What `anchorage serve` printed under this name.
    pub fn start_line(&self, name: &str) -> Result<&str> {
        self.anchorage.start[name].as_str().context("start line")
    }

    /// Signs in as the sandbox's demo user and waits for the overview.
    pub async fn sign_in(&self) -> Result<()> {
        self.sign_in_as(self.start_line("user")?, self.start_line("password")?)
            .await
    }

    /// Signs in as another user of the sandbox's domain.
    pub async fn sign_in_as(&self, user: &str, password: &str) -> Result<()> {
        self.open("/sign-in").await?;
        self.fill("Domain", self.start_line("domain")?).await?;
        self.fill("User", user).await?;
        self.fill("Password", password).await?;
        self.click("button", "Sign in").await?;
        self.see("heading", "Overview").await?;
        Ok(())
    }

    /// Takes the session from the page, as its end does: the next call is refused.
    pub async fn end_session(&self) -> Result<()> {
        Ok(self.driver.delete_all_cookies().await?)
    }

    /// Path and query of where the browser is.
    pub async fn url(&self) -> Result<String> {
        let url = self.driver.current_url().await?;
        Ok(match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        })
    }

    /// Waits until the address contains a text.
    pub async fn url_with(&self, part: &str) -> Result<()> {
        self.until(&format!("the address contains {part}"), async || {
            Ok(self.url().await?.contains(part).then_some(()))
        })
        .await
    }

    pub async fn reload(&self) -> Result<()> {
        Ok(self.driver.refresh().await?)
    }

    pub async fn back(&self) -> Result<()> {
        Ok(self.driver.back().await?)
    }

    /// The inner size of the window in CSS pixels, such as a telephone's 390 by 844.
    pub async fn size(&self, width: u32, height: u32) -> Result<()> {
        self.driver
            .set_window_rect(0, 0, width, height)
            .await
            .context("resize")?;
        Ok(())
    }
}

/// Seeing and doing.
impl Page {
    /// Waits for a visible element of this role and name.
    pub async fn see(&self, role: Role<'_>, name: &str) -> Result<WebElement> {
        self.until(
            &format!("there is a {role} named “{name}”"),
            async || self.find(role, name, None).await,
        )
        .await
    }

    /// The same within another element, such as a row of a table.
    pub async fn see_in(
        &self,
        within: &WebElement,
        role: Role<'_>,
        name: &str,
    ) -> Result<WebElement> {
        self.until(
            &format!("there is a {role} named “{name}” in it"),
            async || self.find(role, name, Some(within)).await,
        )
        .await
    }

    /// Waits until there is no such element any more.
    pub async fn see_no(&self, role: Role<'_>, name: &str) -> Result<()> {
        self.until(
            &format!("there is no {role} named “{name}”"),
            async || Ok(self.find(role, name, None).await?.is_none().then_some(())),
        )
        .await
    }

    /// Waits until the page shows a text somewhere.
    pub async fn see_text(&self, text: &str) -> Result<()> {
        self.until(&format!("the page shows “{text}”"), async || {
            Ok(self.text().await?.contains(text).then_some(()))
        })
        .await
    }

    /// Waits for the element, for it to be enabled, and clicks it.
    pub async fn click(&self, role: Role<'_>, name: &str) -> Result<()> {
        let what = format!("the {role} “{name}” can be clicked");
        self.until(&what, async || {
            let Some(element) = self.find(role, name, None).await? else {
                return Ok(None);
            };
            self.press_if_ready(element).await
        })
        .await
    }

    /// The same within another element.
    pub async fn click_in(&self, within: &WebElement, role: Role<'_>, name: &str) -> Result<()> {
        let what = format!("the {role} “{name}” in it can be clicked");
        self.until(&what, async || {
            let Some(element) = self.find(role, name, Some(within)).await? else {
                return Ok(None);
            };
            self.press_if_ready(element).await
        })
        .await
    }

    /// Replaces what a field holds. The label names the field.
    pub async fn fill(&self, label: &str, text: &str) -> Result<()> {
        let field = self.see("field", label).await?;
        field.clear().await?;
        field.send_keys(text).await?;
        Ok(())
    }

    /// Chooses a file of this machine, as the browser's own dialog would. The label names the file field, which need not be shown.
    pub async fn choose_file(&self, label: &str, file: &std::path::Path) -> Result<()> {
        let field = By::Css(format!("input[type=file][aria-label='{label}']"));
        let file = file.to_str().context("a path that can be typed")?;
        Ok(self.driver.find(field).await?.send_keys(file).await?)
    }

    /// Chooses an option of a select by its text.
    pub async fn choose(&self, label: &str, option: &str) -> Result<()> {
        let field = self.see("combobox", label).await?;
        let option = self.see_in(&field, "option", option).await?;
        option.click().await?;
        Ok(())
    }

    /// What a field holds.
    pub async fn value(&self, label: &str) -> Result<String> {
        let field = self.see("field", label).await?;
        Ok(field.prop("value").await?.unwrap_or_default())
    }

    /// Types on the element that has the focus, as a keyboard does: `keys(Key::Tab + "")`, `keys("demo")`.
    pub async fn keys(&self, keys: impl Into<TypingData>) -> Result<()> {
        self.driver.action_chain().send_keys(keys).perform().await?;
        Ok(())
    }

    /// Presses a key while another one is held, as in Ctrl-K.
    pub async fn chord(&self, held: Key, key: &str) -> Result<()> {
        let chain = self.driver.action_chain().key_down(held.clone());
        Ok(chain.send_keys(key).key_up(held).perform().await?)
    }

    /// Presses Tab until the element of this role and name has the focus, at most `most` times.
    pub async fn tab_to(&self, role: Role<'_>, name: &str, most: usize) -> Result<()> {
        let wanted = self.see(role, name).await?;
        self.tab_until(wanted, &format!("{role} “{name}”"), most)
            .await
    }

    /// The same within another element, such as the dialog that stands over a button of the same name.
    pub async fn tab_to_in(
        &self,
        within: &WebElement,
        role: Role<'_>,
        name: &str,
        most: usize,
    ) -> Result<()> {
        let wanted = self.see_in(within, role, name).await?;
        self.tab_until(wanted, &format!("{role} “{name}”"), most)
            .await
    }

    async fn tab_until(&self, wanted: WebElement, what: &str, most: usize) -> Result<()> {
        for _ in 0..=most {
            let focused = self.driver.active_element().await?;
            if focused == wanted {
                return Ok(());
            }
            self.keys(Key::Tab + "").await?;
        }
        bail!("Tab does not reach the {what} in {most} steps")
    }

    /// All text that a person can see.
    pub async fn text(&self) -> Result<String> {
        let answer = self
            .driver
            .execute("return document.body?.innerText ?? ''", vec![])
            .await?;
        Ok(answer.json().as_str().unwrap_or_default().to_owned())
    }

    /// Runs a script in the page, for what no person does but a test must know, such as the scroll width.
    pub async fn script(&self, script: &str, args: Vec<Value>) -> Result<Value> {
        Ok(self.driver.execute(script, args).await?.json().clone())
    }

    async fn find(
        &self,
        role: Role<'_>,
        name: &str,
        within: Option<&WebElement>,
    ) -> Result<Option<WebElement>> {
        let root = match within {
            Some(element) => element.to_json()?,
            None => Value::Null,
        };
        let answer = self
            .driver
            .execute(
                include_str!("find.js"),
                vec![json!(role), json!(name), root],
            )
            .await?;
        if answer.json().is_null() {
            return Ok(None);
        }
        Ok(Some(answer.element()?))
    }

    /// A control may say by `aria-disabled` that it cannot be used now, and something may still lie over it.
    async fn press_if_ready(&self, element: WebElement) -> Result<Option<()>> {
        let disabled = element.attr("aria-disabled").await?.as_deref() == Some("true");
        if disabled || !element.is_enabled().await? {
            return Ok(None);
        }
        // To the middle, where no bar that sticks to an edge of the window lies over it.
        let centre = "arguments[0].scrollIntoView({block: 'center', inline: 'nearest'})";
        self.driver
            .execute(centre, vec![element.to_json()?])
            .await?;
        element.click().await?;
        Ok(Some(()))
    }

    /// Looks again until there is an answer. An element that was replaced, or is still covered, between two looks is looked up again.
    pub async fn until<T, F>(&self, what: &str, mut look: impl FnMut() -> F) -> Result<T>
    where
        F: Future<Output = Result<Option<T>>>,
    {
        let started = Instant::now();
        let mut last = None;
        while started.elapsed() < PATIENCE {
            match look().await {
                Ok(Some(answer)) => return Ok(answer),
                Ok(None) => last = None,
                Err(error) if passes(&error) => last = Some(error),
                Err(error) => return Err(error),
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Err(match last {
            Some(error) => error.context(format!("waited in vain until {what}")),
            None => anyhow!("waited in vain until {what}"),
        })
    }
}

/// Judging.
impl Page {
    /// Leaves a picture of the window in target/screenshots.
    pub async fn screenshot(&self, name: &str) -> Result<()> {
        let folder = target().join("screenshots");
        std::fs::create_dir_all(&folder)?;
        self.driver
            .screenshot(&folder.join(format!("{name}.png")))
            .await?;
        Ok(())
    }

    /// Fails with every violation of WCAG 2.2 A and AA that axe-core finds on the page as it is.
    pub async fn accessible(&self) -> Result<()> {
        let axe = root().join("node_modules/axe-core/axe.min.js");
        let axe =
            std::fs::read_to_string(&axe).with_context(|| format!("{}: npm ci", axe.display()))?;
        self.driver.execute(axe, vec![]).await?;
        const RUN: &str = r#"
            const done = arguments[arguments.length - 1];
            const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
            axe.run(document, { runOnly: tags, resultTypes: ["violations"] }).then(
              ({ violations }) => done(violations.flatMap(({ id, help, nodes }) =>
                nodes.map((node) => `${id}: ${help}\n    ${node.html}\n    ${node.failureSummary}`))),
              (error) => done([String(error)]));
        "#;
        let found = self.driver.execute_async(RUN, vec![]).await?;
        let found: Vec<String> = found.convert()?;
        ensure!(
            found.is_empty(),
            "{} violations at {}:\n{}",
            found.len(),
            self.url().await?,
            found.join("\n")
        );
        Ok(())
    }

    /// Nothing may be reachable by scrolling sideways only; names what sticks out.
    pub async fn fits_the_width(&self) -> Result<()> {
        const SCRIPT: &str = r#"
            const e = document.scrollingElement;
            if (e.scrollWidth <= e.clientWidth) return "";
            const out = [...document.body.querySelectorAll("*")].filter((each) => each.getBoundingClientRect().right > e.clientWidth + 1);
            return `${e.scrollWidth - e.clientWidth} pixels wider than the window: `
                + out.slice(0, 5).map((each) => each.outerHTML.slice(0, 120)).join("\n");
        "#;
        let over = self.script(SCRIPT, vec![]).await?;
        let over = over.as_str().unwrap_or_default();
        ensure!(over.is_empty(), "{} is {over}", self.url().await?);
        Ok(())
    }

    /// Errors that the browser logged since the last call. A refused or failed request is the journey's own matter; it arms faults.
    async fn complaints(&self) -> Result<()> {
        let log = self.driver.browser_log().await?;
        let complaints: Vec<_> = log
            .into_iter()
            .filter(|entry| entry.level == "SEVERE" && entry.source.as_deref() != Some("network"))
            .map(|entry| entry.message)
            .collect();
        ensure!(
            complaints.is_empty(),
            "the browser complains:\n{}",
            complaints.join("\n")
        );
        Ok(())
    }

    /// Signed out, nothing stored, a wide window, a fresh demo world.
    async fn start_over(&self) -> Result<()> {
        self.anchorage.delete("/sandbox/faults")?;
        let now = std::env::var("JOURNEYS_NOW").unwrap_or_else(|_| NOW.to_owned());
        self.anchorage
            .post("/sandbox/reset", &json!({"seed": "demo", "now": now}))?;
        self.open("/sign-in").await?;
        self.driver.delete_all_cookies().await?;
        self.script("localStorage.clear(); sessionStorage.clear()", vec![])
            .await?;
        self.size(1280, 900).await?;
        self.driver.browser_log().await?;
        Ok(())
    }
}

/// Whether another look may succeed: the page changed under us.
fn passes(error: &anyhow::Error) -> bool {
    let text = format!("{error:?}").to_lowercase();
    [
        "stale element",
        "click intercepted",
        "not interactable",
        "detached",
    ]
    .iter()
    .any(|passing| text.contains(passing))
}

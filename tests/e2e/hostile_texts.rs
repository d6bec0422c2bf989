//! Text from the cloud is text: a world full of hostile names, and every screen visited.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::driver::{Page, journey};

/// What a name may hold in older data or from other clients. The last ones break layouts rather than pages.
const TEXTS: [&str; 24] = [
    "<script>window.hostile=1</script>",
    "<img src=x onerror=window.hostile=1>",
    "\"><svg onload=window.hostile=1>",
    "'><iframe srcdoc='<script>parent.hostile=1</script>'>",
    "</title><script>window.hostile=1</script>",
    "</textarea><img src=x onerror=window.hostile=1>",
    "<style>*{display:none}</style>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<a href='javascript:window.hostile=1'>x</a>",
    "javascript:window.hostile=1",
    "{{constructor.constructor('window.hostile=1')()}}",
    "${window.hostile=1}",
    "<!--",
    "]]>",
    "&lt;b&gt;&amp;amp;",
    "=cmd|'/c calc'!A1",
    "%3Cscript%3E",
    "../../etc/passwd",
    "\u{202e}gnp.exe",
    "\u{200b}\u{200b}\u{feff}",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "👩‍👩‍👧‍👦 two\nlines\tand a tab",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
];

/// The columns of a world that hold free text.
const FREE: [&str; 8] = [
    "name",
    "description",
    "operation_description",
    "fail_reason",
    "reason",
    "message",
    "resource_name",
    "vault_name",
];

#[test]
fn hostile_names_are_shown_as_text_on_every_screen() {
    journey("hostile-texts", async |page| {
        let Poisoned {
            backup,
            in_vault,
            policy,
            of_vaults,
            server,
            vault,
            task,
        } = poison(page)?;
        page.sign_in().await?;
        let project = page.url().await?;
        let screens = [
            String::new(),
            "/servers".to_owned(),
            format!("/servers/{server}"),
            "/backups".to_owned(),
            format!("/backups/{backup}"),
            "/policies".to_owned(),
            format!("/policies/{policy}"),
            format!("/policies/{policy}/edit"),
            format!("/policies/{of_vaults}"),
            format!("/policies/{of_vaults}/edit"),
            "/policies/new?service=cbr".to_owned(),
            format!("/restore/{backup}/point"),
            format!("/restore/{backup}/target"),
            "/migration".to_owned(),
            "/vaults".to_owned(),
            "/vaults/new".to_owned(),
            format!("/vaults/{vault}"),
            format!("/vaults/{vault}?tab=resources"),
            format!("/vaults/{vault}?tab=policies"),
            format!("/vaults/{vault}?tab=binding"),
            format!("/vaults/{vault}?tab=tags"),
            format!("/vaults/{vault}?tab=backups"),
            format!("/vaults/{vault}?tab=settings"),
            format!("/backups/{in_vault}"),
            format!("/restore/{in_vault}/point"),
            format!("/restore/{in_vault}/target"),
            "/backups?service=cbr&columns=name,service,status,server,kind,vault,expires".to_owned(),
            "/quota".to_owned(),
            "/search".to_owned(),
            "/restores".to_owned(),
            "/vaults/sharing".to_owned(),
            "/tasks".to_owned(),
            format!("/tasks/{task}"),
            "/practice".to_owned(),
            "/settings".to_owned(),
        ];
        for screen in screens {
            page.open(&format!("{project}{screen}")).await?;
            settled(page).await?;
            let hostile = page.script("return window.hostile ?? null", vec![]).await?;
            ensure!(hostile.is_null(), "a name ran as a script at {screen:?}");
            let markup = page
                .script("return document.querySelectorAll('main img, main iframe, main script, main base, main style').length", vec![])
                .await?;
            ensure!(markup == json!(0), "a name became markup at {screen:?}");
            page.fits_the_width().await?;
        }
        page.open(&format!("{project}/servers")).await?;
        page.see_text(TEXTS[0]).await
    });
}

/// Waits until the page has its heading and nothing in it is being loaded.
async fn settled(page: &Page) -> Result<()> {
    page.until("the page is loaded", async || {
        let script = "return !!document.querySelector('main h1') && !document.querySelector('main .skeleton')";
        Ok((page.script(script, vec![]).await? == json!(true)).then_some(()))
    })
    .await
}

/// What there is to look at in a poisoned world, by its ids.
struct Poisoned {
    backup: String,
    in_vault: String,
    policy: String,
    /// A policy that is applied to a vault.
    of_vaults: String,
    server: String,
    vault: String,
    task: String,
}

/// Puts a hostile text into every free text of the demo world; answers something of each kind to look at.
fn poison(page: &Page) -> Result<Poisoned> {
    let mut world = page.sandbox().get("/sandbox/world")?;
    let tables = world["tables"]
        .as_object_mut()
        .context("a world has tables")?;
    let mut texts = TEXTS.iter().cycle();
    for rows in tables.values_mut() {
        for row in rows.as_array_mut().into_iter().flatten() {
            for column in FREE {
                if let Some(text) = row.get_mut(column).filter(|text| text.is_string())
                    && let Some(hostile) = texts.next()
                {
                    *text = Value::from(*hostile);
                }
            }
        }
    }
    // Names of policies are unique in a project.
    for (number, row) in tables["policies"]
        .as_array_mut()
        .into_iter()
        .flatten()
        .enumerate()
    {
        row["name"] = Value::from(format!("{}{number}", TEXTS[number % TEXTS.len()]));
    }
    let id = |table: &str, wanted: &dyn Fn(&Value) -> bool| {
        let rows = tables[table].as_array().context("rows")?;
        let row = rows.iter().find(|row| wanted(row)).context("a row")?;
        Ok::<_, anyhow::Error>(row["id"].as_str().context("an id")?.to_owned())
    };
    let backup = id("backups", &|row| {
        row["status"] == "available" && row["project"] == 1
    })?;
    let in_vault = id("cbr_backups", &|row| {
        row["status"] == "available"
            && row["project"] == 1
            && row["resource_kind"] == "OS::Cinder::Volume"
    })?;
    let policy = id("policies", &|_| true)?;
    // One that is applied to a vault of the project.
    let of_vaults = id("cbr_policies", &|row| {
        row["operation_type"] == "backup" && row["project"] == 1
    })?;
    let server = id("servers", &|row| row["status"] == "ACTIVE")?;
    let vault = id("cbr_vaults", &|row| row["project"] == 1)?;
    let task = id("cbr_tasks", &|row| row["project"] == 1)?;
    page.sandbox().put("/sandbox/world", &world)?;
    Ok(Poisoned {
        backup,
        in_vault,
        policy,
        of_vaults,
        server,
        vault,
        task,
    })
}

//! The sign-in page: plain HTML that works before the console's program has arrived, and without it.

use std::{borrow::Cow, fmt::Write};

use contract::session::SignIn;

use crate::{app::App, envelope::RequestId, error::Refusal};

/// Its style sheet, served under an immutable name.
pub const STYLE: &str = include_str!("sign_in.css");

pub struct Page<'a> {
    pub app: &'a App,
    /// What was typed; the password is not shown again.
    pub with: &'a SignIn,
    pub next: &'a str,
    pub refusal: Option<(&'a Refusal, &'a RequestId)>,
}

impl Page<'_> {
    pub fn render(&self) -> String {
        let Self {
            app,
            with,
            next,
            refusal,
        } = self;
        let style = &app.sign_in_style;
        let preload = app.site.preload_links();
        let title = match refusal {
            Some(_) => "Not signed in – Anchorage",
            None => "Sign in – Anchorage",
        };
        let problem = refusal
            .map(|(refusal, id)| problem(refusal, id))
            .unwrap_or_default();
        let clouds = self.clouds();
        let next = escape(next);
        let hint = self.sandbox_hint();
        let first = if with.domain.is_empty() {
            " autofocus"
        } else {
            ""
        };
        let password_first = if first.is_empty() { " autofocus" } else { "" };
        let domain = field(
            "domain",
            "Domain",
            &with.domain,
            "organization",
            true,
            first,
            "The name of your account.",
        );
        let user = field("user", "User", &with.user, "username", true, "", "");
        let project = field(
            "project",
            "Project",
            &with.project,
            "off",
            false,
            "",
            "Leave it empty to begin with your first project; you can switch later.",
        );
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
             <link rel=\"stylesheet\" href=\"{style}\">\n{preload}</head>\n<body>\n<main>\n\
             <h1>Sign in to Anchorage</h1>\n<p class=\"lead\">Backups of your cloud servers.</p>\n{problem}\
             <form method=\"post\" action=\"/sign-in\">\n{clouds}{domain}{user}\
             <div class=\"field\">\n<label for=\"password\">Password</label>\n\
             <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" required \
             maxlength=\"255\"{password_first}>\n</div>\n{project}\
             <input type=\"hidden\" name=\"next\" value=\"{next}\">\n\
             <button type=\"submit\">Sign in</button>\n</form>\n{hint}</main>\n</body>\n</html>\n"
        )
    }

    fn clouds(&self) -> String {
        let clouds = &self.app.clouds;
        if let [only] = clouds.as_slice() {
            return format!(
                "<input type=\"hidden\" name=\"cloud\" value=\"{}\">\n",
                escape(&only.id)
            );
        }
        let mut options = String::new();
        for cloud in clouds {
            let (id, label) = (escape(&cloud.id), escape(&cloud.label));
            let chosen = if cloud.id == self.with.cloud {
                " selected"
            } else {
                ""
            };
            let _ = writeln!(options, "<option value=\"{id}\"{chosen}>{label}</option>");
        }
        format!(
            "<div class=\"field\">\n<label for=\"cloud\">Cloud</label>\n\
             <select id=\"cloud\" name=\"cloud\">\n{options}</select>\n</div>\n"
        )
    }

    /// The practice cloud's sign-in is no secret.
    fn sandbox_hint(&self) -> String {
        if self.app.clouds.iter().all(|cloud| cloud.controls.is_none()) {
            return String::new();
        }
        let which = if self.app.clouds.len() == 1 {
            "This is the sandbox"
        } else {
            "The sandbox is"
        };
        format!(
            "<p class=\"note\">{which} for practice: domain <code>sandbox</code>, user <code>demo</code>, \
             password <code>demo</code>, project <code>demo-project</code>.</p>\n"
        )
    }
}

fn problem(refusal: &Refusal, id: &RequestId) -> String {
    let message = refusal.message();
    let advice = match refusal {
        Refusal::WrongSignIn => "Check the spelling, and whether your password has expired.",
        Refusal::TooManyTries(_) => "What you typed is kept, except the password.",
        _ => "Nothing is wrong with what you typed. Try again in a moment, or ask the operator.",
    };
    let (message, code, id) = (
        escape(&message),
        refusal.code(),
        escape(&id.to_string()).into_owned(),
    );
    format!(
        "<div class=\"problem\" role=\"alert\">\n<p><strong>{message}</strong></p>\n<p>{advice}</p>\n\
         <p class=\"id\">{code} · request {id}</p>\n</div>\n"
    )
}

fn field(
    name: &str,
    label: &str,
    value: &str,
    complete: &str,
    required: bool,
    more: &str,
    hint: &str,
) -> String {
    let value = escape(value);
    let required = if required { " required" } else { "" };
    let (described, hint) = match hint {
        "" => (String::new(), String::new()),
        _ => (
            format!(" aria-describedby=\"{name}-hint\""),
            format!("<p class=\"hint\" id=\"{name}-hint\">{hint}</p>\n"),
        ),
    };
    format!(
        "<div class=\"field\">\n<label for=\"{name}\">{label}</label>\n\
         <input id=\"{name}\" name=\"{name}\" value=\"{value}\" autocomplete=\"{complete}\" autocapitalize=\"none\" \
         spellcheck=\"false\" maxlength=\"255\"{required}{described}{more}>\n{hint}</div>\n"
    )
}

/// Text for element content and quoted attributes.
fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

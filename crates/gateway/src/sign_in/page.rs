//! The sign-in page: plain HTML that works before the console's program has arrived, and without it.

use std::{borrow::Cow, fmt::Write, sync::Arc};

use contract::{operations::push_encoded, session::SignIn};

use super::accept::SECURITY_TOKEN;
use crate::{app::App, cloud::Cloud, config::Ways, envelope::RequestId, error::Refusal};

/// Its style sheet, served under an immutable name: the console's tokens and primitives, so that both look the same.
pub const STYLE: &str = concat!(
    include_str!("../../../../style/tokens.css"),
    include_str!("../../../../style/base.css"),
    include_str!("../../../../style/form.css"),
    include_str!("../../../../style/ui/button.css"),
    include_str!("../../../../style/ui/notice.css"),
    include_str!("sign_in.css"),
);

/// The console's own first script: it takes the theme the reader chose there. Without it the system's is used.
pub const EARLY: &str = include_str!("../../../../public/early.js");

/// The two ways in, a page each, so that no script is needed to change between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Password,
    AccessKey,
}

impl Way {
    const ALL: [Self; 2] = [Self::Password, Self::AccessKey];

    pub fn from_word(word: &str) -> Self {
        match word {
            "access-key" => Self::AccessKey,
            _ => Self::Password,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::AccessKey => "access-key",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Password => "With a password",
            Self::AccessKey => "With an access key",
        }
    }

    fn is_among(self, ways: Ways) -> bool {
        match self {
            Self::Password => ways.password,
            Self::AccessKey => ways.access_key,
        }
    }
}

pub struct Page<'a> {
    pub app: &'a App,
    pub way: Way,
    /// What was typed; the secrets are not shown again.
    pub with: &'a SignIn,
    pub next: &'a str,
    pub refusal: Option<(&'a Refusal, &'a RequestId)>,
}

impl Page<'_> {
    pub fn render(&self) -> String {
        let way = self.offered();
        let (style, early) = (&self.app.sign_in_style, &self.app.early_script);
        let preload = self.app.site.preload_links();
        let title = match self.refusal {
            Some(_) => "Not signed in – Anchorage",
            None => "Sign in – Anchorage",
        };
        let problem = self
            .refusal
            .map(|(refusal, id)| problem(refusal, id))
            .unwrap_or_default();
        let ways = self.ways(way);
        let clouds = self.clouds(way);
        let fields = match way {
            Way::Password => self.password_fields(),
            Way::AccessKey => self.key_fields(),
        };
        let project = Field {
            name: "project",
            label: "Project",
            value: &self.with.project,
            complete: "off",
            optional: true,
            hint: "Leave it empty to begin with your first project; you can switch later.",
            ..Field::default()
        }
        .render();
        let (word, next) = (way.word(), escape(self.next));
        let hint = self.sandbox_hint(way);
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
             <link rel=\"stylesheet\" href=\"{style}\">\n<script src=\"{early}\"></script>\n{preload}</head>\n\
             <body class=\"sign-in\">\n<main>\n<header>\n<h1>Sign in to Anchorage</h1>\n\
             <p class=\"lead\">Backups of your cloud servers.</p>\n</header>\n{ways}{problem}\
             <form method=\"post\" action=\"/sign-in\">\n{clouds}{fields}{project}\
             <input type=\"hidden\" name=\"with\" value=\"{word}\">\n\
             <input type=\"hidden\" name=\"next\" value=\"{next}\">\n\
             <button class=\"button button-primary\" type=\"submit\">Sign in</button>\n</form>\n{hint}</main>\n\
             </body>\n</html>\n"
        )
    }

    /// The way that was asked for, if any cloud has it.
    fn offered(&self) -> Way {
        let other = Way::ALL.into_iter().find(|way| *way != self.way);
        if self.clouds_with(self.way).next().is_none() {
            other.unwrap_or(self.way)
        } else {
            self.way
        }
    }

    fn clouds_with(&self, way: Way) -> impl Iterator<Item = &Arc<Cloud>> {
        let clouds = self.app.clouds.iter();
        clouds.filter(move |cloud| way.is_among(cloud.ways))
    }

    fn ways(&self, chosen: Way) -> String {
        if Way::ALL
            .iter()
            .any(|way| self.clouds_with(*way).next().is_none())
        {
            return String::new();
        }
        let mut items = String::new();
        for way in Way::ALL {
            let (word, label) = (way.word(), way.label());
            let mut next = String::new();
            push_encoded(&mut next, self.next);
            let current = match way == chosen {
                true => " aria-current=\"page\"",
                false => "",
            };
            let _ = writeln!(
                items,
                "<li><a href=\"/sign-in?with={word}&amp;next={next}\"{current}>{label}</a></li>"
            );
        }
        format!("<nav class=\"ways\" aria-label=\"Ways to sign in\">\n<ul>\n{items}</ul>\n</nav>\n")
    }

    fn clouds(&self, way: Way) -> String {
        let clouds: Vec<_> = self.clouds_with(way).collect();
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
            "<div class=\"field\">\n<label class=\"field-label\" for=\"cloud\">Cloud</label>\n\
             <select class=\"input\" id=\"cloud\" name=\"cloud\">\n{options}</select>\n</div>\n"
        )
    }

    fn password_fields(&self) -> String {
        let first = self.with.domain.is_empty();
        let domain = Field {
            name: "domain",
            label: "Domain",
            value: &self.with.domain,
            complete: "organization",
            focus: first,
            hint: "The name of your account.",
            ..Field::default()
        };
        let user = Field {
            name: "user",
            label: "User",
            value: &self.with.user,
            complete: "username",
            ..Field::default()
        };
        let password = Field {
            name: "password",
            label: "Password",
            complete: "current-password",
            secret: true,
            focus: !first,
            ..Field::default()
        };
        domain.render() + &user.render() + &password.render()
    }

    fn key_fields(&self) -> String {
        let first = self.with.access_key.is_empty();
        let access = Field {
            name: "access_key",
            label: "Access key",
            value: &self.with.access_key,
            complete: "username",
            focus: first,
            hint: "Also called AK. The gateway signs every request with the key pair and forgets it when you sign out.",
            ..Field::default()
        };
        let secret = Field {
            name: "secret_key",
            label: "Secret key",
            complete: "current-password",
            secret: true,
            focus: !first,
            ..Field::default()
        };
        let token = Field {
            name: "security_token",
            label: "Security token",
            complete: "off",
            secret: true,
            optional: true,
            longest: SECURITY_TOKEN,
            hint: "Only with a temporary access key.",
            ..Field::default()
        };
        access.render() + &secret.render() + &token.render()
    }

    /// The practice cloud's sign-in is no secret.
    fn sandbox_hint(&self, way: Way) -> String {
        if self.app.clouds.iter().all(|cloud| cloud.controls.is_none()) {
            return String::new();
        }
        let which = if self.app.clouds.len() == 1 {
            "This is the sandbox"
        } else {
            "The sandbox is"
        };
        let how = match way {
            Way::Password => {
                "domain <code>sandbox</code>, user <code>demo</code>, password <code>demo</code>, project \
                 <code>demo-project</code>."
            }
            Way::AccessKey => {
                "its access key and secret key are printed on standard output when it starts."
            }
        };
        format!("<p class=\"note\">{which} for practice: {how}</p>\n")
    }
}

fn problem(refusal: &Refusal, id: &RequestId) -> String {
    let message = refusal.message();
    let advice = match refusal {
        Refusal::WrongSignIn => "Check the spelling, and whether your password has expired.",
        Refusal::WrongKeys => {
            "Check both, and the security token of a temporary key, which ends by itself. The cloud also refuses \
             signatures when the gateway's clock is more than 15 minutes wrong."
        }
        Refusal::NoSuchProject => {
            "Check the project's name, or leave it empty to begin with your first project."
        }
        Refusal::NotOffered => "Choose another cloud or the other way of signing in.",
        Refusal::TooManyTries(_) => "What you typed is kept, except what is secret.",
        _ => "Nothing is wrong with what you typed. Try again in a moment, or ask the operator.",
    };
    let (message, code, id) = (
        escape(&message),
        refusal.code(),
        escape(&id.to_string()).into_owned(),
    );
    format!(
        "<div class=\"notice tone-bad\" role=\"alert\">\n<div class=\"notice-body\">\n\
         <p class=\"notice-title\">{message}</p>\n<div class=\"notice-text\">\n<p>{advice}</p>\n\
         <p class=\"reference\">{code} · request {id}</p>\n</div>\n</div>\n</div>\n"
    )
}

/// A labelled input.
struct Field<'a> {
    name: &'a str,
    label: &'a str,
    value: &'a str,
    complete: &'a str,
    hint: &'a str,
    secret: bool,
    optional: bool,
    focus: bool,
    longest: usize,
}

impl Default for Field<'_> {
    fn default() -> Self {
        Self {
            name: "",
            label: "",
            value: "",
            complete: "off",
            hint: "",
            secret: false,
            optional: false,
            focus: false,
            longest: 255,
        }
    }
}

impl Field<'_> {
    fn render(&self) -> String {
        let Self {
            name,
            label,
            complete,
            longest,
            ..
        } = self;
        let (described, hint) = match self.hint {
            "" => (String::new(), String::new()),
            hint => (
                format!(" aria-describedby=\"{name}-hint\""),
                format!("<p class=\"field-hint\" id=\"{name}-hint\">{hint}</p>\n"),
            ),
        };
        let kind = match self.secret {
            true => " type=\"password\"".to_owned(),
            false => format!(" value=\"{}\"", escape(self.value)),
        };
        let required = if self.optional { "" } else { " required" };
        let optional = match self.optional {
            true => " <span class=\"field-optional\">(optional)</span>",
            false => "",
        };
        let focus = if self.focus { " autofocus" } else { "" };
        format!(
            "<div class=\"field\">\n<label class=\"field-label\" for=\"{name}\">{label}{optional}</label>\n\
             <input class=\"input\" id=\"{name}\" name=\"{name}\"{kind} autocomplete=\"{complete}\" \
             autocapitalize=\"none\" spellcheck=\"false\" maxlength=\"{longest}\"{required}{described}{focus}>\n\
             {hint}</div>\n"
        )
    }
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

//! The answer, and the gaps with the button that closes each.

use std::sync::Arc;

use leptos::prelude::*;

use crate::coverage::{CoverageData, Gap, PolicyState, ServerCoverage, Target};
use crate::format::{ago, count};
use crate::layout::use_paths;
use crate::routes::Paths;
use crate::ui::{
    Badge, ButtonKind, ButtonLink, Card, Cell, Column, EmptyState, Glyph, Icon, Table, TextLink,
    Tone,
};

/// Gaps shown here; the rest are on the servers page.
const SHOWN: usize = 8;

/// One sentence that answers, then the gaps, worst first.
#[component]
pub(super) fn Protection(data: Signal<Arc<CoverageData>>, target: Memo<Target>) -> AnyView {
    let paths = StoredValue::new(use_paths());
    let gaps = Memo::new(move |_| data.with(|data| data.coverage.gaps().count()));
    let unknown = Memo::new(move |_| data.with(|data| data.coverage.unknown()));
    let total = Memo::new(move |_| data.with(|data| data.servers.len()));
    let servers = move |protection: &'static str| {
        Signal::derive(move || {
            paths.with_value(|paths| {
                paths.servers_where(&[("protection", protection), ("target", target.get().key())])
            })
        })
    };
    let (all_servers, unknown_servers) = (servers("gap"), servers("unknown"));
    let all = move || match gaps.get() {
        1 => "Show the gap".to_owned(),
        number => format!("All {}", count(number, "gap", "gaps")),
    };
    let any = Memo::new(move |_| gaps.get() > 0);
    let table = move || {
        view! {
            <Card title="Not protected" actions=move || view! { <TextLink href=all_servers>{all}</TextLink> }>
                <Table caption="Servers that are not protected, worst first" columns=COLUMNS.to_vec()>
                    {move || data.with(|data| {
                        data.coverage.gaps().take(SHOWN).map(|server| row(&paths.read_value(), server, data)).collect_view()
                    })}
                </Table>
            </Card>
        }
    };
    view! {
        {move || (total.get() == 0).then(no_servers)}
        {move || (total.get() > 0).then(|| answer(gaps.get(), unknown.get(), total.get(), target.get()))}
        {move || (unknown.get() > 0).then(|| view! {
            <p><TextLink href=unknown_servers>"The servers of which it is not known"</TextLink></p>
        })}
        {move || any.get().then(table)}
    }
    .into_any()
}

const COLUMNS: [Column; 4] = [
    Column::text("Server"),
    Column::text("What is missing"),
    Column::text("Policy"),
    Column::text(""),
];

fn no_servers() -> AnyView {
    view! {
        <EmptyState title="There are no servers in this project" icon=Glyph::Server>
            <p>"Servers appear here as soon as the project has some; then this page says whether each is protected."</p>
        </EmptyState>
    }
    .into_any()
}

fn answer(gaps: usize, unknown: usize, total: usize, target: Target) -> AnyView {
    let (tone, mut title) = match gaps {
        0 if unknown > 0 => (
            Tone::Warning,
            format!(
                "{} of {} are protected",
                total - unknown,
                count(total, "server", "servers")
            ),
        ),
        0 => (
            Tone::Good,
            format!("All {} are protected", count(total, "server", "servers")),
        ),
        1 => (
            Tone::Bad,
            format!(
                "1 of {} is not protected",
                count(total, "server", "servers")
            ),
        ),
        gaps => (
            Tone::Bad,
            format!(
                "{gaps} of {} are not protected",
                count(total, "server", "servers")
            ),
        ),
    };
    if unknown > 0 {
        title = format!("{title}; of {unknown} it is not known");
    }
    let text = format!(
        "Computed from the backups that exist: every disk, not older than {} and two hours of grace.",
        target.title()
    );
    view! {
        <div class=format!("answer {}", tone.class())>
            <Icon of=if tone == Tone::Good { Glyph::Check } else { Glyph::Warning }/>
            <div><p class="answer-title">{title}</p><p>{text}</p></div>
        </div>
    }
    .into_any()
}

fn row(paths: &Paths, server: &ServerCoverage, data: &CoverageData) -> AnyView {
    let (href, name) = (paths.server(&server.server_id), server.server_name.clone());
    let (tone, word, more) = describe(server, data);
    let (policy, remedy) = (policy(paths, &server.policy), remedy(paths, server));
    view! {
        <tr role="row">
            <Cell label="Server" heading=true><TextLink href=href><bdi>{name}</bdi></TextLink></Cell>
            <Cell label="What is missing">
                <div class="stack">
                    <Badge tone=tone text=word/>
                    <span class="field-hint"><bdi>{more}</bdi></span>
                </div>
            </Cell>
            <Cell label="Policy">{policy}</Cell>
            <Cell label="What to do">{remedy}</Cell>
        </tr>
    }
    .into_any()
}

/// What is missing, as tone, word and sentence.
fn describe(server: &ServerCoverage, data: &CoverageData) -> (Tone, &'static str, String) {
    let (tone, word, more) = match &server.gap {
        None => (Tone::Good, "Protected", String::new()),
        Some(Gap::Never) => (
            Tone::Bad,
            "No usable backup",
            "Nothing could be restored.".to_owned(),
        ),
        Some(Gap::Unsupported) => (
            Tone::Warning,
            "Cannot be backed up",
            "The service does not back up bare metal servers.".to_owned(),
        ),
        Some(Gap::NotKnown(why)) => (Tone::Neutral, "Not known", (*why).to_owned()),
        Some(Gap::Old { newest }) => (
            Tone::Warning,
            "Too old",
            format!(
                "The newest usable backup was made {}.",
                ago(newest.seconds() - data.now.seconds())
            ),
        ),
        Some(Gap::DisksLeftOut { volumes }) => (
            Tone::Warning,
            "Disks left out",
            format!(
                "{} in no fresh backup.",
                count(volumes.len(), "disk is", "disks are")
            ),
        ),
    };
    match server.failed.as_deref() {
        Some("") => (tone, word, format!("{more} The latest backup failed.")),
        Some(reason) => (
            tone,
            word,
            format!("{more} The latest backup failed: {reason}"),
        ),
        None => (tone, word, more),
    }
}

fn policy(paths: &Paths, state: &PolicyState) -> AnyView {
    let Some((id, name)) = state.policy() else {
        let word = match state {
            PolicyState::NotKnown => "Not known",
            _ => "None",
        };
        return view! { <span>{word}</span> }.into_any();
    };
    let (href, name) = (paths.policy(id), name.to_owned());
    let off = matches!(state, PolicyState::Off { .. });
    view! {
        <span class="stack">
            <TextLink href=href><bdi>{name}</bdi></TextLink>
            {off.then(|| view! { <Badge tone=Tone::Neutral text="Off" icon=Glyph::Pause/> })}
        </span>
    }
    .into_any()
}

/// The button that closes the gap.
fn remedy(paths: &Paths, server: &ServerCoverage) -> AnyView {
    if server.gap == Some(Gap::Unsupported) {
        return ().into_any();
    }
    let (href, text) = match &server.policy {
        PolicyState::None => (paths.new_policy_for(&server.server_id), "Create a policy"),
        PolicyState::Off { id, .. } => (paths.policy(id), "Switch the policy on"),
        PolicyState::On { .. } | PolicyState::NotKnown => {
            (paths.back_up_server(&server.server_id), "Back up now")
        }
    };
    view! { <ButtonLink href=href kind=ButtonKind::Normal>{text}</ButtonLink> }.into_any()
}

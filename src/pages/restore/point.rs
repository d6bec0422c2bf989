//! Step 1: which point in time. A line of the usable backups by day, and the list of all.

use contract::model::{Backup, BackupAction, ResourceKind};
use contract::time::Timestamp;
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast as _;

use super::draft::Step;
use super::wizard::{Wizard, use_go};
use crate::clock::use_clock;
use crate::format::{ago, count, duration, gigabytes, megabytes};
use crate::ui::{
    Align, Badge, Button, Card, Cell, Column, Glyph, Notice, Table, Time, Tone, use_zone,
};

/// Backups shown on the line; older ones are in the list.
const ON_THE_LINE: usize = 90;
/// Rows of the list before the rest is asked for.
const FIRST_ROWS: usize = 10;

/// `full, by a policy`.
pub fn kind_of(backup: &Backup) -> String {
    format!(
        "{}, {}{}",
        if backup.incremental {
            "Incremental"
        } else {
            "Full"
        },
        if backup.automatic {
            "by a policy"
        } else {
            "by hand"
        },
        if backup.in_vault.is_some() {
            ", in a vault"
        } else {
            ""
        }
    )
}

/// How much it holds, as far as its service tells.
fn size_of(backup: &Backup) -> String {
    match &backup.in_vault {
        Some(vault) => gigabytes(vault.resource_gb.unsigned_abs()),
        None => megabytes(u64::try_from(backup.size_mb).unwrap_or_default()),
    }
}

pub(super) fn view(wizard: Wizard) -> AnyView {
    let go = StoredValue::new(use_go());
    let choose = Callback::new(move |id: String| {
        go.with_value(|go| go(&id, Step::Point.word(), true));
    });
    let chosen = Memo::new(move |_| wizard.draft.with(|draft| draft.plan.backup.clone()));
    view! {
        <div class="wizard-step-body">
            {line(wizard, chosen, choose)}
            {summary(wizard)}
            {list(wizard, chosen, choose)}
        </div>
    }
    .into_any()
}

/// The days of the line, oldest first: label, gap in days before it, its backups.
type Day = (String, i64, Vec<(String, String, String)>);

fn line(wizard: Wizard, chosen: Memo<String>, choose: Callback<String>) -> AnyView {
    let zone = use_zone();
    let strip: NodeRef<html::Div> = NodeRef::new();
    let days = Memo::new(move |_| {
        let Some(known) = wizard.data() else {
            return Vec::new();
        };
        let usable = known
            .backups
            .iter()
            .filter(|backup| BackupAction::Restore.blocked_by(backup).is_none())
            .filter_map(|backup| Some((backup, backup.created_at?)))
            .take(ON_THE_LINE);
        zone.with(|zone| {
            let mut days: Vec<Day> = Vec::new();
            let mut last_day = i64::MIN;
            let mut oldest_first: Vec<(&Backup, Timestamp)> = usable.collect();
            oldest_first.reverse();
            for (backup, at) in oldest_first {
                let civil = zone.civil(at);
                let day = (at.seconds() + i64::from(zone.offset(at)) * 60).div_euclid(86_400);
                if day != last_day || days.is_empty() {
                    let gap = if days.is_empty() {
                        0
                    } else {
                        day - last_day - 1
                    };
                    days.push((civil.short_date(), gap, Vec::new()));
                    last_day = day;
                }
                if let Some((_, _, points)) = days.last_mut() {
                    let name = format!("{}, {}", zone.exact(at), kind_of(backup));
                    points.push((backup.id.clone(), civil.clock(), name));
                }
            }
            days
        })
    });
    // The chosen point is in sight when the step opens.
    Effect::new(move |_| {
        days.track();
        let Some(strip) = strip.get() else { return };
        request_animation_frame(move || {
            let point = strip
                .query_selector("input:checked")
                .ok()
                .flatten()
                .and_then(|input| input.closest(".point").ok().flatten())
                .and_then(|point| point.dyn_into::<web_sys::HtmlElement>().ok());
            if let Some(point) = point {
                strip.set_scroll_left(point.offset_left() - strip.client_width() / 2);
                strip.set_scroll_top(point.offset_top() - strip.client_height() / 2);
            }
        });
    });
    let point = move |(id, clock, name): (String, String, String)| {
        let (mine, value, title) = (id.clone(), id.clone(), name.clone());
        view! {
            <label class="point" title=title>
                <input type="radio" name="restore-point" value=id aria-label=name
                    prop:checked=move || chosen.with(|chosen| *chosen == mine)
                    on:change=move |_| choose.run(value.clone())/>
                <span aria-hidden="true">{clock}</span>
            </label>
        }
    };
    let columns = move || {
        days.get()
            .into_iter()
            .map(|(date, gap, points)| view! {
                {(gap > 0).then(|| view! { <div class="points-gap">{format!("{} without a backup", duration(gap * 86_400).replace("24 hours", "1 day"))}</div> })}
                <div class="points-day">
                    <span class="points-date">{date}</span>
                    {points.into_iter().map(point).collect_view()}
                </div>
            })
            .collect_view()
    };
    view! {
        <fieldset class="points" id="restore-points" tabindex="-1">
            <legend class="field-label">"Usable backups by day"</legend>
            <p class="field-hint">"Oldest on the left; the arrow keys go from one to the next. Times are on the zone chosen for the console."</p>
            {move || days.with(Vec::is_empty).then(|| view! {
                <Notice tone=Tone::Warning title="None of these backups can be restored now">
                    <p>"The list below says why for each of them."</p>
                </Notice>
            })}
            <div class="points-line" node_ref=strip>{columns}</div>
        </fieldset>
    }
    .into_any()
}

/// The chosen backup in words.
fn summary(wizard: Wizard) -> AnyView {
    let clock = use_clock();
    let zone = use_zone();
    let content = move || {
        let backup = wizard.backup()?;
        if let Some(reason) = BackupAction::Restore.blocked_by(&backup) {
            return Some(view! {
                <Notice tone=Tone::Bad title="The chosen backup cannot be restored"><p>{reason}</p></Notice>
            }.into_any());
        }
        let at = backup.created_at;
        let size = size_of(&backup);
        let held = match backup.resource() {
            ResourceKind::FileSystem => format!("{size}, the whole file system"),
            _ => {
                let disks = count(backup.disks.len(), "disk backup", "disk backups");
                format!("{size} in {disks}")
            }
        };
        let when = at.map_or_else(
            || "at an unknown time".to_owned(),
            |at| zone.with(|zone| zone.exact(at)),
        );
        let age = at
            .map(|at| ago(at.seconds() - clock.ticking().seconds()))
            .unwrap_or_default();
        Some(view! {
            <Notice title=format!("Chosen: {when}")>
                <p><bdi>{backup.name.clone()}</bdi>{format!(" · {} · {held} · {age}", kind_of(&backup))}</p>
            </Notice>
        }.into_any())
    };
    view! { <div aria-live="polite">{content}</div> }.into_any()
}

fn list(wizard: Wizard, chosen: Memo<String>, choose: Callback<String>) -> AnyView {
    let all = RwSignal::new(false);
    let backups = Memo::new(move |_| {
        wizard
            .data()
            .map(|known| known.backups.clone())
            .unwrap_or_default()
    });
    let rows = move || {
        let shown = if all.get() { usize::MAX } else { FIRST_ROWS };
        backups
            .get()
            .into_iter()
            .take(shown)
            .map(|backup| row(&backup, chosen, choose))
            .collect_view()
    };
    let rest = move || backups.with(Vec::len).saturating_sub(FIRST_ROWS);
    view! {
        <Card title="All of its backups">
            <Table caption="All of its backups, newest first" columns=vec![
                Column::text("Made"), Column::text("Name"), Column::text("Type"), Column::number("Size"),
                Column::text("Can be restored"), Column::text(""),
            ]>{rows}</Table>
            {move || (rest() > 0 && !all.get()).then(|| view! {
                <Button on_press=move || all.set(true)>{format!("Show {} older", rest())}</Button>
            })}
        </Card>
    }
    .into_any()
}

fn row(backup: &Backup, chosen: Memo<String>, choose: Callback<String>) -> AnyView {
    let blocked = BackupAction::Restore.blocked_by(backup);
    let id = backup.id.clone();
    let is_chosen = {
        let id = id.clone();
        Memo::new(move |_| chosen.with(|chosen| *chosen == id))
    };
    let verdict = match &blocked {
        None => view! { <Badge tone=Tone::Good text="Yes"/> }.into_any(),
        Some(reason) => view! { <Badge tone=Tone::Warning text="No"/><p class="field-hint">{reason.clone()}</p> }.into_any(),
    };
    let (at, kind) = (backup.created_at, kind_of(backup));
    let name = backup.name.clone();
    let verb = format!("Choose {name}");
    let size = size_of(backup);
    let action = move || {
        if is_chosen.get() {
            view! { <Badge tone=Tone::Active text="Chosen" icon=Glyph::Check/> }.into_any()
        } else if blocked.is_none() {
            let id = id.clone();
            view! {
                <Button name=verb.clone() on_press=move || choose.run(id.clone())>"Choose"</Button>
            }
            .into_any()
        } else {
            ().into_any()
        }
    };
    view! {
        <tr role="row">
            <Cell label="Made" heading=true><Time at=at/></Cell>
            <Cell label="Name"><bdi>{name}</bdi></Cell>
            <Cell label="Type">{kind}</Cell>
            <Cell label="Size" align=Align::End>{size}</Cell>
            <Cell label="Can be restored"><div>{verdict}</div></Cell>
            <Cell>{action}</Cell>
        </tr>
    }
    .into_any()
}

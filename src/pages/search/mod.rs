//! Search: a combobox over everything, in a dialog of its own (Ctrl-K) or as a page.

mod hits;

use std::time::Duration;

use leptos::{ev, html, prelude::*};

use crate::format::count;
use crate::layout::{Page, use_palette, use_paths};
use crate::query::Query;
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::routes::with_query;
use crate::session::use_session;
use crate::ui::dom::fresh_id;
use crate::ui::{Button, ButtonKind, Glyph, Icon, Notice};

use hits::{Hit, load, local, remote};

/// The service is asked when somebody has stopped typing for this long.
const PAUSE: Duration = Duration::from_millis(200);

/// The search; with a head of its own where it is a page.
pub fn search_page() -> AnyView {
    if use_palette().is_some_and(|palette| untrack(|| palette.is_open())) {
        panel(RwSignal::new(String::new()))
    } else {
        view! { <Page title="Search">{panel(text_in_address())}</Page> }.into_any()
    }
}

/// The page's text is in its address: it survives a reload, and can be sent to somebody.
fn text_in_address() -> RwSignal<String> {
    let (query, navigate, base) = (use_query_map(), use_navigate(), use_paths().search());
    let text = RwSignal::new(query.read_untracked().get("q").unwrap_or_default());
    Effect::new(move |before: Option<()>| {
        let text = text.get();
        if before.is_some() {
            let options = NavigateOptions {
                replace: true,
                scroll: false,
            };
            navigate(&with_query(base.clone(), &[("q", &text)]), options);
        }
    });
    text
}

fn panel(text: RwSignal<String>) -> AnyView {
    let (paths, navigate, palette) = (use_paths(), use_navigate(), use_palette());
    let session = use_session();
    let asked = debounced(text);
    let known = Query::joined(load);
    let found = {
        let paths = paths.clone();
        Query::joined(move |api| {
            let (text, paths) = (asked.get(), paths.clone());
            async move {
                let hits = remote(api, text.clone(), paths).await?;
                Ok(hits.map(|hits| (text, hits)))
            }
        })
    };
    let hits = Memo::new(move |_| {
        let typed = text.get();
        let known = known.data();
        let mut hits = local(&typed, known.as_deref(), &paths, |area| session.shows(area));
        // What was found for another text is not what is looked for now.
        let more = found.data().filter(|found| found.0 == typed);
        if let Some(more) = more {
            let pages = hits.iter().position(|hit| hit.kind == "Page");
            let at = pages.unwrap_or(hits.len());
            hits.splice(at..at, more.1.iter().cloned());
        }
        hits
    });
    let marked = RwSignal::new(0_usize);
    Effect::new(move |_| {
        text.track();
        marked.set(0);
    });
    let choose = Callback::new(move |hit: Hit| {
        if let Some(palette) = palette {
            palette.close();
        }
        navigate(&hit.href, NavigateOptions::default());
    });
    let searching = Memo::new(move |_| {
        known.loading().get() || found.loading().get() || text.get() != asked.get()
    });
    let failed = Memo::new(move |_| {
        let silent = || known.silent().or_else(|| found.silent());
        let error = known.error().or_else(|| found.error());
        error.map(|error| error.to_string()).or_else(|| {
            silent().map(|silent| format!("{} did not answer. {}", silent.of.name(), silent.error))
        })
    });
    let again = Callback::new(move |()| {
        known.refresh();
        found.refresh();
    });
    view! {
        <div class="search">
            {combobox(text, hits, marked, choose)}
            <p class="field-hint" role="status">
                {move || match (searching.get(), hits.with(Vec::len)) {
                    (true, _) => "Searching…".to_owned(),
                    (false, 0) => "Nothing has this name or id in this project.".to_owned(),
                    (false, number) => count(number, "result", "results"),
                }}
            </p>
            {move || failed.get().map(|why| failure(&why, again))}
        </div>
    }
    .into_any()
}

fn failure(why: &str, again: Callback<()>) -> AnyView {
    let text = format!("What is listed was found all the same. {why}");
    view! {
        <Notice title="Not everything could be searched">
            <p>{text}</p>
            <Button kind=ButtonKind::Quiet icon=Glyph::Refresh on_press=again>"Try again"</Button>
        </Notice>
    }
    .into_any()
}

/// The same text, but only when it has rested a moment.
fn debounced(text: RwSignal<String>) -> RwSignal<String> {
    let rested = RwSignal::new(text.get_untracked());
    Effect::new(move |_| {
        let now = text.get();
        if let Ok(timer) = set_timeout_with_handle(move || rested.set(now), PAUSE) {
            on_cleanup(move || timer.clear());
        }
    });
    rested
}

fn combobox(
    text: RwSignal<String>,
    hits: Memo<Vec<Hit>>,
    marked: RwSignal<usize>,
    choose: Callback<Hit>,
) -> AnyView {
    let (input_id, list_id) = (fresh_id("search"), fresh_id("hits"));
    let input: NodeRef<html::Input> = NodeRef::new();
    // In a dialog that is only opening, `autofocus` does it; in one that is open already, this.
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            let _ = input.focus();
        }
    });
    let option_id = {
        let list_id = list_id.clone();
        move |index: usize| format!("{list_id}-{index}")
    };
    let active = {
        let option_id = option_id.clone();
        move || {
            let index = marked.get();
            hits.with(|hits| index < hits.len())
                .then(|| option_id(index))
        }
    };
    Effect::new({
        let option_id = option_id.clone();
        move |_| {
            if let Some(option) = document().get_element_by_id(&option_id(marked.get())) {
                option.scroll_into_view_with_bool(false);
            }
        }
    });
    let on_key = move |event: ev::KeyboardEvent| {
        let last = hits.with_untracked(Vec::len).saturating_sub(1);
        match event.key().as_str() {
            "ArrowDown" => marked.update(|at| *at = if *at >= last { 0 } else { *at + 1 }),
            "ArrowUp" => marked.update(|at| *at = at.checked_sub(1).unwrap_or(last)),
            "Home" if event.ctrl_key() => marked.set(0),
            "End" if event.ctrl_key() => marked.set(last),
            "Enter" => {
                let hit = hits.with_untracked(|hits| hits.get(marked.get_untracked()).cloned());
                if let Some(hit) = hit {
                    choose.run(hit);
                }
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let entries = move || {
        hits.get()
            .into_iter()
            .enumerate()
            .map(|(index, hit)| entry(hit, option_id(index), index, marked, choose))
            .collect_view()
    };
    view! {
        <label class="visually-hidden" for=input_id.clone()>"Search servers, backups, policies and vaults, or paste an id"</label>
        <input class="input" id=input_id node_ref=input type="text" role="combobox" autocomplete="off" spellcheck="false"
            autofocus=true placeholder="A name, an address, or any id" aria-autocomplete="list" aria-expanded="true"
            aria-controls=list_id.clone() aria-activedescendant=active
            prop:value=move || text.get() on:input:target=move |event| text.set(event.target().value()) on:keydown=on_key/>
        <ul class="search-hits" id=list_id role="listbox" aria-label="Results">{entries}</ul>
    }
    .into_any()
}

fn entry(
    hit: Hit,
    id: String,
    index: usize,
    marked: RwSignal<usize>,
    choose: Callback<Hit>,
) -> AnyView {
    let is_marked = move || marked.get() == index;
    let chosen = hit.clone();
    view! {
        <li role="option" class="filter-offer" id=id class:filter-offer-marked=is_marked
            aria-selected=move || is_marked().to_string() on:click=move |_| choose.run(chosen.clone())>
            <Icon of=hit.glyph/>
            <span class="filter-offer-label"><bdi>{hit.title}</bdi></span>
            <span class="filter-offer-detail"><bdi>{hit.detail}</bdi>" "<span class="search-kind">{hit.kind}</span></span>
        </li>
    }
    .into_any()
}

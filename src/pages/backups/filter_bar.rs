//! The filter bar: a combobox whose list offers properties and live values (WAI-ARIA APG), and
//! the tokens below it.

use std::time::Duration;

use contract::time::Timestamp;
use leptos::{ev, html, prelude::*};

use super::list::List;
use crate::data::filter::{
    Names, Offer, Operator, Property, Setting, Suggestion, Token, name_of, parse_typed, quoted,
    suggestions,
};
use crate::format::grouped;
use crate::format::zone::Zone;
use crate::router::{NavigateOptions, use_navigate};
use crate::ui::dom::fresh_id;
use crate::ui::{Button, ButtonKind, Glyph, Icon, use_zone};

/// The suggestions follow when nothing was typed for this long: first comes what the text finds.
const PAUSE: Duration = Duration::from_millis(60);
/// Letters a free text needs before it filters while one types.
const LIVE_FROM: usize = 2;

/// The bar and its tokens.
pub fn filter_bar(list: List) -> AnyView {
    let text = RwSignal::new(String::new());
    let open = RwSignal::new(false);
    let marked = RwSignal::new(None::<usize>);
    let problem = RwSignal::new(None::<String>);
    let input: NodeRef<html::Input> = NodeRef::new();
    let (input_id, list_id, problem_id) = (
        fresh_id("filter"),
        fresh_id("offers"),
        fresh_id("filter-problem"),
    );
    let navigate = use_navigate();
    let zone = use_zone();
    let (asked, late) = (RwSignal::new(0_u32), StoredValue::new(false));
    let ask = move || {
        late.set_value(false);
        asked.update(|times| *times = times.wrapping_add(1));
    };
    Effect::new(move |_| {
        text.track();
        zone.track();
        list.policies.track();
        list.vaults.track();
        list.listing.track();
        list.store.track();
        late.set_value(true);
        if let Ok(timer) = set_timeout_with_handle(ask, PAUSE) {
            on_cleanup(move || timer.clear());
        }
    });
    let offers = Memo::new(move |_| {
        asked.track();
        if !open.get() {
            return Vec::new();
        }
        let (policies, vaults) = (list.policies.get_untracked(), list.vaults.get_untracked());
        let names = Names {
            policies: &policies,
            vaults: &vaults,
        };
        list.listing.with_untracked(|listing| {
            list.store.with_untracked(|store| {
                suggestions(
                    &text.read_untracked(),
                    Setting {
                        store,
                        rows: &listing.bits,
                        names,
                        mixed: list.is_mixed(),
                        vaults: list.has_vaults(),
                        clock: &clock_of(zone),
                    },
                )
            })
        })
    });
    let clear = move || {
        text.set(String::new());
        list.live.set(None);
        problem.set(None);
        marked.set(None);
    };
    let add = move |token: Token| {
        clear();
        open.set(false);
        list.change(|address| {
            if let Err(refused) = address.filter.add(token) {
                problem.set(Some(refused.to_string()));
            }
        });
    };
    // Free text filters while it is typed; everything else when it is complete.
    let type_text = move |typed: String| {
        // Most keys change nothing of these, and whoever looks at them need not look again.
        problem.maybe_update(|problem| problem.take().is_some());
        marked.maybe_update(|marked| marked.take().is_some());
        open.maybe_update(|open| !std::mem::replace(open, true));
        let free = parse_typed(&typed, &clock_of(zone))
            .ok()
            .filter(is_text_to_look_for);
        list.live.set(free);
        text.set(typed);
    };
    let choose = Callback::new(move |offer: Offer| match offer {
        Offer::Token(token) => add(token),
        Offer::Property(property) => {
            type_text(format!("{}:", property.word()));
            if let Some(input) = input.get_untracked() {
                let _ = input.focus();
            }
        }
        Offer::Open(id) => {
            clear();
            navigate(
                &list.paths.with_value(|paths| paths.backup(&id)),
                NavigateOptions::default(),
            );
        }
    });
    // Whoever goes on to them does not wait for them.
    let in_time = move || {
        if late.get_value() {
            ask();
        }
    };
    let submit = move || {
        in_time();
        let chosen = marked.get_untracked().and_then(|index| {
            offers.with_untracked(|offers| offers.get(index).map(|offer| offer.offer.clone()))
        });
        if let Some(offer) = chosen {
            choose.run(offer);
            return;
        }
        let typed = text.get_untracked();
        if typed.trim().is_empty() {
            return;
        }
        // A pasted id means what it is the id of, not a text to look for.
        let meant = crate::data::filter::is_uuid(typed.trim())
            .then(|| {
                offers.with_untracked(|offers| offers.first().map(|offer| offer.offer.clone()))
            })
            .flatten();
        match (meant, parse_typed(&typed, &clock_of(zone))) {
            (Some(offer), _) => choose.run(offer),
            (None, Ok(token)) => add(token),
            (None, Err(refused)) => problem.set(Some(refused.to_string())),
        }
    };
    let step = move |forward: bool| {
        if !open.get_untracked() {
            open.set(true);
            return;
        }
        in_time();
        let count = offers.with_untracked(Vec::len);
        if count == 0 {
            return;
        }
        marked.update(|marked| {
            *marked = match (*marked, forward) {
                (None, true) => Some(0),
                (None, false) => Some(count - 1),
                (Some(index), true) => (index + 1 < count).then_some(index + 1),
                (Some(index), false) => index.checked_sub(1),
            };
        });
    };
    let option_id = {
        let list_id = list_id.clone();
        move |index: usize| format!("{list_id}-{index}")
    };
    let marked_id = {
        let option_id = option_id.clone();
        move || marked.get().filter(|_| open.get()).map(&option_id)
    };
    // The marked entry stays in sight.
    Effect::new({
        let option_id = option_id.clone();
        move |_| {
            if let Some(index) = marked.get()
                && let Some(option) = document().get_element_by_id(&option_id(index))
            {
                option.scroll_into_view_with_bool(false);
            }
        }
    });
    let on_key = move |event: ev::KeyboardEvent| {
        match event.key().as_str() {
            "ArrowDown" => step(true),
            "ArrowUp" => step(false),
            "Enter" => submit(),
            "Escape" if open.get_untracked() => {
                open.set(false);
                marked.set(None);
            }
            "Escape" if !text.with_untracked(String::is_empty) => clear(),
            "Backspace" if text.with_untracked(String::is_empty) => {
                // Takes the last token back into the bar.
                let last = list
                    .address
                    .with_untracked(|address| address.filter.tokens().len());
                let Some(index) = last.checked_sub(1) else {
                    return;
                };
                edit(list, index, zone, &type_text);
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    // What was typed as free text and filters already becomes a token when one goes on.
    let on_blur = move |_| {
        open.set(false);
        if let Some(token) = list.live.get_untracked() {
            add(token);
        }
    };
    let entries = move || {
        offers
            .get()
            .into_iter()
            .enumerate()
            .map(|(index, offer)| {
                entry(
                    offer,
                    option_id(index),
                    Signal::derive(move || marked.get() == Some(index)),
                    choose,
                )
            })
            .collect_view()
    };
    let has_offers = Memo::new(move |_| open.get() && offers.with(|offers| !offers.is_empty()));
    view! {
        <div class="filter">
            <div class="filter-bar">
                <label class="visually-hidden" for=input_id.clone()>"Filter backups"</label>
                <Icon of=Glyph::Search/>
                <input
                    class="input filter-input"
                    id=input_id
                    node_ref=input
                    type="text"
                    role="combobox"
                    autocomplete="off"
                    spellcheck="false"
                    placeholder="Filter by property, or text in names and ids"
                    aria-autocomplete="list"
                    aria-expanded=move || has_offers.get().to_string()
                    aria-controls=list_id.clone()
                    aria-activedescendant=marked_id
                    aria-invalid=move || problem.with(Option::is_some).then_some("true")
                    aria-describedby=problem_id.clone()
                    prop:value=move || text.get()
                    on:input:target=move |event| type_text(event.target().value())
                    on:keydown=on_key
                    on:click=move |_| open.set(true)
                    on:blur=on_blur
                />
                <ul class="filter-offers" id=list_id role="listbox" aria-label="Suggestions"
                    class:filter-offers-open=move || has_offers.get()
                    // The input keeps the focus while one presses an entry.
                    on:pointerdown=move |event: ev::PointerEvent| event.prevent_default()
                    on:mousedown=move |event: ev::MouseEvent| event.prevent_default()>
                    {entries}
                </ul>
            </div>
            <p class="field-message filter-problem" id=problem_id role="status">
                {move || problem.get().map(|text| view! { <Icon of=Glyph::Warning/><span>{text}</span> })}
            </p>
            {tokens(list, zone, Callback::new(move |index| {
                edit(list, index, zone, &type_text);
                if let Some(input) = input.get_untracked() {
                    let _ = input.focus();
                }
            }))}
        </div>
    }
    .into_any()
}

/// The clock that times are typed and shown on; who shows them follows the zone by itself.
fn clock_of(zone: RwSignal<Zone>) -> impl Fn(Timestamp) -> i32 {
    move |at| zone.with_untracked(|zone| zone.offset(at))
}

/// Whether a text filters while it is typed: long enough, and not the beginning of a property's name.
fn is_text_to_look_for(token: &Token) -> bool {
    let Some(text) = token
        .value()
        .text()
        .filter(|_| token.property() == Property::Text)
    else {
        return false;
    };
    let begins = |name: &str| {
        name.get(..text.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(text))
    };
    text.chars().count() >= LIVE_FROM
        && !Property::ALL
            .iter()
            .any(|property| begins(property.word()) || begins(property.title()))
}

/// Takes a token out and its text into the bar.
fn edit(list: List, index: usize, zone: RwSignal<Zone>, type_text: &impl Fn(String)) {
    let token = list
        .address
        .with_untracked(|address| address.filter.tokens().get(index).cloned());
    if let Some(token) = token {
        list.change(|address| {
            address.filter.remove(index);
        });
        type_text(quoted(&token, &clock_of(zone)));
    }
}

fn entry(offer: Suggestion, id: String, marked: Signal<bool>, choose: Callback<Offer>) -> AnyView {
    let Suggestion {
        offer,
        label,
        detail,
        count,
    } = offer;
    let glyph = match &offer {
        Offer::Property(_) => Glyph::Arrow,
        Offer::Token(token) if token.property() == Property::Text => Glyph::Search,
        Offer::Token(_) => Glyph::Plus,
        Offer::Open(_) => Glyph::Backup,
    };
    view! {
        <li role="option" class="filter-offer" id=id class:filter-offer-marked=move || marked.get()
            aria-selected=move || marked.get().to_string() on:click=move |_| choose.run(offer.clone())>
            <Icon of=glyph/>
            <span class="filter-offer-label"><bdi>{label}</bdi></span>
            <span class="filter-offer-detail">
                {(!detail.is_empty()).then(|| view! { <bdi>{detail}</bdi> })}
                {count.map(|count| view! { <span class="filter-offer-count">{grouped(count as u64)}</span> })}
            </span>
        </li>
    }
    .into_any()
}

/// The tokens, each with its buttons; nothing when there is none.
fn tokens(list: List, zone: RwSignal<Zone>, on_edit: Callback<usize>) -> AnyView {
    let none = Memo::new(move |_| list.address.with(|address| address.filter.is_empty()));
    let items = move || {
        let (policies, vaults) = (list.policies.get(), list.vaults.get());
        let names = Names {
            policies: &policies,
            vaults: &vaults,
        };
        zone.track();
        let clock = clock_of(zone);
        let named = |property: Property, value: &str| name_of(property, value, names);
        list.address.with(|address| {
            address
                .filter
                .tokens()
                .iter()
                .enumerate()
                .map(|(index, token)| {
                    let value = token.value_title(&named, &clock);
                    token_view(list, index, token, value, on_edit)
                })
                .collect_view()
        })
    };
    view! {
        {move || (!none.get()).then(|| view! {
            <div class="tokens">
                <ul class="token-list" aria-label="Filters">{items}</ul>
                <Button kind=ButtonKind::Quiet on_press=move || list.change(|address| address.filter = Default::default())>
                    "Clear all filters"
                </Button>
            </div>
        })}
    }
    .into_any()
}

fn token_view(
    list: List,
    index: usize,
    token: &Token,
    value: String,
    on_edit: Callback<usize>,
) -> AnyView {
    let (property, operator) = (token.property(), token.operator());
    let verb = match operator {
        Operator::Is => "=".to_owned(),
        Operator::IsNot => "≠".to_owned(),
        _ => operator.title().to_owned(),
    };
    let name = format!("{} {} {value}", property.title(), operator.title());
    let asked = (property == Property::Policy)
        .then(|| view! { <span class="token-note" title="A backup does not say which policy made it; the service was asked.">"asked from the service"</span> });
    view! {
        <li class="token">
            <button type="button" class="token-text" title="Edit this filter" on:click=move |_| on_edit.run(index)>
                <span class="token-property">{property.title()}</span>" "
                <span class="token-verb">{verb}</span>" "
                <bdi class="token-value">{value}</bdi>
                {asked}
            </button>
            <button type="button" class="token-remove" aria-label=format!("Remove filter {name}")
                on:click=move |_| list.change(|address| { address.filter.remove(index); })>
                <Icon of=Glyph::Close/>
            </button>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_propertys_name_is_not_looked_for_yet() {
        for (text, expected) in [
            ("w", false),
            ("we", true),
            ("sta", false),
            ("Status", false),
            ("IP add", false),
            ("startup", true),
            ("é€", true),
        ] {
            let token = Token::new(Property::Text, Operator::Contains, text).expect("a token");
            assert_eq!(is_text_to_look_for(&token), expected, "{text}");
        }
    }
}

//! Pages of a list.

use leptos::prelude::*;

use super::button::{Button, ButtonKind};
use super::icon::Glyph;
use crate::format::grouped;

/// Number of pages `total` entries fill; at least one.
pub fn pages(total: usize, per_page: usize) -> usize {
    total.div_ceil(per_page.max(1)).max(1)
}

/// Previous and next, and where one is.
#[component]
pub fn Pagination(
    /// What is paged: `Backups`.
    #[prop(into)]
    label: String,
    /// 1-based.
    #[prop(into)]
    page: Signal<usize>,
    #[prop(into)] total: Signal<usize>,
    #[prop(into)] per_page: Signal<usize>,
    #[prop(into)] on_page: Callback<usize>,
) -> AnyView {
    let last = Memo::new(move |_| pages(total.get(), per_page.get()));
    let position = move || {
        let first = (page.get().saturating_sub(1)) * per_page.get() + 1;
        let end = (first + per_page.get() - 1).min(total.get());
        format!(
            "{}–{} of {}",
            grouped(first.min(end) as u64),
            grouped(end as u64),
            grouped(total.get() as u64)
        )
    };
    let at_start =
        Signal::derive(move || (page.get() <= 1).then(|| "This is the first page.".to_owned()));
    let at_end = Signal::derive(move || {
        (page.get() >= last.get()).then(|| "This is the last page.".to_owned())
    });
    view! {
        <nav class="pagination" aria-label=format!("{label}: pages")>
            <span role="status">{position}</span>
            <Button kind=ButtonKind::Quiet icon=Glyph::Arrow name="Previous page" blocked=at_start
                on_press=move || on_page.run(page.get_untracked() - 1)/>
            <Button kind=ButtonKind::Quiet icon=Glyph::Arrow name="Next page" blocked=at_end
                on_press=move || on_page.run(page.get_untracked() + 1)/>
        </nav>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_list_has_one_page() {
        assert_eq!(pages(0, 50), 1);
        assert_eq!(pages(50, 50), 1);
        assert_eq!(pages(51, 50), 2);
        assert_eq!(pages(5, 0), 5);
    }
}

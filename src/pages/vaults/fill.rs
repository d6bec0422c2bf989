//! How full a vault is: used, allocated and capacity, all in one unit.

use contract::vault::Vault;
use leptos::prelude::*;

use crate::format::grouped;
use crate::ui::Meter;

/// MB as text: in GB from one on, with a tenth where it says something. Sizes of vaults are set in GB,
/// so that larger units would hide what was typed.
pub fn mb(value: i64) -> String {
    let value = u64::try_from(value).unwrap_or(0);
    let tenths = value.saturating_mul(10) / 1024;
    match (tenths / 10, tenths % 10) {
        (0, _) => format!("{value} MB"),
        (whole, 0) => format!("{} GB", grouped(whole)),
        (whole, _) if whole >= 100 => format!("{} GB", grouped(whole)),
        (whole, tenth) => format!("{whole}.{tenth} GB"),
    }
}

/// GB as text.
pub fn gb(value: i64) -> String {
    format!("{} GB", grouped(u64::try_from(value).unwrap_or(0)))
}

/// `37.5 GB of 200 GB (18 %)`; rounded down, so that only a full vault reads 100 %.
pub fn used_words(vault: &Vault) -> String {
    if vault.size_gb <= 0 {
        return format!("{} used", mb(vault.used_mb));
    }
    let percent = vault.used_percent().floor();
    format!(
        "{} of {} ({percent} %)",
        mb(vault.used_mb),
        gb(vault.size_gb)
    )
}

/// Used MB as text.
pub fn used(vault: &Vault) -> String {
    mb(vault.used_mb)
}

/// The meter of a vault.
#[component]
pub fn FillMeter(#[prop(into)] vault: Signal<Vault>) -> AnyView {
    let text = Signal::derive(move || vault.with(used_words));
    let value = Signal::derive(move || vault.with(|vault| vault.used_mb as f64));
    let max = Signal::derive(move || vault.with(|vault| vault.capacity_mb() as f64));
    view! { <Meter label="Used" text=text value=value max=max/> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_says_what_is_used_of_what() {
        let mut vault = Vault {
            size_gb: 200,
            used_mb: 38_400,
            ..Vault::default()
        };
        assert_eq!(used_words(&vault), "37.5 GB of 200 GB (18 %)");
        vault.used_mb = 200 * 1024 - 1;
        assert!(used_words(&vault).ends_with("(99 %)"));
        vault.size_gb = 1200;
        assert_eq!(used_words(&vault), "199 GB of 1\u{202f}200 GB (16 %)");
        vault.size_gb = 0;
        assert_eq!(used_words(&vault), "199 GB used");
    }
}

//! What the browser keeps for a user in a project until it is put away. One for every page that
//! looks at it: what is going on goes on while pages come and go.

use std::cell::RefCell;
use std::thread::LocalKey;

use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{recall, remember, use_session};
use crate::api::use_api;

/// Where the open one is; everything that is kept has a place of its own.
pub type Place<T> = LocalKey<RefCell<Option<Kept<T>>>>;

/// What is written outlives the page; the signal is for what is on screen.
#[derive(Clone)]
pub struct Kept<T: 'static> {
    key: String,
    now: ArcRwSignal<T>,
}

impl<T: Clone + Default + Serialize + DeserializeOwned + Send + Sync> Kept<T> {
    /// That of this user in this project; `first` looks at what an earlier visit left.
    pub fn open(name: &str, place: &'static Place<T>, first: fn(T) -> T) -> Self {
        let user = untrack(|| use_session().with(|info| info.user_id.clone()));
        let key = format!("{name}.{user}.{}", use_api().project());
        place.with_borrow_mut(|open| match open {
            Some(kept) if kept.key == key => kept.clone(),
            _ => {
                let now = ArcRwSignal::new(T::default());
                let kept = Self { key, now };
                kept.now.set(first(kept.stored()));
                open.insert(kept).clone()
            }
        })
    }

    /// For what is on screen.
    pub fn signal(&self) -> RwSignal<T> {
        self.now.clone().into()
    }

    /// Reads it; tracked.
    pub fn with<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        self.now.with(read)
    }

    /// As it is now; not tracked.
    pub fn get(&self) -> T {
        self.now.get_untracked()
    }

    /// As it is written, perhaps by another tab; what another version of the console wrote is nothing.
    pub fn stored(&self) -> T {
        recall(&self.key)
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default()
    }

    /// Keeps it; nothing is put away.
    pub fn set(&self, now: T) {
        let text = serde_json::to_string(&now).ok();
        let text = text.filter(|text| text != "null");
        remember(&self.key, text.as_deref());
        self.now.set(now);
    }
}

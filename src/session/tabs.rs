//! What the tabs of one browser tell each other: they share one cookie, so one session.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;

use super::{Phase, Session};

/// Name of the channel.
pub(super) const CHANNEL: &str = "anchorage-session";

/// What a tab has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    SignedOut,
    /// Somebody signed in: user id and epoch.
    SignedIn(String, String),
}

impl Message {
    fn to_text(&self) -> String {
        match self {
            Self::SignedOut => "out".to_owned(),
            Self::SignedIn(user, epoch) => format!("in {user} {epoch}"),
        }
    }

    fn from_text(text: &str) -> Option<Self> {
        match text.split(' ').collect::<Vec<_>>().as_slice() {
            ["out"] => Some(Self::SignedOut),
            ["in", user, epoch] => Some(Self::SignedIn((*user).to_owned(), (*epoch).to_owned())),
            _ => None,
        }
    }
}

impl Session {
    /// Tells the other tabs something.
    pub(super) fn tell(self, message: &Message) {
        self.channel.with_value(|channel| {
            if let Some(channel) = channel {
                let _ = channel.post_message(&message.to_text().into());
            }
        });
    }

    /// Tells the other tabs who is signed in here.
    pub(super) fn announce(self) {
        let message = self
            .info
            .with_untracked(|info| Message::SignedIn(info.user_id.clone(), info.epoch.clone()));
        self.tell(&message);
    }

    /// Hears the other tabs, and looks for itself when this tab is shown again.
    pub(super) fn listen(self) {
        let hear =
            Closure::<dyn Fn(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
                match event
                    .data()
                    .as_string()
                    .as_deref()
                    .and_then(Message::from_text)
                {
                    Some(Message::SignedOut) => self.phase.set(Phase::Ended),
                    Some(Message::SignedIn(user, epoch)) => self.heard_sign_in(&user, &epoch),
                    None => {}
                }
            });
        self.channel.with_value(|channel| {
            if let Some(channel) = channel {
                channel.set_onmessage(Some(hear.as_ref().unchecked_ref()));
            }
        });
        // The session lives as long as the document.
        hear.forget();
        let shown = window_event_listener(ev::visibilitychange, move |_| {
            if !document().hidden() {
                self.look_up();
            }
        });
        on_cleanup(move || shown.remove());
    }

    fn heard_sign_in(self, user: &str, epoch: &str) {
        let (same_user, same_epoch) = self
            .info
            .with_untracked(|info| (info.user_id == user, info.epoch == epoch));
        if !same_user {
            self.phase.set(Phase::TakenOver);
        } else if !same_epoch || self.phase.get_untracked() == Phase::Ended {
            self.look_up();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_survive_the_channel() {
        for message in [
            Message::SignedOut,
            Message::SignedIn("u1".into(), "e1".into()),
        ] {
            assert_eq!(Message::from_text(&message.to_text()), Some(message));
        }
        assert_eq!(Message::from_text("in u1"), None);
    }
}

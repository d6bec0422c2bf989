//! Who is signed in, for how long, and what other tabs did about it.

mod expiry;
mod kept;
mod relogin;
mod storage;
mod tabs;

pub use expiry::ExpiryNotice;
pub use kept::Kept;
pub use relogin::SessionGuard;
pub use storage::{recall, remember};

use contract::operations::Service;
use contract::session::SessionInfo;
use leptos::prelude::*;

use crate::api::{self, Api, ApiError};
use crate::routes::Area;

/// Whether this tab may act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    Live,
    /// Nobody is signed in any more; drafts stay, calls fail.
    Ended,
    /// Somebody else signed in in another tab: what is on screen belongs to another person.
    TakenOver,
}

/// The session of this tab.
#[derive(Clone, Copy)]
pub struct Session {
    info: RwSignal<SessionInfo>,
    phase: RwSignal<Phase>,
    channel: StoredValue<Option<web_sys::BroadcastChannel>, LocalStorage>,
    api: Api,
}

/// The session of this tab.
pub fn use_session() -> Session {
    expect_context()
}

impl Session {
    /// Makes the session available to [`use_session`] and watches for its end.
    pub fn provide(info: SessionInfo, api: Api) -> Self {
        api.act_for(info.epoch.clone());
        api.offer(info.services.clone());
        let session = Self {
            info: RwSignal::new(info),
            phase: RwSignal::new(Phase::Live),
            channel: StoredValue::new_local(web_sys::BroadcastChannel::new(tabs::CHANNEL).ok()),
            api,
        };
        provide_context(session);
        session.listen();
        session.announce();
        Effect::new(move |_| {
            if api.ended.get() {
                session.phase.update(|phase| {
                    if *phase == Phase::Live {
                        *phase = Phase::Ended;
                    }
                });
                // Another tab may have signed in again meanwhile, or somebody else.
                session.look_up();
            }
        });
        session
    }

    /// Who is signed in; tracked.
    pub fn info(self) -> SessionInfo {
        self.info.get()
    }

    /// One thing of who is signed in; tracked.
    pub fn with<R>(self, read: impl FnOnce(&SessionInfo) -> R) -> R {
        self.info.with(read)
    }

    /// Whether the project belongs to the sandbox.
    pub fn is_sandbox(self) -> bool {
        self.info.with_untracked(|info| info.cloud.sandbox)
    }

    /// Whether the project has a service; of a cloud that does not say, the first generation is expected.
    pub fn has(self, service: Service) -> bool {
        self.api.has(service)
    }

    /// Whether the project has what an area of the console is for.
    pub fn shows(self, area: Area) -> bool {
        match area {
            Area::Practice => self.is_sandbox(),
            Area::Vaults => self.has(Service::Cbr),
            _ => true,
        }
    }

    /// The name of the project this tab is in.
    pub fn project_name(self) -> String {
        let id = self.api.project();
        self.info.with(|info| {
            info.projects
                .iter()
                .find(|project| project.id == id)
                .map_or(id, |project| project.name.clone())
        })
    }

    /// Whether this tab may act; tracked.
    pub fn phase(self) -> Phase {
        self.phase.get()
    }

    /// Signs out here and in every other tab, and goes to the sign-in page.
    pub async fn sign_out(self) -> Result<(), ApiError> {
        match api::session::sign_out(self.api).await {
            Ok(()) | Err(ApiError::SessionEnded) => {
                self.tell(&tabs::Message::SignedOut);
                let _ = window().location().assign("/sign-in");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Takes over a session that was looked up or made again.
    fn renewed(self, info: SessionInfo) {
        if info.user_id != self.info.with_untracked(|old| old.user_id.clone()) {
            self.phase.set(Phase::TakenOver);
            return;
        }
        let new_epoch = info.epoch != self.info.with_untracked(|old| old.epoch.clone());
        self.api.act_for(info.epoch.clone());
        self.api.offer(info.services.clone());
        self.info.set(info);
        let was_ended = self.phase.get_untracked() == Phase::Ended;
        self.phase.set(Phase::Live);
        self.api.ended.set(false);
        if was_ended || new_epoch {
            self.api.renewed.update(|renewed| *renewed += 1);
        }
    }

    /// Asks the gateway who is signed in now.
    fn look_up(self) {
        leptos::task::spawn_local(async move {
            if let Ok(info) = api::session::current(self.api).await {
                self.renewed(info);
            }
        });
    }
}

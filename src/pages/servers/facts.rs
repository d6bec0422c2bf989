//! What is known about a server.

use std::sync::Arc;

use contract::model::Server;
use leptos::prelude::*;

use super::list::server_state;
use crate::format::megabytes;
use crate::ui::{Card, CopyId, Fact, Facts, Time};

/// The facts.
pub(super) fn facts(server: Signal<Arc<Server>>) -> AnyView {
    let text = move |read: fn(&Server) -> String| {
        move || {
            Some(server.with(|server| read(server)))
                .filter(|text| !text.is_empty())
                .unwrap_or_else(|| "—".to_owned())
        }
    };
    let size = |server: &Server| match (server.vcpus, server.ram_mb) {
        (Some(cpus), Some(ram)) => format!(
            "{} · {cpus} vCPU · {}",
            server.flavor,
            megabytes(u64::try_from(ram).unwrap_or(0))
        ),
        _ => server.flavor.clone(),
    };
    view! {
        <Card title="Server">
            <Facts>
                <Fact name="State">{move || server.with(|server| server_state(&server.status))}</Fact>
                <Fact name="Running task">{text(|server| server.task_state.clone())}</Fact>
                <Fact name="Availability zone">{text(|server| server.zone.clone())}</Fact>
                <Fact name="Flavour">{text(size)}</Fact>
                <Fact name="Operating system">{text(|server| server.os_type.clone())}</Fact>
                <Fact name="Private addresses">{text(|server| server.private_ips.join(", "))}</Fact>
                <Fact name="Public addresses">{text(|server| server.public_ips.join(", "))}</Fact>
                <Fact name="Created"><Time at=Signal::derive(move || server.with(|server| server.created_at))/></Fact>
                <Fact name="Description">{text(|server| server.description.clone())}</Fact>
                <Fact name="Id"><CopyId id=Signal::derive(move || server.with(|server| server.id.clone())) what="server id"/></Fact>
            </Facts>
        </Card>
    }
    .into_any()
}

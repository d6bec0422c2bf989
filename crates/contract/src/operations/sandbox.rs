//! The sandbox's own controls (sandbox.md).

use super::{Method::*, Operation, Service};

const fn operation(
    id: &'static str,
    method: super::Method,
    path: &'static str,
    ok: u16,
    codes: &'static [&'static str],
) -> Operation {
    Operation {
        id,
        service: Service::Sandbox,
        method,
        path,
        ok,
        codes,
    }
}

/// All accounts of the sandbox (sandbox.md).
pub const ACCOUNTS: Operation = operation("sandbox.accounts.list", Get, "/accounts", 200, &[]);
/// The virtual clock.
pub const CLOCK_SHOW: Operation = operation("sandbox.clock.show", Get, "/clock", 200, &[]);
/// Advance the clock or set its rate.
pub const CLOCK_SET: Operation = operation("sandbox.clock.set", Post, "/clock", 200, &[]);
/// A fresh world.
pub const RESET: Operation = operation("sandbox.reset", Post, "/reset", 200, &[]);
/// The whole state as one document.
pub const WORLD_EXPORT: Operation = operation("sandbox.world.export", Get, "/world", 200, &[]);
/// Take over a state.
pub const WORLD_IMPORT: Operation = operation("sandbox.world.import", Put, "/world", 200, &[]);
/// Runs of a pattern, by the console's own engine.
pub const PREVIEW: Operation = operation("sandbox.preview", Get, "/preview", 200, &[]);
/// Arm a fault.
pub const FAULTS_ARM: Operation = operation("sandbox.faults.arm", Post, "/faults", 200, &[]);
/// Faults that are armed.
pub const FAULTS_LIST: Operation = operation("sandbox.faults.list", Get, "/faults", 200, &[]);
/// Disarm all faults.
pub const FAULTS_CLEAR: Operation = operation("sandbox.faults.clear", Delete, "/faults", 200, &[]);

//! The sandbox over HTTP on a real socket, one module per route group.

mod administrator;
mod cbr;
mod client;
mod compute;
mod controls;
mod csbs;
mod demo;
mod directories;
mod fixture;
mod iam;
mod images;
mod images_of_system_disks;
mod limits;
mod plumbing;
mod preflight;
mod recorded;
mod restore_preflight;
mod retention_timeline;
mod routes;
mod sharing_preflight;
mod signatures;
mod vault_preflight;
mod volumes;
mod wrong_types;

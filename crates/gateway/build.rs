//! Makes sure that the folder of the built console exists, so that it can be built before or after the gateway.
//!
//! A debug gateway reads the folder each time it starts, but only if it was there when the gateway was compiled. A release gateway
//! holds the files themselves, and cargo would not notice the first ones.

use std::path::Path;

fn main() {
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/site");
    if let Err(error) = std::fs::create_dir_all(&site) {
        println!("cargo::warning=cannot create {}: {error}", site.display());
    }
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("PROFILE").as_deref() == Ok("release") {
        println!("cargo::rerun-if-changed={}", site.display());
    }
}

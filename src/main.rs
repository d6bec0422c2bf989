//! Starts the console in the page it was loaded into.

fn main() {
    console::app::start();
}

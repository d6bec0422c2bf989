//! Unguessable values from the operating system.

/// `N` bytes from the system's generator, as hexadecimal text.
///
/// # Panics
/// When the operating system has no random numbers to give; nothing could be secure then.
pub fn hex<const N: usize>() -> String {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has random numbers");
    hex::encode(bytes)
}

//! Tags of vaults: keys as in both services, values and number of this one (cbr-v3 5.8).

use super::VaultRefusal;
use crate::cbr::Tag;
use crate::cbr::rules::{MAX_TAGS, tag_value};
use crate::rules::{Broken, tag_key};

/// The tags an object has once these were added to what is there; the same key gets the new value,
/// blanks around do not count. `field` names the member of the request.
pub fn checked_tags(present: &[Tag], new: &[Tag], field: &str) -> Result<Vec<Tag>, VaultRefusal> {
    let mut tags = present.to_vec();
    for (n, tag) in new.iter().enumerate() {
        let invalid = |member: &str, rule| VaultRefusal::invalid(format!("{field}.{member}"), rule);
        let key = tag_key(&tag.key).map_err(|rule| invalid("key", rule))?;
        let value = tag_value(&tag.value).map_err(|rule| invalid("value", rule))?;
        if new[..n].iter().any(|earlier| earlier.key.trim() == key) {
            return Err(invalid("key", Broken::Duplicate(key)));
        }
        match tags.iter_mut().find(|old| old.key == key) {
            Some(old) => old.value = value,
            None => tags.push(Tag { key, value }),
        }
    }
    if tags.len() > MAX_TAGS {
        return Err(VaultRefusal::TooManyTags {
            field: field.to_owned(),
            count: tags.len(),
        });
    }
    Ok(tags)
}

/// What is against adding these tags to those a vault has; empty when nothing is.
pub fn tag_refusals(present: &[Tag], new: &[Tag], field: &str) -> Vec<VaultRefusal> {
    checked_tags(present, new, field)
        .err()
        .into_iter()
        .collect()
}

//! Reading JSON bodies: what is wrong is said with the member it is in.

use serde::de::DeserializeOwned;

/// A body as JSON; the error is the sentence to answer with.
pub fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        // Places in the text are of no use to a person who filled in a form.
        let words = inner.to_string();
        let words = words.split(" at line ").next().unwrap_or(&words);
        if inner.is_data() && path != "." {
            format!("{path}: {words}.")
        } else {
            format!("The body is not the JSON expected: {words}.")
        }
    })?;
    json.end()
        .map_err(|_| "There is more after the end of the body.".to_owned())?;
    Ok(read)
}

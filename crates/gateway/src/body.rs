//! Request bodies: JSON that every parser reads the same way, of a bounded size, within a bounded time.

use std::{collections::HashSet, fmt, pin::pin};

use axum::{
    body::{Body, HttpBody},
    http::{HeaderMap, header},
};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::{error::Refusal, limits::Limits};

/// The whole body; an error when it is too large, too slow or broken.
pub async fn read(body: Body, limit: usize, limits: &Limits) -> Result<Bytes, Refusal> {
    if body.size_hint().lower() > limit as u64 {
        return Err(Refusal::BodyTooLarge);
    }
    tokio::time::timeout(limits.body_time, collect(body, limit))
        .await
        .map_err(|_| Refusal::BodyTimeout)?
}

async fn collect(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    let mut body = pin!(body);
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let broken = |_| Refusal::NotJson("it did not arrive whole");
        if let Ok(data) = frame.map_err(broken)?.into_data() {
            if bytes.len() + data.len() > limit {
                return Err(Refusal::BodyTooLarge);
            }
            bytes.extend_from_slice(&data);
        }
    }
    Ok(bytes.freeze())
}

/// A JSON body of at most `limit` bytes, checked but not changed.
pub async fn read_json(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
    limits: &Limits,
) -> Result<Bytes, Refusal> {
    if body.size_hint().exact() != Some(0) {
        json_type(headers)?;
    }
    let bytes = read(body, limit, limits).await?;
    if bytes.is_empty() {
        return Ok(bytes);
    }
    json_type(headers)?;
    check(&bytes)?;
    Ok(bytes)
}

fn json_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let (name, rest) = kind.map_or(("", ""), |kind| kind.split_once(';').unwrap_or((kind, "")));
    let charset = rest.trim().to_ascii_lowercase().replace(['"', ' '], "");
    let plain = matches!(charset.as_str(), "" | "charset=utf-8" | "charset=utf8");
    let json = name.trim().eq_ignore_ascii_case("application/json");
    if json && plain && !headers.contains_key(header::CONTENT_ENCODING) {
        Ok(())
    } else {
        Err(Refusal::WrongMediaType)
    }
}

/// Valid JSON in which no object names a member twice: parsers differ in which of the two they take.
pub fn check(bytes: &[u8]) -> Result<(), Refusal> {
    match serde_json::from_slice::<Unambiguous>(bytes) {
        Ok(Unambiguous) => Ok(()),
        Err(error) if error.to_string().contains(TWICE) => {
            Err(Refusal::NotJson("an object names a member twice"))
        }
        Err(error) if error.to_string().contains("recursion") => {
            Err(Refusal::NotJson("it is nested too deeply"))
        }
        Err(_) => Err(Refusal::NotJson("it has a syntax error")),
    }
}

const TWICE: &str = "a member is named twice";

struct Unambiguous;

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Walk)
    }
}

struct Walk;

impl<'de> Visitor<'de> for Walk {
    type Value = Unambiguous;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unambiguous, A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if !names.insert(name) {
                return Err(serde::de::Error::custom(TWICE));
            }
            map.next_value::<Unambiguous>()?;
        }
        Ok(Unambiguous)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Unambiguous, A::Error> {
        while seq.next_element::<Unambiguous>()?.is_some() {}
        Ok(Unambiguous)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_str<E>(self, _: &str) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_unit<E>(self) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e09_json_is_read_in_one_way_or_not_at_all() {
        for good in [
            "{}",
            "[1,-2,3.5,\"x\",null,true]",
            "{\"a\":{\"b\":1},\"b\":{\"b\":1}}",
        ] {
            assert_eq!(check(good.as_bytes()), Ok(()), "{good}");
        }
        let deep = "[".repeat(100_000);
        for (bad, why) in [
            ("{\"a\":1,\"a\":2}", "twice"),
            ("[{\"a\":1,\"\\u0061\":2}]", "twice"),
            ("{\"a\":1", "syntax"),
            ("{} {}", "syntax"),
            ("\u{feff}{}", "syntax"),
            (deep.as_str(), "deeply"),
        ] {
            let refusal = check(bad.as_bytes()).unwrap_err();
            assert!(refusal.message().contains(why), "{refusal:?}");
        }
        assert!(check(b"{\"a\":\"\xff\"}").is_err());
    }
}

//! The `Authorization` header: made for a request, read from one, and held against it.

use std::fmt;

use chrono::{DateTime, NaiveDateTime};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::canonical::{Message, Scheme, canonical_request, sdk_date, string_to_sign};
use super::{ALGORITHM, DATE_HEADER};

/// The most headers a signature may name: more than any client sends.
const MAX_SIGNED: usize = 64;

/// An `Authorization` header of a signed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// The access key.
    pub access: String,
    /// Variant A or B.
    pub scheme: Scheme,
    /// Names of the signed headers, lower case, sorted.
    pub signed: Vec<String>,
    /// Lower-case hex.
    pub signature: String,
}

/// Why a signature does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The header is not of the documented form.
    Malformed,
    /// `host` or `x-sdk-date` is not among the signed headers.
    NotCovered,
    /// A signed header is missing from the request or there twice.
    Missing,
    /// `X-Sdk-Date` is no date, or not the day of the credential's scope.
    Date,
    /// The signature is another one than the key makes for this request.
    Mismatch,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the Authorization header is malformed",
            Self::NotCovered => "host and x-sdk-date must be signed",
            Self::Missing => "a signed header is missing or repeated",
            Self::Date => "X-Sdk-Date is malformed or not of the credential's day",
            Self::Mismatch => "the signature does not match",
        })
    }
}

impl std::error::Error for Refusal {}

impl Authorization {
    /// Signs a message: all its headers, among them `host` and `x-sdk-date`.
    pub fn sign(
        access: &str,
        secret: &str,
        scheme: Scheme,
        message: &Message<'_>,
    ) -> Result<Self, Refusal> {
        let mut signed: Vec<String> = message
            .headers
            .iter()
            .map(|(name, _)| name.to_ascii_lowercase())
            .collect();
        signed.sort();
        let mut made = Self {
            access: access.to_owned(),
            scheme,
            signed,
            signature: String::new(),
        };
        made.signature = hex::encode(made.expected(secret, message)?);
        Ok(made)
    }

    /// Reads the header's value.
    pub fn parse(header: &str) -> Result<Self, Refusal> {
        let fields = header
            .strip_prefix(ALGORITHM)
            .and_then(|rest| rest.strip_prefix(' '));
        let (mut access, mut credential, mut signed, mut signature) = (None, None, None, None);
        for field in fields.ok_or(Refusal::Malformed)?.split(',') {
            let (name, value) = field.trim().split_once('=').ok_or(Refusal::Malformed)?;
            let place = match name {
                "Access" => &mut access,
                "Credential" => &mut credential,
                "SignedHeaders" => &mut signed,
                "Signature" => &mut signature,
                _ => return Err(Refusal::Malformed),
            };
            if place.replace(value).is_some() {
                return Err(Refusal::Malformed);
            }
        }
        let (access, scheme) = match (access, credential) {
            (Some(access), None) => (access.to_owned(), Scheme::Plain),
            (None, Some(credential)) => read_credential(credential)?,
            _ => return Err(Refusal::Malformed),
        };
        let signed = read_signed(signed.ok_or(Refusal::Malformed)?)?;
        let signature = signature.ok_or(Refusal::Malformed)?.to_owned();
        if access.is_empty() || signature.len() != 64 {
            return Err(Refusal::Malformed);
        }
        Ok(Self {
            access,
            scheme,
            signed,
            signature,
        })
    }

    /// Whether the signature is the one `secret` makes for `message`; compared in constant time.
    ///
    /// The age of the date is not checked here: see [`date_seconds`] and [`super::MAX_SKEW_SECONDS`].
    pub fn verify(&self, secret: &str, message: &Message<'_>) -> Result<(), Refusal> {
        let expected = hex::encode(self.expected(secret, message)?);
        let same: bool = expected.as_bytes().ct_eq(self.signature.as_bytes()).into();
        if same { Ok(()) } else { Err(Refusal::Mismatch) }
    }

    fn expected(&self, secret: &str, message: &Message<'_>) -> Result<[u8; 32], Refusal> {
        let signed: Vec<&str> = self.signed.iter().map(String::as_str).collect();
        if !signed.contains(&"host") || !signed.contains(&DATE_HEADER) {
            return Err(Refusal::NotCovered);
        }
        if signed.iter().any(|name| message.header(name).is_none()) {
            return Err(Refusal::Missing);
        }
        let date = sdk_date(message).ok_or(Refusal::Missing)?;
        date_seconds(date).ok_or(Refusal::Date)?;
        let key = match &self.scheme {
            Scheme::Plain => secret.as_bytes().to_vec(),
            Scheme::Scoped {
                date: day,
                region,
                service,
            } => {
                if !date.starts_with(day.as_str()) || day.len() != 8 {
                    return Err(Refusal::Date);
                }
                derived_key(secret, day, region, service).to_vec()
            }
        };
        let canonical = canonical_request(message, &signed, &self.scheme);
        Ok(mac(&key, &string_to_sign(date, &self.scheme, &canonical)))
    }
}

impl fmt::Display for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            access,
            scheme,
            signed,
            signature,
        } = self;
        let signed = signed.join(";");
        match scheme.scope() {
            None => write!(f, "{ALGORITHM} Access={access}")?,
            Some(scope) => write!(f, "{ALGORITHM} Credential={access}/{scope}")?,
        }
        write!(f, ", SignedHeaders={signed}, Signature={signature}")
    }
}

/// Seconds since the epoch of an `X-Sdk-Date` (`20300115T081530Z`).
pub fn date_seconds(text: &str) -> Option<i64> {
    let digits = text.len() == 16
        && text.bytes().enumerate().all(|(at, b)| match at {
            8 => b == b'T',
            15 => b == b'Z',
            _ => b.is_ascii_digit(),
        });
    let date = NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").ok()?;
    digits.then(|| date.and_utc().timestamp())
}

/// The `X-Sdk-Date` of a moment, given in seconds since the epoch; nothing for years no date can hold.
///
/// ```
/// assert_eq!(signing::date_text(1_894_695_330).as_deref(), Some("20300115T081530Z"));
/// assert_eq!(signing::date_seconds("20300115T081530Z"), Some(1_894_695_330));
/// ```
pub fn date_text(seconds: i64) -> Option<String> {
    let date = DateTime::from_timestamp(seconds, 0)?;
    let text = date.format("%Y%m%dT%H%M%SZ").to_string();
    (text.len() == 16).then_some(text)
}

fn read_credential(text: &str) -> Result<(String, Scheme), Refusal> {
    let parts: Vec<&str> = text.split('/').collect();
    let [access, date, region, service, "sdk_request"] = parts[..] else {
        return Err(Refusal::Malformed);
    };
    let scheme = Scheme::Scoped {
        date: date.to_owned(),
        region: region.to_owned(),
        service: service.to_owned(),
    };
    Ok((access.to_owned(), scheme))
}

fn read_signed(text: &str) -> Result<Vec<String>, Refusal> {
    let names: Vec<String> = text
        .split(';')
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let token = |name: &String| {
        !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.!#$%&'*+^`|~".contains(&b))
    };
    // Sorted without repetition: the canonical spelling is the only one.
    let canonical = names.is_sorted_by(|a, b| a < b);
    if names.len() > MAX_SIGNED || !canonical || !names.iter().all(token) {
        return Err(Refusal::Malformed);
    }
    Ok(names)
}

/// Variant B's key: an HMAC chain over day, region, service and a constant.
pub(super) fn derived_key(secret: &str, day: &str, region: &str, service: &str) -> [u8; 32] {
    let day = mac(format!("SDK{secret}").as_bytes(), day);
    let region = mac(&day, region);
    let service = mac(&region, service);
    mac(&service, "sdk_request")
}

fn mac(key: &[u8], text: &str) -> [u8; 32] {
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac
            .chain_update(text.as_bytes())
            .finalize()
            .into_bytes()
            .into(),
        Err(_) => unreachable!("HMAC takes keys of any length"),
    }
}

//! The test vectors of iam-v3 section 7.4, and what a signature must not survive.

use super::authorization::derived_key;
use super::canonical::HASH_HEADER;
use super::*;
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

const AK: &str = "AKEXAMPLE0123456789A";
const SK: &str = "SKexample0123456789abcdef0123456789ABCDEF";
const HOST: (&str, &str) = ("Host", "127.0.0.1:8080");
const DATE: (&str, &str) = ("X-Sdk-Date", "20300115T081530Z");
const PROJECT: (&str, &str) = ("X-Project-Id", "0605767a1b80d5ee2fb4c00950e4ae11");
const JSON: (&str, &str) = ("Content-Type", "application/json");

struct Vector {
    message: Message<'static>,
    scheme: Scheme,
    canonical_hash: &'static str,
    signature: &'static str,
}

const V1: Message<'static> = Message {
    method: "GET",
    path: "/v3/0605767a1b80d5ee2fb4c00950e4ae11/vaults",
    query: "limit=2&name=my%20vault&status=available",
    headers: &[JSON, PROJECT, DATE, HOST],
    body: b"",
};

const V1_CANONICAL: &str = "GET
/v3/0605767a1b80d5ee2fb4c00950e4ae11/vaults/
limit=2&name=my%20vault&status=available
content-type:application/json
host:127.0.0.1:8080
x-project-id:0605767a1b80d5ee2fb4c00950e4ae11
x-sdk-date:20300115T081530Z

content-type;host;x-project-id;x-sdk-date
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn vectors() -> [(&'static str, Vector); 5] {
    [
        (
            "V1",
            Vector {
                message: V1,
                scheme: Scheme::Plain,
                canonical_hash: "93c4e2dbccc4fd33808e6789f32a9ef1e1de3425d5f51c868404588d5a355e59",
                signature: "3f886b4161486d201aca9c5d6a68ca113eb84f737a497557b2c44a063b2070ea",
            },
        ),
        (
            "V2",
            Vector {
                message: Message {
                    method: "POST",
                    path: "/v3/0605767a1b80d5ee2fb4c00950e4ae11/vaults",
                    query: "",
                    headers: &[
                        ("Content-Type", "application/json;charset=utf-8"),
                        PROJECT,
                        ("X-Security-Token", "STSEXAMPLE"),
                        DATE,
                        HOST,
                    ],
                    body: br#"{"vault":{"name":"v1","resources":[],"billing":{"consistent_level":"crash_consistent","object_type":"server","protect_type":"backup","size":40}}}"#,
                },
                scheme: Scheme::Plain,
                canonical_hash: "99d626d1d6c4e5e5d516614478745668341441cb5d7f2969c4165a0cc5981958",
                signature: "8939f2b98d7e68ccebab13dfc1204f85f7e7bc5b33fcb347680d2ce2270847dc",
            },
        ),
        (
            "V3",
            Vector {
                message: Message {
                    method: "GET",
                    path: "/v3/0605767a1b80d5ee2fb4c00950e4ae11/backups",
                    query: "status=error&status=available&name=a/b~c*d+%C3%A9&flag=true",
                    headers: &[PROJECT, DATE, HOST],
                    body: b"",
                },
                scheme: Scheme::Plain,
                canonical_hash: "12e594f49dbd779ecade4e77b04332e88faf9ab74e37187cda2ba06053ecc481",
                signature: "90b610b2f39283dac707209feb8769a8cd68ac4b58dd2c3e7352b469d479461d",
            },
        ),
        (
            "V4",
            Vector {
                message: Message {
                    method: "DELETE",
                    path: "/v3/0605767a1b80d5ee2fb4c00950e4ae11/vault/ad7627ae-5b0b-492e-b6bd-cd809b745197/tags/key%20one",
                    query: "",
                    headers: &[JSON, PROJECT, DATE, HOST],
                    body: b"",
                },
                scheme: Scheme::Plain,
                canonical_hash: "6f9b13c2123a45c9d3e778e423f501d76c380a702aed9c67d9ecb90ee7a12e7a",
                signature: "2db4b491121b0a42f9494c65f4b7a37bd80e038a0b18a23f8dc47d23f4c8c520",
            },
        ),
        (
            "V5",
            Vector {
                message: V1,
                scheme: Scheme::scoped(DATE.1),
                canonical_hash: "93c4e2dbccc4fd33808e6789f32a9ef1e1de3425d5f51c868404588d5a355e59",
                signature: "d6f8cb084da235fbdb984e6ee23b36bc5df9c87f6807f892a27df9af0e6ede78",
            },
        ),
    ]
}

#[test]
fn the_published_vectors_hold() {
    for (name, vector) in vectors() {
        let made = Authorization::sign(AK, SK, vector.scheme, &vector.message).unwrap();
        let signed: Vec<&str> = made.signed.iter().map(String::as_str).collect();
        let canonical = canonical_request(&vector.message, &signed, &made.scheme);
        assert_eq!(
            hex::encode(Sha256::digest(&canonical)),
            vector.canonical_hash,
            "{name}\n{canonical}"
        );
        assert_eq!(made.signature, vector.signature, "{name}");
        let read = Authorization::parse(&made.to_string()).unwrap();
        assert_eq!(read, made, "{name}");
        assert_eq!(read.verify(SK, &vector.message), Ok(()), "{name}");
    }
}

#[test]
fn the_texts_on_the_way_are_the_published_ones() {
    let signed = ["content-type", "host", "x-project-id", "x-sdk-date"];
    assert_eq!(
        canonical_request(&V1, &signed, &Scheme::Plain),
        V1_CANONICAL
    );
    let scoped = Scheme::scoped(DATE.1);
    assert_eq!(canonical_request(&V1, &signed, &scoped), V1_CANONICAL);
    assert_eq!(
        string_to_sign(DATE.1, &scoped, V1_CANONICAL),
        "SDK-HMAC-SHA256\n20300115T081530Z\n20300115///sdk_request\n93c4e2dbccc4fd33808e6789f32a9ef1e1de3425d5f51c868404588d5a355e59"
    );
    assert_eq!(
        hex::encode(derived_key(SK, "20300115", "", "")),
        "0b677f61a881d06e65760f07f6d4d3f9890c37caf0ac3d365d7c4c31f4de633e"
    );
    let header = Authorization::sign(AK, SK, Scheme::Plain, &V1)
        .unwrap()
        .to_string();
    assert_eq!(
        header,
        "SDK-HMAC-SHA256 Access=AKEXAMPLE0123456789A, SignedHeaders=content-type;host;x-project-id;x-sdk-date, Signature=3f886b4161486d201aca9c5d6a68ca113eb84f737a497557b2c44a063b2070ea"
    );
}

#[test]
fn every_covered_part_is_protected() {
    for scheme in [Scheme::Plain, Scheme::scoped(DATE.1)] {
        let message = Message {
            method: "POST",
            body: b"{}",
            ..V1
        };
        let made = Authorization::sign(AK, SK, scheme, &message).unwrap();
        let other_host = [JSON, PROJECT, DATE, ("Host", "127.0.0.1:8081")];
        let other_date = [JSON, PROJECT, ("X-Sdk-Date", "20300115T081531Z"), HOST];
        let tampered = [
            Message {
                method: "PUT",
                ..message
            },
            Message {
                path: "/v3/0605767a1b80d5ee2fb4c00950e4ae12/vaults",
                ..message
            },
            Message {
                query: "limit=3&name=my%20vault&status=available",
                ..message
            },
            Message {
                query: "",
                ..message
            },
            Message {
                headers: &other_host,
                ..message
            },
            Message {
                headers: &other_date,
                ..message
            },
            Message {
                body: b"{ }",
                ..message
            },
            Message {
                body: b"",
                ..message
            },
        ];
        for message in tampered {
            assert_eq!(
                made.verify(SK, &message),
                Err(Refusal::Mismatch),
                "{message:?}"
            );
        }
        assert_eq!(made.verify("SKexample", &message), Err(Refusal::Mismatch));
    }
}

#[test]
fn headers_that_are_not_signed_do_not_matter_but_signed_ones_must_be_there_once() {
    let made = Authorization::sign(AK, SK, Scheme::Plain, &V1).unwrap();
    let more = [
        JSON,
        PROJECT,
        DATE,
        HOST,
        ("Accept", "*/*"),
        ("Connection", "close"),
    ];
    assert_eq!(
        made.verify(
            SK,
            &Message {
                headers: &more,
                ..V1
            }
        ),
        Ok(())
    );
    let fewer = [JSON, DATE, HOST];
    assert_eq!(
        made.verify(
            SK,
            &Message {
                headers: &fewer,
                ..V1
            }
        ),
        Err(Refusal::Missing)
    );
    let twice = [JSON, PROJECT, DATE, HOST, ("x-project-id", "other")];
    assert_eq!(
        made.verify(
            SK,
            &Message {
                headers: &twice,
                ..V1
            }
        ),
        Err(Refusal::Missing)
    );
}

#[test]
fn host_and_date_must_be_signed() {
    for headers in [&[DATE, PROJECT][..], &[HOST, PROJECT], &[]] {
        let message = Message { headers, ..V1 };
        assert_eq!(
            Authorization::sign(AK, SK, Scheme::Plain, &message),
            Err(Refusal::NotCovered)
        );
    }
    let scheme = Scheme::scoped("20300116");
    assert_eq!(Authorization::sign(AK, SK, scheme, &V1), Err(Refusal::Date));
}

#[test]
fn an_unsigned_payload_counts_only_when_that_was_signed() {
    let headers = [DATE, HOST, (HASH_HEADER, "UNSIGNED-PAYLOAD")];
    let message = Message {
        method: "POST",
        headers: &headers,
        body: b"one",
        ..V1
    };
    let made = Authorization::sign(AK, SK, Scheme::Plain, &message).unwrap();
    assert_eq!(
        made.verify(
            SK,
            &Message {
                body: b"two",
                ..message
            }
        ),
        Ok(())
    );

    let signed = [DATE, HOST];
    let message = Message {
        headers: &signed,
        ..message
    };
    let made = Authorization::sign(AK, SK, Scheme::Plain, &message).unwrap();
    assert_eq!(
        made.verify(
            SK,
            &Message {
                headers: &headers,
                ..message
            }
        ),
        Ok(())
    );
    let other = Message {
        headers: &headers,
        body: b"two",
        ..message
    };
    assert_eq!(made.verify(SK, &other), Err(Refusal::Mismatch));
}

#[test]
fn variant_b_signs_the_query_of_a_post_without_a_body_and_one_value_per_key() {
    let scheme = Scheme::scoped(DATE.1);
    let post = Message {
        method: "POST",
        query: "b=x+y&a=1",
        ..V1
    };
    let signed = ["host", "x-sdk-date"];
    let canonical = canonical_request(&post, &signed, &scheme);
    assert_eq!(canonical.lines().nth(2), Some(""));
    assert_eq!(
        canonical.lines().last(),
        Some(hex::encode(Sha256::digest("a=1&b=x+y")).as_str())
    );

    let get = Message {
        query: "status=error&status=available&Zone=1&name=my+vault",
        ..V1
    };
    let canonical = canonical_request(&get, &signed, &scheme);
    assert_eq!(
        canonical.lines().nth(2),
        Some("name=my%20vault&status=error&Zone=1")
    );
}

#[test]
fn dates_are_read_strictly() {
    assert_eq!(date_seconds("19700101T000001Z"), Some(1));
    for text in [
        "",
        "20300115T081530",
        "20300115 081530Z",
        "20301315T081530Z",
        "+2030115T081530Z",
        "20300115T0815 0Z",
        "2030-01-15T08:15Z",
    ] {
        assert_eq!(date_seconds(text), None, "{text}");
    }
}

#[test]
fn malformed_headers_are_refused() {
    let good = Authorization::sign(AK, SK, Scheme::Plain, &V1)
        .unwrap()
        .to_string();
    let bad = [
        String::new(),
        "SDK-HMAC-SHA256".to_owned(),
        "SDK-HMAC-SHA256 ".to_owned(),
        good.replace("SDK-HMAC-SHA256", "V11-HMAC-SHA256"),
        good.replace("Access=", "Credential="),
        good.replace("Access=AKEXAMPLE0123456789A", "Access="),
        good.replace("Access=", "Access=x, Access="),
        good.replace("host;x-project-id", "x-project-id;host"),
        good.replace("host;", "host;host;"),
        good.replace("host;", ";"),
        good.replace("Signature=3f", "Signature="),
        format!("{good}, Extra=1"),
        format!("{good},"),
    ];
    for header in bad {
        assert_eq!(
            Authorization::parse(&header),
            Err(Refusal::Malformed),
            "{header}"
        );
    }
}

proptest! {
    #[test]
    fn no_header_makes_the_parser_panic(text in "(SDK-HMAC-SHA256 )?\\PC*") {
        let _ = Authorization::parse(&text);
    }

    #[test]
    fn what_is_signed_verifies_and_another_message_does_not(
        path in "/\\PC{0,20}", query in "\\PC{0,30}", body in proptest::collection::vec(any::<u8>(), 0..40),
        flip in 0usize..40, scoped: bool,
    ) {
        let scheme = if scoped { Scheme::scoped(DATE.1) } else { Scheme::Plain };
        let headers = [HOST, DATE];
        let message = Message { method: "PUT", path: &path, query: &query, headers: &headers, body: &body };
        let made = Authorization::sign(AK, SK, scheme, &message).unwrap();
        prop_assert_eq!(Authorization::parse(&made.to_string()).unwrap().verify(SK, &message), Ok(()));
        let mut other = body.clone();
        if other.is_empty() { other.push(0) } else { let at = flip % other.len(); other[at] ^= 1 }
        prop_assert_eq!(made.verify(SK, &Message { body: &other, ..message }), Err(Refusal::Mismatch));
    }
}

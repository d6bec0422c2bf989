//! The screen alone: whole requests, requests in pieces, and everything that is refused.

use super::*;

fn screen() -> Screen {
    Screen::new(&Limits::default())
}

fn refused(request: &[u8]) -> StatusCode {
    match screen().step(request) {
        Step::Refuse(status) => status,
        other => panic!("{other:?} for {}", request.escape_ascii()),
    }
}

#[test]
fn whole_requests_pass_whole() {
    for request in [
        &b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"[..],
        b"GET / HTTP/1.0\r\nHost: a\r\n\r\n",
        b"POST /a?b=c HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
        b"POST / HTTP/1.1\r\nhost:a\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    ] {
        assert_eq!(screen().step(request), Step::Pass(request.len()));
    }
}

#[test]
fn a_request_in_single_bytes_passes_as_its_head_is_complete() {
    let request =
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    let head = request.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
    let mut screen = screen();
    for end in 1..head {
        assert_eq!(screen.step(&request[..end]), Step::Pass(0));
    }
    assert_eq!(screen.step(&request[..head]), Step::Pass(head));
    for at in head..request.len() {
        assert_eq!(screen.step(&request[at..=at]), Step::Pass(1));
    }
    assert!(screen.in_head());
}

#[test]
fn heads_that_could_be_read_in_two_ways_are_refused() {
    for head in [
        "Host: a\r\nHost: b",
        "Accept: */*",
        "Host: a\r\nContent-Length: 2\r\nContent-Length: 2",
        "Host: a\r\nContent-Length: +2",
        "Host: a\r\nContent-Length: -1",
        "Host: a\r\nContent-Length: 2, 2",
        "Host: a\r\nContent-Length: 99999999999999999999",
        "Host: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked",
        "Host: a\r\nTransfer-Encoding: xchunked",
        "Host: a\r\nTransfer-Encoding: chunked, identity",
        "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Host: a\r\nTransfer-Encoding : chunked",
        "Host: a\r\nX-A: 1\r\n folded",
        "Host: a\r\nX-A: a\0b",
        "Host: a\r\nX-A: a\rX-Auth-Token: evil",
        "Host: a\r\nno colon",
        "Host: a\r\n: no name",
    ] {
        let request = format!("POST / HTTP/1.1\r\n{head}\r\n\r\n");
        assert_eq!(
            refused(request.as_bytes()),
            StatusCode::BAD_REQUEST,
            "{head:?}"
        );
    }
    assert_eq!(
        refused(b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
        StatusCode::BAD_REQUEST
    );
}

#[test]
fn request_lines_that_are_none_are_refused_at_once() {
    for line in [
        &b"GET /\r\n"[..],
        b"GET / HTTP/1.1\n",
        b"GET  / HTTP/1.1\r\n",
        b"GET http://169.254.169.254/ HTTP/1.1\r\n",
        b"CONNECT 127.0.0.1:22 HTTP/1.1\r\n",
        b"OPTIONS * HTTP/1.1\r\n",
        b"PRI * HTTP/2.0\r\n",
        b"get / HTTP/1.1\r\n",
        b"GET /\xff HTTP/1.1\r\n",
        b"\x16\x03\x01\x02\x00",
        b"\r\n",
    ] {
        assert_eq!(
            refused(line),
            StatusCode::BAD_REQUEST,
            "{}",
            line.escape_ascii()
        );
    }
}

#[test]
fn heads_have_a_size() {
    let long = |n| format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(n));
    assert_eq!(refused(long(9_000).as_bytes()), StatusCode::URI_TOO_LONG);
    assert_eq!(
        refused("A".repeat(70_000).as_bytes()),
        StatusCode::URI_TOO_LONG
    );
    let fat = format!("GET / HTTP/1.1\r\nHost: a\r\nX-A: {}", "a".repeat(17_000));
    assert_eq!(
        refused(fat.as_bytes()),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
    );
    let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{}", "X-A: 1\r\n".repeat(101));
    assert_eq!(
        refused(many.as_bytes()),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
    );
}

#[test]
fn broken_chunks_break_the_body_not_the_next_request() {
    let head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for body in [
        &b"2;ext=1\r\n{}\r\n0\r\n\r\n"[..],
        b"FFFFFFFFFFFFFFFFF\r\n",
        b"\r\n",
        b"g\r\n",
        b"2\n{}",
        b"2\r\n{}0\r\n\r\n",
        b"0\r\nHost: evil\r\n\r\n",
    ] {
        let mut screen = screen();
        let request = [head, body].concat();
        let mut at = 0;
        loop {
            match screen.step(&request[at..]) {
                Step::Broken => break,
                Step::Pass(n) if n > 0 => at += n,
                other => panic!("{other:?} for {}", body.escape_ascii()),
            }
        }
    }
}

#[test]
fn a_refused_request_behind_a_good_one_is_refused_on_its_own() {
    let good = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let both = [&good[..], b"GET / HTTP/1.1\r\n\r\n"].concat();
    let mut screen = screen();
    assert_eq!(screen.step(&both), Step::Pass(good.len()));
    assert_eq!(
        screen.step(&both[good.len()..]),
        Step::Refuse(StatusCode::BAD_REQUEST)
    );
}

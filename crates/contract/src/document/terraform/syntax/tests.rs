//! What is read of each form, and that every mistake is said on its line.

use super::*;

fn value(text: &str) -> Value {
    let body = parse(&format!("x = {text}\n")).expect("an argument");
    body.arguments[0].value.clone()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn blocks_and_arguments_are_read_in_any_order_with_their_lines() {
    let body = parse(
        "# first\nresource \"a\" b { // one line\n  x = 1 /* and\n more */\n  y { z = \"}\" }\n}\nv = [1,\n \"2\",]\n",
    )
    .expect("a body");
    let block = &body.blocks[0];
    assert_eq!((block.kind.as_str(), block.line), ("resource", 2));
    assert_eq!(block.labels, ["a", "b"]);
    assert_eq!(block.body.arguments[0].value, Value::Number("1".to_owned()));
    assert_eq!(block.body.blocks[0].body.arguments[0].value, text("}"));
    assert_eq!(block.body.blocks[0].line, 5);
    let list = vec![(7, Value::Number("1".to_owned())), (8, text("2"))];
    assert_eq!(body.arguments[0].value, Value::List(list));
}

#[test]
fn literals_are_what_they_say() {
    assert_eq!(
        value(r#""a\"b\\c\n$${d}%%{e}\u0007$f""#),
        text("a\"b\\c\n${d}%{e}\u{7}$f")
    );
    assert_eq!(value(r#""$$${x}""#), text("$${x}"));
    assert_eq!(
        value("<<EOT\n  a\\n\n b $${c}\nEOT"),
        text("  a\\n\n b ${c}\n")
    );
    assert_eq!(
        value("<<-EOT\n    a\n\n      b\n    EOT"),
        text("a\n\n  b\n")
    );
    assert_eq!(value("-1"), Value::Number("-1".to_owned()));
    assert_eq!(value("true # on"), Value::Flag(true));
    assert_eq!(
        value("{ a = \"b\", \"c\" : null\n d = 1 }"),
        Value::Map(vec![
            (1, "a".to_owned(), text("b")),
            (1, "c".to_owned(), Value::Null),
            (2, "d".to_owned(), Value::Number("1".to_owned())),
        ])
    );
}

#[test]
fn what_terraform_works_out_is_kept_as_text_and_skipped_whole() {
    for (written, shown) in [
        ("var.name", "var.name"),
        ("\"${var.name}-x\"", "\"${var.name}-x\""),
        ("\"a ${upper(\"}\")} b\"", "\"a ${upper(\"}\")} b\""),
        ("max(1, 2)", "max(1, 2)"),
        ("1 + 2", "1 + 2"),
        ("[for s in var.l : s]", "[for s in var.l : s]"),
        ("{ for k, v in m : k => v }", "{ for k, v in m : k => v }"),
        ("merge({\n a = 1\n}, b)", "merge({…"),
        ("<<EOT\n${x}\nEOT", "<<EOT…"),
    ] {
        let body = parse(&format!("x = {written}\ny = 1\n"));
        let body = body.unwrap_or_else(|stop| panic!("{written}: {stop:?}"));
        assert_eq!(
            body.arguments[0].value,
            Value::Computed(shown.to_owned()),
            "{written}"
        );
        assert_eq!(
            body.arguments[1].value,
            Value::Number("1".to_owned()),
            "{written}"
        );
    }
}

#[test]
fn what_cannot_be_read_is_said_with_its_line() {
    for (written, line, rule) in [
        ("a {\n", 1, "the block `a` does not end; write }"),
        ("\n}", 2, "this `}` closes nothing"),
        ("\nx = \"a", 2, "this text does not end; write \""),
        ("x = \"\\d\"", 1, "a `\\` has to be written as `\\\\` here"),
        ("x =\ny = 1", 1, "a value is missing here"),
        ("\n% no", 2, "`%` begins neither a block nor an argument"),
        (
            "x = <<A\nb",
            1,
            "this text does not end; write A on a line of its own",
        ),
        ("hello", 1, "neither = nor { follows after `hello`"),
    ] {
        let rule = rule.to_owned();
        assert_eq!(parse(written), Err(Stop { line, rule }), "{written}");
    }
    let deep = "x = ".to_owned() + &"[".repeat(100_000);
    assert!(parse(&deep).is_err());
}

proptest::proptest! {
    #[test]
    fn any_text_ends_and_problems_are_on_its_lines(text in "([\\[\\]{}()=\"$%#/*<,:\\\\ \n]|\\$\\{|<<A\n|a|1|é|null){0,60}") {
        if let Err(stop) = parse(&text) {
            proptest::prop_assert!((1..=text.split('\n').count()).contains(&stop.line));
        }
    }
}

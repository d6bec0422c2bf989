//! Text → schedule → text: every limit by name and place, and no text that breaks the reader.

use proptest::prelude::*;

use super::super::{Part, Problem, Schedule};
use super::any_schedule;

/// The problems of a text: what, and the words at the place each of them names.
fn problems(text: &str) -> Vec<(Problem, &str)> {
    let found = Schedule::parse(text).unwrap_err();
    found
        .iter()
        .map(|p| (p.problem, &text[p.at.clone()]))
        .collect()
}

#[track_caller]
fn refuses(text: &str, problem: Problem, at: &str) {
    assert_eq!(problems(text), [(problem, at)], "{text}");
}

#[test]
fn every_limit_of_the_rule_has_its_name_and_place() {
    use Part::*;
    use Problem::*;
    refuses("BYHOUR=2;BYMINUTE=0", MissingPart(Freq), "");
    refuses("FREQ=;BYHOUR=2;BYMINUTE=0", EmptyList(Freq), "");
    refuses(
        "FREQ=HOURLY;BYHOUR=2;BYMINUTE=0",
        UnknownFrequency,
        "HOURLY",
    );
    refuses(
        "FREQ=DAILY;FREQ=WEEKLY;BYHOUR=2;BYMINUTE=0",
        RepeatedPart(Freq),
        "FREQ=WEEKLY",
    );
    refuses("FREQ=WEEKLY;BYHOUR=2;BYMINUTE=0", MissingPart(ByDay), "");
    refuses(
        "FREQ=WEEKLY;BYDAY=;BYHOUR=1;BYMINUTE=0",
        EmptyList(ByDay),
        "",
    );
    refuses(
        "FREQ=WEEKLY;BYDAY=MO,,TU;BYHOUR=1;BYMINUTE=0",
        EmptyValue(ByDay),
        "",
    );
    refuses("FREQ=WEEKLY;BYDAY=XX;BYHOUR=1;BYMINUTE=0", UnknownDay, "XX");
    refuses(
        "FREQ=WEEKLY;BYDAY=1MO;BYHOUR=1;BYMINUTE=0",
        NumberedDay,
        "1MO",
    );
    refuses(
        "FREQ=WEEKLY;BYDAY=MO,-1FR;BYHOUR=1;BYMINUTE=0",
        NumberedDay,
        "-1FR",
    );
    refuses(
        "FREQ=WEEKLY;BYDAY=MO,TU,MO;BYHOUR=1;BYMINUTE=0",
        DuplicateValue(ByDay),
        "MO",
    );
    refuses(
        "FREQ=DAILY;BYDAY=MO;BYHOUR=1;BYMINUTE=0",
        DaysWithDaily,
        "MO",
    );
    refuses(
        "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO;BYHOUR=1;BYMINUTE=0",
        IntervalWithWeekly,
        "1",
    );
    refuses(
        "FREQ=DAILY;INTERVAL=0;BYHOUR=2;BYMINUTE=0",
        OutOfRange(Interval),
        "0",
    );
    refuses(
        "FREQ=DAILY;INTERVAL=31;BYHOUR=2;BYMINUTE=0",
        OutOfRange(Interval),
        "31",
    );
    refuses(
        "FREQ=DAILY;INTERVAL=two;BYHOUR=2;BYMINUTE=0",
        NotANumber(Interval),
        "two",
    );
    refuses("FREQ=DAILY;BYHOUR=24;BYMINUTE=0", OutOfRange(ByHour), "24");
    refuses("FREQ=DAILY;BYHOUR=-1;BYMINUTE=0", OutOfRange(ByHour), "-1");
    refuses(
        "FREQ=DAILY;BYHOUR=99999999999;BYMINUTE=0",
        OutOfRange(ByHour),
        "99999999999",
    );
    refuses(
        "FREQ=DAILY;BYHOUR=1;BYMINUTE=60",
        OutOfRange(ByMinute),
        "60",
    );
    refuses(
        "FREQ=DAILY;BYHOUR=1;BYMINUTE=1.5",
        NotANumber(ByMinute),
        "1.5",
    );
    refuses("FREQ=DAILY;BYHOUR=١;BYMINUTE=0", ForeignDigits(ByHour), "١");
    refuses(
        "FREQ=DAILY;BYHOUR=2,02;BYMINUTE=0",
        DuplicateValue(ByHour),
        "02",
    );
    refuses("FREQ=DAILY;BYMINUTE=0", MissingPart(ByHour), "");
    refuses("FREQ=DAILY;BYHOUR=1", MissingPart(ByMinute), "");
    refuses(
        "FREQ=DAILY;BYHOUR=1;BYMINUTE=0;COUNT=3",
        UnknownPart,
        "COUNT=3",
    );
    refuses(
        "FREQ=DAILY;BYHOUR=1;BYMINUTE=0;X-EVIL=<script>",
        UnknownPart,
        "X-EVIL=<script>",
    );
    refuses("FREQ=DAILY;BYHOUR=1;BYMINUTE=0;", EmptyPart, "");
    refuses(
        "FREQ=DAILY;BYHOUR=1;BYMINUTE=0;WKST",
        PartWithoutValue,
        "WKST",
    );
    refuses("FREQ=WEEKLY;BYDAY=MO, TU;BYHOUR=1;BYMINUTE=0", Blank, " ");
}

#[test]
fn two_minutes_of_one_hour_are_too_close_whatever_the_hours() {
    let text = "FREQ=DAILY;BYHOUR=1;BYMINUTE=0,30";
    let found = Schedule::parse(text).unwrap_err();
    assert_eq!(&text[found[0].at.clone()], "0,30");
    assert_eq!(
        found[0].to_string(),
        "01:00 and 01:30 are 30 minutes apart; runs need at least an hour between them."
    );
    let all_hours: Vec<String> = (0..24).map(|hour| hour.to_string()).collect();
    let text = format!("FREQ=DAILY;BYHOUR={};BYMINUTE=0,59", all_hours.join(","));
    let names: Vec<Problem> = problems(&text)
        .iter()
        .map(|(problem, _)| *problem)
        .collect();
    assert_eq!(names[0], Problem::TooManyRuns { runs: 48 });
    assert!(matches!(
        names[1],
        Problem::TooClose {
            minutes: 59,
            across_midnight: false,
            ..
        }
    ));
}

#[test]
fn all_24_hours_at_one_minute_are_the_most_a_day_takes() {
    let all_hours: Vec<String> = (0..24).map(|hour| hour.to_string()).collect();
    let text = format!("FREQ=DAILY;BYHOUR={};BYMINUTE=59", all_hours.join(","));
    assert_eq!(Schedule::parse(&text).unwrap().to_string(), text);
}

#[test]
fn every_problem_is_reported_not_only_the_first() {
    let text = "FREQ=WEEKLY;BYDAY=1MO,XX;BYHOUR=24,7,7;BYSECOND=3;INTERVAL=2";
    use Problem::*;
    assert_eq!(
        problems(text),
        [
            (NumberedDay, "1MO"),
            (UnknownDay, "XX"),
            (OutOfRange(Part::ByHour), "24"),
            (DuplicateValue(Part::ByHour), "7"),
            (UnknownPart, "BYSECOND=3"),
            (IntervalWithWeekly, "2"),
            (MissingPart(Part::ByMinute), ""),
        ]
    );
}

#[test]
fn every_limit_of_the_wrapper_has_its_name_and_place() {
    use Problem::*;
    let rule = "RRULE:FREQ=DAILY;BYHOUR=1;BYMINUTE=0";
    let wrap = |inside: &str| {
        format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{inside}END:VEVENT\r\nEND:VCALENDAR\r\n")
    };
    assert!(Schedule::parse(&wrap(&format!("{rule}\r\n"))).is_ok());

    refuses(&wrap(""), MissingRule, "");
    refuses(&wrap("RRULE:\r\n"), MissingRule, "");
    refuses(&wrap(&format!("{rule}\r\n{rule}\r\n")), SecondRule, rule);
    refuses(
        &wrap(&format!("DTSTART:20260101T000000Z\r\n{rule}\r\n")),
        OtherProperty,
        "DTSTART:20260101T000000Z",
    );
    refuses(
        &wrap(&format!("RRULE;X=Y:FREQ=DAILY\r\n{rule}\r\n")),
        OtherProperty,
        "RRULE;X=Y:FREQ=DAILY",
    );
    refuses(
        &wrap(&format!(
            "{rule}\r\nBEGIN:VALARM\r\nTRIGGER:-PT1M\r\nEND:VALARM\r\n"
        )),
        OtherComponent,
        "BEGIN:VALARM",
    );
    refuses(
        &wrap(&format!("{rule}\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\n")),
        SecondComponent,
        "BEGIN:VEVENT",
    );
    refuses(
        &wrap("FREQ=DAILY;BYHOUR=1;BYMINUTE=0\r\n"),
        MisplacedLine,
        "FREQ=DAILY;BYHOUR=1;BYMINUTE=0",
    );
    assert_eq!(
        problems(&format!("BEGIN:VEVENT\n{rule}\nEND:VEVENT\n")),
        [
            (MissingLine("BEGIN:VCALENDAR"), ""),
            (MissingLine("END:VCALENDAR"), "")
        ]
    );
    refuses(
        &format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{rule}\nEND:VCALENDAR"),
        MissingLine("END:VEVENT"),
        "",
    );
    refuses(
        &format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{rule}\nEND:VEVENT"),
        MissingLine("END:VCALENDAR"),
        "",
    );
    refuses(
        "FREQ=DAILY;BYHOUR=1;BYMINUTE=0\nFREQ=DAILY;BYHOUR=2;BYMINUTE=0",
        SecondRule,
        "FREQ=DAILY;BYHOUR=2;BYMINUTE=0",
    );
    refuses("", Empty, "");
    refuses(" \r\n \n", Empty, "");
}

#[test]
fn a_pattern_of_10240_characters_is_read_and_one_more_is_not() {
    let start = "FREQ=DAILY;BYHOUR=1;BYMINUTE=";
    let text = format!("{start}{}", "0".repeat(10_240 - start.len()));
    assert!(Schedule::parse(&text).is_ok());
    assert_eq!(
        Schedule::parse(&format!("{text}0")).unwrap_err()[0].problem,
        Problem::TooLong { characters: 10_241 }
    );
    // Characters are counted, not bytes.
    let umlauts = "ü".repeat(10_240);
    assert_ne!(
        Schedule::parse(&umlauts).unwrap_err()[0].problem,
        Problem::TooLong { characters: 10_240 }
    );
}

#[test]
fn clear_texts_are_read_in_every_usual_spelling() {
    let expected = "FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=2;BYMINUTE=30";
    for text in [
        "freq=weekly;byday=th,mo;byhour=02;byminute=30",
        "RRULE:FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=2;BYMINUTE=30\n",
        "  BYMINUTE=30;BYHOUR=2;BYDAY=MO,TH;FREQ=WEEKLY  ",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nRRULE:FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=2;BYMINUTE=30\nEND:VEVENT\nEND:VCALENDAR",
        "begin:vcalendar\r\nbegin:vevent\r\nrrule:FREQ=WEEKLY;BYD\r\n AY=MO,TH;BYHOUR=2;BYMIN\r\n\tUTE=30\r\nend:vevent\r\nend:vcalendar\r\n",
        "\u{feff}FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=2;BYMINUTE=30",
    ] {
        assert_eq!(
            Schedule::parse(text)
                .map(|rule| rule.to_string())
                .as_deref(),
            Ok(expected),
            "{text}"
        );
    }
}

#[test]
fn a_problem_within_a_folded_line_is_found_in_the_text_as_given() {
    let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nRRULE:FREQ=WEEKLY;BYDAY=M\r\n O,X\r\n X;BYHOUR=1;BYMINUTE=0\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    assert_eq!(problems(text), [(Problem::UnknownDay, "X\r\n X")]);
}

#[test]
fn places_count_characters_for_people() {
    let text = "FREQ=WEEKLY;BYDAY=ü,QQ;BYHOUR=1;BYMINUTE=0";
    let found = Schedule::parse(text).unwrap_err();
    assert_eq!(found[1].characters(text), 20..22);
}

#[test]
fn the_pattern_is_the_documented_wrapper() {
    let rule = Schedule::parse("FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=2;BYMINUTE=30").unwrap();
    assert_eq!(
        rule.to_pattern(),
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=2;BYMINUTE=30\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
}

proptest! {
    #[test]
    fn printing_and_parsing_are_inverses(schedule in any_schedule()) {
        let bare = schedule.to_string();
        prop_assert_eq!(Schedule::parse(&bare), Ok(schedule));
        prop_assert_eq!(Schedule::parse(&schedule.to_pattern()), Ok(schedule));
        prop_assert_eq!(Schedule::parse(&bare).unwrap().to_string(), bare);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>()) {
        check(&text)?;
    }

    #[test]
    fn no_text_near_the_grammar_makes_the_reader_panic(
        text in "((BEGIN:|END:|VCALENDAR|VEVENT|VALARM|RRULE:|FREQ=|DAILY|WEEKLY|BYDAY=|BYHOUR=|BYMINUTE=|INTERVAL=|MO|SU|1|23|59|,|;|=|:|\r\n|\n| |\t|é|١|\u{feff}){0,24})",
    ) {
        check(&text)?;
    }

    #[test]
    fn no_damage_to_a_good_text_makes_the_reader_panic(
        schedule in any_schedule(), wrapped in any::<bool>(), cut in 0usize..200, len in 0usize..20, put in "\\PC{0,3}|[\r\n\t ;,=:]{1,4}",
    ) {
        let mut text = if wrapped { schedule.to_pattern() } else { schedule.to_string() };
        let start = cut.min(text.len());
        let end = (start + len).min(text.len());
        text.replace_range(start..end, &put);
        check(&text)?;
    }

    #[test]
    fn folding_anywhere_changes_nothing(schedule in any_schedule(), places in proptest::collection::vec(0usize..200, 0..6), tab in any::<bool>()) {
        let mut text = schedule.to_pattern();
        let start = text.find("RRULE").unwrap() + 1;
        for place in places {
            let end = text.find("\r\nEND:VEVENT").unwrap();
            let place = start + place % (end - start);
            // A break within a break is no fold.
            if !text[place..].starts_with(['\n', '\r', ' ', '\t']) {
                text.insert_str(place, if tab { "\n\t" } else { "\r\n " });
            }
        }
        prop_assert_eq!(Schedule::parse(&text), Ok(schedule), "{:?}", text);
    }
}

/// What holds for every text: an answer; problems within the text, on character boundaries, in
/// order, each with a sentence; and a good answer that prints as itself.
fn check(text: &str) -> Result<(), TestCaseError> {
    match Schedule::parse(text) {
        Ok(schedule) => prop_assert_eq!(Schedule::parse(&schedule.to_string()), Ok(schedule)),
        Err(problems) => {
            prop_assert!(!problems.is_empty());
            prop_assert!(problems.is_sorted_by_key(|problem| problem.at.start));
            for problem in problems {
                prop_assert!(text.get(problem.at.clone()).is_some(), "{:?}", problem);
                prop_assert!(problem.to_string().ends_with('.'));
            }
        }
    }
    Ok(())
}

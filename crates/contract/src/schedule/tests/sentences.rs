//! Schedules in words.

use super::super::{Clock, LocalWish, Rhythm, Sentence, Weekdays};
use super::{rule, times};

fn say(text: &str) -> String {
    rule(text).describe(Clock::Utc).to_string()
}

#[test]
fn days_are_named_as_people_name_them() {
    for (days, words) in [
        ("MO,TU,WE,TH,FR", "Every weekday"),
        ("SA,SU", "Every Saturday and Sunday"),
        ("MO,TU,WE,TH,FR,SA,SU", "Every day"),
        ("SU", "Every Sunday"),
        (
            "MO,TU,WE,TH,FR,SA",
            "Every Monday, Tuesday, Wednesday, Thursday, Friday and Saturday",
        ),
    ] {
        let text = format!("FREQ=WEEKLY;BYDAY={days};BYHOUR=18;BYMINUTE=30");
        assert_eq!(say(&text), format!("{words} at 18:30 UTC"));
    }
}

#[test]
fn times_are_listed_or_summed_up() {
    for (hours, words) in [
        ("0", " at 00:05"),
        ("0,1,2", " at 00:05, 01:05 and 02:05"),
        ("8,9,10,11", ", every hour from 08:05 to 11:05"),
        ("8,9,10,12", " at 08:05, 09:05, 10:05 and 12:05"),
        (
            "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23",
            ", every hour at minute 5",
        ),
    ] {
        let text = format!("FREQ=DAILY;BYHOUR={hours};BYMINUTE=5");
        assert_eq!(say(&text), format!("Every day{words} UTC"));
    }
}

#[test]
fn a_wish_with_several_minutes_has_a_sentence_too() {
    let wish = LocalWish::new(Rhythm::Weekly(Weekdays::WORK), &times(&["14:12", "10:37"]));
    let sentence = Sentence::new(wish.rhythm(), wish.times(), Clock::Zone("Europe/Berlin"));
    assert_eq!(
        sentence.to_string(),
        "Every weekday at 10:37 and 14:12 Europe/Berlin time"
    );
}

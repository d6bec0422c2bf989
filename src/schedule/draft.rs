//! What the schedule builder holds: days and times on a chosen clock, or a rule as text. Plain
//! data; the view binds to it and the tests run natively.

use contract::schedule::{
    Hours, LocalWish, NoSingleRule, OffsetTable, Part, Problem, Rhythm, Schedule, ScheduleProblem,
    TimeOfDay, UtcRules, Weekday, Weekdays,
};
use contract::time::Timestamp;
use serde::{Deserialize, Serialize};

/// On which days it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Frequency {
    /// On chosen weekdays.
    #[default]
    Weekly,
    /// Every day, or every few days.
    Daily,
}

/// The builder's state. Days and times are on the clock of `zone`; the text is a rule in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleDraft {
    /// Key of the zone the days and times are meant in.
    pub zone: String,
    pub frequency: Frequency,
    /// Bits of the weekdays, Monday lowest.
    days: u8,
    /// Days between runs, as typed.
    pub every: String,
    /// Minutes of the day, in order, each once.
    times: Vec<u16>,
    /// The minute the hour grid adds times at.
    minute: u8,
    /// The rule as it was typed; counts while `text_leads`.
    text: String,
    /// Whether the text was edited last.
    text_leads: bool,
}

/// What a draft stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A rule the service takes.
    Rule(Schedule),
    /// The text has problems, each with its place.
    Text(Vec<ScheduleProblem>),
    /// The days and times break limits.
    Limits(Vec<Problem>),
    /// No single rule in UTC says it.
    Several(NoSingleRule),
}

impl Outcome {
    /// The rule, if there is one.
    pub fn rule(&self) -> Option<Schedule> {
        match self {
            Self::Rule(rule) => Some(*rule),
            _ => None,
        }
    }

    /// What keeps it from being a rule, one sentence each; empty when it is one.
    pub fn sentences(&self) -> Vec<String> {
        match self {
            Self::Rule(_) => Vec::new(),
            Self::Text(problems) => problems.iter().map(ToString::to_string).collect(),
            Self::Limits(problems) => problems
                .iter()
                .map(|problem| limit_sentence(*problem))
                .collect(),
            Self::Several(_) => {
                vec!["These days and times need more than one rule; the service takes one for each policy.".to_owned()]
            }
        }
    }
}

/// A limit as the form words it: it knows buttons, not parts of a rule.
pub fn limit_sentence(problem: Problem) -> String {
    match problem {
        Problem::EmptyList(Part::ByDay) => "Choose at least one weekday.".to_owned(),
        Problem::EmptyList(Part::ByHour) => "Choose at least one time.".to_owned(),
        Problem::OutOfRange(Part::Interval) => {
            "The days between runs are a whole number from 1 to 30.".to_owned()
        }
        problem => problem.to_string(),
    }
}

impl ScheduleDraft {
    /// Every night at two, on the clock of a zone: where a new policy begins.
    pub fn nightly(zone: impl Into<String>) -> Self {
        Self {
            zone: zone.into(),
            frequency: Frequency::Weekly,
            days: Weekdays::ALL.bits(),
            every: "1".to_owned(),
            times: vec![120],
            minute: 0,
            text: String::new(),
            text_leads: false,
        }
    }

    /// Sundays at noon, on the clock of a zone: where a further rule begins, away from the first.
    pub fn weekly(zone: impl Into<String>) -> Self {
        Self {
            days: 1 << 6,
            times: vec![720],
            ..Self::nightly(zone)
        }
    }

    /// A stored rule on the clock of a zone that is `offset` seconds east of UTC. Where its local
    /// days differ from time to time it is shown in UTC.
    pub fn of_rule(rule: Schedule, zone: impl Into<String>, offset: i32) -> Self {
        let mut draft = Self::nightly(zone);
        draft.take(rule, offset);
        draft
    }

    /// The days, as far as the frequency has any.
    pub fn days(&self) -> Weekdays {
        Weekdays::from_bits(self.days)
    }

    /// The times, earliest first.
    pub fn times(&self) -> Vec<TimeOfDay> {
        let time = |minute: &u16| TimeOfDay::new((minute / 60) as u8, (minute % 60) as u8);
        self.times.iter().filter_map(time).collect()
    }

    /// The hours in which some time lies.
    pub fn hours(&self) -> Hours {
        self.times
            .iter()
            .map(|minute| (minute / 60) as u8)
            .collect()
    }

    /// The minute the hour grid adds times at.
    pub fn minute(&self) -> u8 {
        self.minute
    }

    /// What it stands for at an instant, on the offsets of its zone.
    pub fn outcome(&self, table: &OffsetTable, at: Timestamp) -> Outcome {
        if self.text_leads {
            return match Schedule::parse(&self.text) {
                Ok(rule) => Outcome::Rule(rule),
                Err(problems) => Outcome::Text(problems),
            };
        }
        match self.wish().to_utc(table, at) {
            Ok(UtcRules::One { rule, .. }) => Outcome::Rule(rule),
            Ok(UtcRules::None(answer)) => Outcome::Several(answer),
            Err(problems) => Outcome::Limits(problems),
        }
    }

    /// The days and times as a wish. An interval that is no number becomes one that is out of range.
    pub fn wish(&self) -> LocalWish {
        let rhythm = match self.frequency {
            Frequency::Weekly => Rhythm::Weekly(self.days()),
            Frequency::Daily => Rhythm::Daily {
                every: self.every.trim().parse().unwrap_or(0),
            },
        };
        LocalWish::new(rhythm, &self.times())
    }

    /// What the text field shows: what was typed, or the rule the controls make.
    pub fn shown_text(&self, outcome: &Outcome) -> String {
        match outcome {
            _ if self.text_leads => self.text.clone(),
            Outcome::Rule(rule) => rule.to_string(),
            Outcome::Several(answer) => {
                let rules: Vec<String> = answer.rules.iter().map(ToString::to_string).collect();
                rules.join("\n")
            }
            _ => String::new(),
        }
    }

    /// Whether the text was edited last and is not a rule: the controls then show the last one
    /// that was understood.
    pub fn controls_lag(&self, outcome: &Outcome) -> bool {
        self.text_leads && matches!(outcome, Outcome::Text(_))
    }

    /// Takes a text as it is typed; the controls follow as soon as it is a rule.
    pub fn type_text(&mut self, text: String, table: &OffsetTable, at: Timestamp) {
        if let Ok(rule) = Schedule::parse(&text) {
            self.take(rule, table.offset_at(at));
        }
        self.text = text;
        self.text_leads = true;
    }

    /// Takes a rule, for example from a remedy.
    pub fn take(&mut self, rule: Schedule, offset: i32) {
        let wish = rule.local_view(offset).wish().unwrap_or_else(|| {
            self.zone = "utc".to_owned();
            let times: Vec<TimeOfDay> = rule.times().collect();
            LocalWish::new(rule.rhythm(), &times)
        });
        self.take_wish(&wish);
    }

    /// Takes days and times on the clock of the draft's zone.
    pub fn take_wish(&mut self, wish: &LocalWish) {
        match wish.rhythm() {
            Rhythm::Weekly(days) => {
                self.frequency = Frequency::Weekly;
                self.days = days.bits();
            }
            Rhythm::Daily { every } => {
                self.frequency = Frequency::Daily;
                self.every = every.to_string();
            }
        }
        self.set_times(
            wish.times()
                .iter()
                .map(|time| time.minute_of_day())
                .collect(),
        );
    }

    /// Shows the same rule on another clock. Where there is no rule yet, or it cannot be shown
    /// there, days and times stay as they are.
    pub fn show_on(&mut self, zone: &str, outcome: &Outcome, offset: i32) {
        self.zone = zone.to_owned();
        if let Outcome::Rule(rule) = outcome {
            let (text, leads) = (core::mem::take(&mut self.text), self.text_leads);
            self.take(*rule, offset);
            (self.text, self.text_leads) = (text, leads);
        }
    }

    /// Takes the same days and times on another clock, which moves the runs.
    pub fn reinterpret_on(&mut self, zone: &str) {
        self.zone = zone.to_owned();
        self.text_leads = false;
    }

    /// Switches between weekdays and days.
    pub fn set_frequency(&mut self, frequency: Frequency) {
        self.frequency = frequency;
        self.text_leads = false;
    }

    /// Sets the days between runs, as typed.
    pub fn set_every(&mut self, every: String) {
        self.every = every;
        self.text_leads = false;
    }

    /// Sets the weekdays.
    pub fn set_days(&mut self, days: Weekdays) {
        self.days = days.bits();
        self.text_leads = false;
    }

    /// Adds a weekday or takes it out.
    pub fn toggle_day(&mut self, day: Weekday) {
        self.set_days(self.days().toggled(day));
    }

    /// Adds a time; one that is there already changes nothing.
    pub fn add_time(&mut self, time: TimeOfDay) {
        let mut times = self.times.clone();
        times.push(time.minute_of_day());
        self.set_times(times);
    }

    /// Takes a time out.
    pub fn remove_time(&mut self, time: TimeOfDay) {
        let times = self
            .times
            .iter()
            .copied()
            .filter(|minute| *minute != time.minute_of_day())
            .collect();
        self.set_times(times);
    }

    /// Makes every hour of a range (in either direction) run or not; hours that run keep their times.
    pub fn set_hours(&mut self, from: u8, to: u8, on: bool) {
        let range = from.min(to)..=from.max(to).min(23);
        let minute = u16::from(self.minute());
        let mut times = self.times.clone();
        for hour in range {
            let has = self.hours().contains(hour);
            if on && !has {
                times.push(u16::from(hour) * 60 + minute);
            } else if !on {
                times.retain(|time| time / 60 != u16::from(hour));
            }
        }
        self.set_times(times);
    }

    /// Moves all times to one minute of their hours.
    pub fn set_minute(&mut self, minute: u8) {
        self.minute = minute.min(59);
        let minute = u16::from(self.minute);
        self.set_times(
            self.times
                .iter()
                .map(|time| time / 60 * 60 + minute)
                .collect(),
        );
    }

    fn set_times(&mut self, mut times: Vec<u16>) {
        times.sort_unstable();
        times.dedup();
        // The grid goes on with the minute that most times share.
        let count = |minute: u16| times.iter().filter(|other| *other % 60 == minute).count();
        if let Some(minute) = times
            .iter()
            .map(|time| time % 60)
            .max_by_key(|minute| count(*minute))
        {
            self.minute = minute as u8;
        }
        self.times = times;
        self.text_leads = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINTER: OffsetTable = OffsetTable::fixed(3600);

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-21T04:00:00").expect("an instant")
    }

    fn rule(text: &str) -> Schedule {
        Schedule::parse(text).expect("a rule")
    }

    fn draft(text: &str) -> ScheduleDraft {
        ScheduleDraft::of_rule(rule(text), "Europe/Berlin", 3600)
    }

    #[test]
    fn a_stored_rule_is_shown_on_the_clock_of_its_zone_and_comes_back_the_same() {
        let text = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=17;BYMINUTE=30";
        let draft = draft(text);
        assert_eq!(draft.times()[0].to_string(), "18:30");
        assert_eq!(draft.days(), Weekdays::WORK);
        let outcome = draft.outcome(&WINTER, now());
        assert_eq!(outcome, Outcome::Rule(rule(text)));
        assert_eq!(draft.shown_text(&outcome), text);
    }

    #[test]
    fn a_rule_with_mixed_local_days_is_shown_in_utc() {
        let draft = draft("FREQ=WEEKLY;BYDAY=SU;BYHOUR=11,23;BYMINUTE=0");
        assert_eq!(draft.zone, "utc");
        let times: Vec<String> = draft.times().iter().map(ToString::to_string).collect();
        assert_eq!(times, ["11:00", "23:00"]);
    }

    #[test]
    fn typing_a_rule_moves_the_controls_and_a_half_typed_one_does_not() {
        let mut draft = ScheduleDraft::nightly("Europe/Berlin");
        draft.type_text(
            "FREQ=DAILY;INTERVAL=3;BYHOUR=5;BYMINUTE=10".into(),
            &WINTER,
            now(),
        );
        assert_eq!(
            (draft.frequency, draft.every.as_str()),
            (Frequency::Daily, "3")
        );
        assert_eq!(draft.times()[0].to_string(), "06:10");
        draft.type_text(
            "FREQ=DAILY;INTERVAL=3;BYHOUR=5;BYMINUTE=1O".into(),
            &WINTER,
            now(),
        );
        let outcome = draft.outcome(&WINTER, now());
        assert!(matches!(&outcome, Outcome::Text(problems) if problems.len() == 1));
        assert!(draft.controls_lag(&outcome));
        assert_eq!(draft.times()[0].to_string(), "06:10");
        // A press on a control takes over again.
        draft.set_hours(8, 8, true);
        let outcome = draft.outcome(&WINTER, now());
        assert_eq!(
            draft.shown_text(&outcome),
            "FREQ=DAILY;INTERVAL=3;BYHOUR=5,7;BYMINUTE=10"
        );
    }

    #[test]
    fn the_typed_text_stays_as_it_was_typed() {
        let mut draft = ScheduleDraft::nightly("utc");
        let typed = "freq=daily;byminute=0;byhour=3";
        draft.type_text(typed.into(), &OffsetTable::UTC, now());
        let outcome = draft.outcome(&OffsetTable::UTC, now());
        assert_eq!(draft.shown_text(&outcome), typed);
    }

    #[test]
    fn hours_are_set_in_ranges_and_keep_their_own_minutes() {
        let mut draft = ScheduleDraft::nightly("utc");
        draft.set_minute(30);
        draft.set_hours(4, 1, true);
        let times: Vec<String> = draft.times().iter().map(ToString::to_string).collect();
        assert_eq!(times, ["01:30", "02:30", "03:30", "04:30"]);
        draft.set_hours(2, 3, false);
        assert_eq!(draft.hours().to_string(), "1,4");
    }

    #[test]
    fn limits_are_worded_for_the_form() {
        let mut draft = ScheduleDraft::nightly("utc");
        draft.set_days(Weekdays::NONE);
        draft.set_hours(0, 23, false);
        assert_eq!(
            draft.outcome(&OffsetTable::UTC, now()).sentences(),
            ["Choose at least one weekday.", "Choose at least one time."]
        );
        draft.set_frequency(Frequency::Daily);
        draft.set_every("31".into());
        draft.add_time(TimeOfDay::parse("23:30").expect("a time"));
        draft.add_time(TimeOfDay::parse("23:40").expect("a time"));
        let sentences = draft.outcome(&OffsetTable::UTC, now()).sentences();
        assert_eq!(
            sentences[0],
            "The days between runs are a whole number from 1 to 30."
        );
        assert!(sentences[1].starts_with("23:30 and 23:40 are 10 minutes apart"));
    }

    #[test]
    fn another_clock_shows_the_same_runs_and_taking_the_times_there_moves_them() {
        let text = "FREQ=WEEKLY;BYDAY=MO;BYHOUR=17;BYMINUTE=30";
        let mut shown = draft(text);
        let outcome = shown.outcome(&WINTER, now());
        shown.show_on("Asia/Kathmandu", &outcome, 20_700);
        assert_eq!(shown.times()[0].to_string(), "23:15");
        assert_eq!(shown.outcome(&OffsetTable::fixed(20_700), now()), outcome);
        let mut taken = draft(text);
        taken.reinterpret_on("utc");
        assert_eq!(
            taken.outcome(&OffsetTable::UTC, now()),
            Outcome::Rule(rule("FREQ=WEEKLY;BYDAY=MO;BYHOUR=18;BYMINUTE=30"))
        );
    }

    #[test]
    fn a_draft_survives_storage() {
        let draft = draft("FREQ=DAILY;INTERVAL=2;BYHOUR=1;BYMINUTE=59");
        let text = serde_json::to_string(&draft).expect("plain data");
        assert_eq!(
            serde_json::from_str::<ScheduleDraft>(&text).expect("what was written"),
            draft
        );
    }
}

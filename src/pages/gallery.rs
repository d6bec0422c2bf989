//! Every primitive in its states, for whoever works on them: `/gallery`.

use leptos::prelude::*;

use crate::clock::use_clock;
use crate::form::{
    Checkbox, ErrorSummary, Field, NumberInput, Problem, Problems, Select, SelectOption, TextArea,
    TextInput,
};
use crate::layout::Page;
use crate::ui::{
    Align, Badge, Button, ButtonKind, Card, Cell, Choice, CodeBlock, Column, Confirm, CopyId,
    Details, Dialog, DialogActions, EmptyState, ErrorState, Fact, Facts, Glyph, Menu, MenuItem,
    Meter, Notice, Pagination, Pick, Progress, Skeleton, StaleNotice, Switch, Tab, Table, Tabs,
    Time, TimeShape, Tip, Toggle, ToggleGroup, Tone, use_toasts,
};

/// A name as long as a service allows, without a place to break, and with markup in it.
const LONG: &str = "web-server-frontend-production-eu-central-0123456789-0123456789-0123456789-0123456789-<b>not-bold</b>-end";

/// The page.
pub fn gallery_page() -> AnyView {
    view! {
        <Page title="Gallery" lead=|| "Every primitive with its empty, loading, disabled, error and very long states.">
            {buttons()}
            {statuses()}
            {messages()}
            {dialogs()}
            {choices()}
            {fields()}
            {states()}
            {data()}
        </Page>
    }
    .into_any()
}

fn buttons() -> AnyView {
    let items = vec![
        MenuItem::new("Show details", || ()).icon(Glyph::Info),
        MenuItem::new("Restore server", || ())
            .icon(Glyph::Restore)
            .blocked(Some("It is still being made.".into())),
        MenuItem::new("Delete backup", || ())
            .icon(Glyph::Trash)
            .danger(),
    ];
    let why = Signal::stored(Some("A restore to this server is under way.".to_owned()));
    view! {
        <Card title="Buttons and menus">
            <div class="gallery-row">
                <Button kind=ButtonKind::Primary icon=Glyph::Plus on_press=|| ()>"Create policy"</Button>
                <Button on_press=|| ()>"Show backups"</Button>
                <Button kind=ButtonKind::Quiet on_press=|| ()>"Clear filters"</Button>
                <Button kind=ButtonKind::Danger icon=Glyph::Trash on_press=|| ()>"Delete 3 backups"</Button>
                <Button icon=Glyph::Refresh name="Refresh" on_press=|| ()/>
                <Button blocked=why on_press=|| ()>"Back up now"</Button>
                <Button kind=ButtonKind::Primary busy=true on_press=|| ()>"Sending"</Button>
                <Button on_press=|| ()>{LONG}</Button>
                <Menu label="Actions" items=items.clone()/>
                <Menu label="More" icon=Glyph::More icon_only=true items=items/>
                <span>"Incremental "<Tip about="incremental">"Only what changed since the backup before."</Tip></span>
            </div>
        </Card>
    }
    .into_any()
}

fn statuses() -> AnyView {
    view! {
        <Card title="Badges, meters, progress">
            <div class="gallery-row">
                <Badge tone=Tone::Good text="Available"/>
                <Badge tone=Tone::Active text="Being made"/>
                <Badge tone=Tone::Warning text="Too old"/>
                <Badge tone=Tone::Bad text="Failed"/>
                <Badge tone=Tone::Neutral text="thawing"/>
                <Badge tone=Tone::Neutral text=LONG/>
            </div>
            <div class="gallery-columns">
                <Meter label="Backups" text="37 of 600" value=37.0 max=600.0/>
                <Meter label="Capacity" text="850 GB of 1 TB" value=850.0 max=1024.0/>
                <Meter label="Full" text="600 of 600" value=600.0 max=600.0/>
                <Progress label="Backing up web-01" percent=Signal::stored(Some(42))/>
                <Progress label="Waiting" percent=Signal::stored(None)/>
            </div>
        </Card>
    }
    .into_any()
}

fn messages() -> AnyView {
    let toasts = use_toasts();
    view! {
        <Card title="Notices and toasts">
            <Notice tone=Tone::Neutral title="A plain word"><p>"Nothing to do."</p></Notice>
            <Notice tone=Tone::Good title="It went well"/>
            <Notice tone=Tone::Active title="It is under way"/>
            <Notice tone=Tone::Warning title="The policy moves by an hour on 29 March"><p>"It is stored in UTC."</p></Notice>
            <Notice tone=Tone::Bad title=LONG><p>{LONG}</p></Notice>
            <div class="gallery-row">
                <Button on_press=move || toasts.success("Policy nightly was saved")>"Success"</Button>
                <Button on_press=move || toasts.failure("Policy nightly was not saved", "The quota is used up.")>"Failure"</Button>
                <Button on_press=move || toasts.undoable("Policy nightly was switched off", move || toasts.success("Undone"))>"Undoable"</Button>
                <Button on_press=move || toasts.held("Backup nightly-3 will be deleted", move || toasts.success("Deleted"))>"Held"</Button>
                <Button on_press=move || toasts.started(LONG, "#".to_owned(), "Follow it")>"Very long"</Button>
            </div>
        </Card>
    }
    .into_any()
}

fn dialogs() -> AnyView {
    let (plain, level1, level2) = (
        RwSignal::new(false),
        RwSignal::new(false),
        RwSignal::new(false),
    );
    view! {
        <Card title="Dialogs">
            <div class="gallery-row">
                <Button on_press=move || plain.set(true)>"Open a dialog"</Button>
                <Button on_press=move || level1.set(true)>"Ask (level 1)"</Button>
                <Button on_press=move || level2.set(true)>"Ask for the name (level 2)"</Button>
            </div>
            <Dialog open=plain title="A dialog">
                <p>"Focus goes in, stays in, and comes back."</p>
                <DialogActions><Button on_press=move || plain.set(false)>"Done"</Button></DialogActions>
            </Dialog>
            <Confirm open=level1 title="Delete backup nightly-3?" verb="Delete backup" on_confirm=move || level1.set(false)>
                <p>"1.5 GB are freed. 12 younger backups remain."</p>
            </Confirm>
            <Confirm open=level2 title="Overwrite web-01?" verb="Overwrite web-01" typed_name=Signal::stored(Some("web-01".to_owned()))
                on_confirm=move || level2.set(false)>
                <Notice tone=Tone::Warning title="Everything since 14 Mar 02:00 is lost on two disks."/>
            </Confirm>
        </Card>
    }
    .into_any()
}

fn choices() -> AnyView {
    let days = RwSignal::new([true, true, true, true, true, false, false]);
    let toggles = Signal::derive(move || {
        [
            ("Mo", "Monday"),
            ("Tu", "Tuesday"),
            ("We", "Wednesday"),
            ("Th", "Thursday"),
            ("Fr", "Friday"),
            ("Sa", "Saturday"),
            ("Su", "Sunday"),
        ]
        .into_iter()
        .zip(days.get())
        .map(|((short, name), pressed)| Toggle {
            short: short.into(),
            name: name.into(),
            pressed,
        })
        .collect::<Vec<_>>()
    });
    let (on, theme, tab) = (
        RwSignal::new(true),
        RwSignal::new("a".to_owned()),
        RwSignal::new("disks".to_owned()),
    );
    let panel = Callback::new(|key: &'static str| {
        view! { <p>{format!("The panel of {key}.")}</p> }.into_any()
    });
    view! {
        <Card title="Choices">
            <ToggleGroup label="Weekdays" toggles=toggles on_toggle=move |index: usize| days.update(|days| days[index] = !days[index])/>
            <Switch label="Make a safety backup first" on=on on_change=move |now| on.set(now) hint="Recommended when a server is overwritten."/>
            <Switch label="Not possible now" on=false on_change=|_| () blocked=Signal::stored(Some("The server has no disks.".to_owned()))/>
            <Choice legend="Kind" picks=vec![Pick::new("a", "Incremental"), Pick::new("b", "Full")] chosen=theme on_choose=move |key| theme.set(key)/>
            <Tabs label="Backup" tabs=vec![Tab::new("disks", "Disks"), Tab::new("history", "History")] selected=tab
                on_select=move |key: &'static str| tab.set(key.to_owned()) panel=panel/>
        </Card>
    }
    .into_any()
}

fn fields() -> AnyView {
    let (name, days, text, checked) = (
        RwSignal::new("vor dem Umzug".to_owned()),
        RwSignal::new("14".to_owned()),
        RwSignal::new(LONG.to_owned()),
        RwSignal::new(true),
    );
    let problems = Problems::default();
    let options = vec![
        SelectOption::new("1", "eu-de-01"),
        SelectOption {
            blocked: Some("no capacity".into()),
            ..SelectOption::new("2", "eu-de-02")
        },
    ];
    view! {
        <Card title="Fields">
            <ErrorSummary problems=problems/>
            <Field id="gallery-name" label="Name" required=true hint="Letters, digits, _ and -."
                message=Signal::stored(Some("Name: ` ` is not allowed; use letters, digits, `_` and `-`".to_owned()))>
                <TextInput value=name on_input=move |text| name.set(text)/>
            </Field>
            <Field id="gallery-days" label="Keep for"><NumberInput value=days on_input=move |text| days.set(text) unit="days"/></Field>
            <Field id="gallery-zone" label="Availability zone"><Select options=options value="1" on_change=|_| ()/></Field>
            <Field id="gallery-text" label="Description"><TextArea value=text on_input=move |new| text.set(new)/></Field>
            <Checkbox label="Start the server afterwards" checked=checked on_change=move |now| checked.set(now) hint="It is stopped while it is restored."/>
            <Button on_press=move || problems.show(vec![Problem::at("gallery-name", "Name: must not be empty"), Problem::at("", "The form as a whole is wrong.")])>"Show the problems"</Button>
        </Card>
    }
    .into_any()
}

fn states() -> AnyView {
    view! {
        <Card title="Empty, loading, failed, old">
            <EmptyState title="No backups yet" icon=Glyph::Backup><p>"Put a server under a policy."</p></EmptyState>
            <Skeleton label="Loading servers"/>
            <ErrorState title="The servers could not be loaded" text="No answer came." reference=Some("CSBS.9998 · Request 4711".to_owned()) on_retry=|| ()/>
            <StaleNotice title="The servers could not be refreshed" text="What is shown is from 14 Mar 2026 09:26 UTC." on_retry=|| ()/>
        </Card>
    }
    .into_any()
}

fn data() -> AnyView {
    let (page, now) = (RwSignal::new(2), Some(use_clock().now()));
    let columns = vec![
        Column::text("Server"),
        Column::number("Size"),
        Column::text("Made"),
    ];
    view! {
        <Card title="Tables, facts, ids, code">
            <Table caption="Servers" columns=columns>
                <tr role="row">
                    <Cell label="Server" heading=true>"web-01"</Cell>
                    <Cell label="Size" align=Align::End>"40 GB"</Cell>
                    <Cell label="Made"><Time at=now/></Cell>
                </tr>
                <tr role="row">
                    <Cell label="Server" heading=true><bdi>{LONG}</bdi></Cell>
                    <Cell label="Size" align=Align::End>"—"</Cell>
                    <Cell label="Made"><Time at=None shape=TimeShape::Exact/></Cell>
                </tr>
            </Table>
            <Pagination label="Servers" page=page total=120 per_page=50 on_page=move |to| page.set(to)/>
            <Facts>
                <Fact name="Id"><CopyId id="17e2b861-3a35-434d-afbb-073d5cd5af08" what="policy id"/></Fact>
                <Fact name="Name">{LONG}</Fact>
            </Facts>
            <Details summary="Show the request"><CodeBlock what="request" code="POST /policies\n{\"policy\": {}}"/></Details>
        </Card>
    }
    .into_any()
}

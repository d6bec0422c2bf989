//! Making an image from a backup: the form, its check by the service's own rules, and the job.

use std::sync::Arc;

use contract::image::{ImageFacts, ImageJob, ImageRefusal, WholeImageRequest, refusals};
use contract::model::{Backup, BackupAction, Generation};
use contract::operations::image;
use contract::request::RequestText;
use leptos::prelude::*;

use crate::api::{ApiError, create_image, image_job, image_names, operation_id, use_api};
use crate::form::{
    ErrorSummary, Field, Problem, Problems, ShowRequest, Submission, TextArea, TextInput,
};
use crate::query::{Pace, Query};
use crate::session::{recall, remember};
use crate::ui::{
    Button, ButtonKind, Card, CopyId, Dialog, DialogActions, Notice, Progress, Tone, use_toasts,
};

const NAME: &str = "image-name";
const DESCRIPTION: &str = "image-description";

/// Where the job of a backup's image is remembered: it goes on when the page is left.
fn job_key(backup: &str) -> String {
    format!("image-job.{backup}")
}

/// What the form comes to: the request and everything against it.
fn check(
    backup: &Backup,
    name: &str,
    description: &str,
    names: &[String],
) -> (WholeImageRequest, Vec<ImageRefusal>) {
    let mut request = WholeImageRequest::of(backup, name.trim());
    description.trim().clone_into(&mut request.description);
    let facts = ImageFacts {
        backup: Some(backup),
        names,
        being_made: false,
    };
    let refusals = refusals(&request, &facts);
    (request, refusals)
}

/// The field a refusal belongs to; none when it is the backup that is in the way.
fn field_of(refusal: &ImageRefusal) -> Option<&'static str> {
    match refusal {
        ImageRefusal::NoName | ImageRefusal::Name(_) | ImageRefusal::NameTaken(_) => Some(NAME),
        ImageRefusal::Description(_) => Some(DESCRIPTION),
        _ => None,
    }
}

fn said(refusal: &ImageRefusal, generation: Generation) -> String {
    match refusal.backup_code(generation) {
        Some(code) => format!("{refusal} ({}, {code})", refusal.code()),
        None => format!("{refusal} ({})", refusal.code()),
    }
}

/// Why no image can be made from a backup whatever it is called.
fn blocked(backup: &Backup) -> Option<String> {
    if !backup.resource().is_server() {
        return BackupAction::Image.blocked_by(backup);
    }
    let (_, refusals) = check(backup, "image", "", &[]);
    let refusal = refusals
        .iter()
        .find(|refusal| field_of(refusal).is_none())?;
    Some(said(refusal, backup.generation))
}

/// The card of a backup's page; `changed` is told when there is an image.
pub fn image_card(backup: Signal<Arc<Backup>>, changed: Callback<()>) -> AnyView {
    let id = Memo::new(move |_| backup.with(|backup| backup.id.clone()));
    let images = Memo::new(move |_| backup.with(|backup| backup.image_ids.clone()));
    let job = RwSignal::new(recall(&job_key(&id.get_untracked())));
    let open = RwSignal::new(false);
    let why_not = Memo::new(move |_| {
        let making = job.with(Option::is_some);
        let making = making.then(|| "An image is being made from this backup.".to_owned());
        making.or_else(|| backup.with(|backup| blocked(backup)))
    });
    let actions = move || {
        view! { <Button blocked=why_not on_press=move || open.set(true)>"Create image"</Button> }
    };
    let forget = Callback::new(move |()| {
        remember(&job_key(&id.get_untracked()), None);
        job.set(None);
        changed.run(());
    });
    let list = move || {
        let items = images
            .get()
            .into_iter()
            .map(|image| view! { <li><CopyId id=image what="image id"/></li> })
            .collect_view();
        view! {
            <ul>{items}</ul>
            <p class="field-hint">"A backup can be deleted only after its image."</p>
        }
    };
    let content = move || {
        match (job.get(), images.with(Vec::is_empty)) {
        (Some(job), _) => job_view(job, forget),
        (None, false) => list().into_any(),
        (None, true) => view! {
            <p class="field-hint">"New servers with the same disks can be made from an image. It is kept apart from the backup, and there is one for each backup."</p>
        }
        .into_any(),
    }
    };
    let begun = Callback::new(move |begun: String| {
        remember(&job_key(&id.get_untracked()), Some(&begun));
        job.set(Some(begun));
    });
    view! {
        <Card title="Image" actions=actions>{content}</Card>
        <Dialog open=open title="Create image" wide=true>{move || form(open, backup.get_untracked(), begun)}</Dialog>
    }
    .into_any()
}

fn form(open: RwSignal<bool>, backup: Arc<Backup>, begun: Callback<String>) -> AnyView {
    let api = use_api();
    let start = match backup.server_name.as_str() {
        "" => backup.name.clone(),
        name => format!("{name}-{}", backup.name),
    };
    let (name, description) = (RwSignal::new(start), RwSignal::new(String::new()));
    let generation = backup.generation;
    let (problems, submission) = (Problems::default(), Submission::new());
    let once = StoredValue::new(operation_id());
    // Without the list the service itself refuses a name that is taken.
    let names = Query::new(image_names);
    let checked = Memo::new(move |_| {
        let names = names.data();
        let names = names.as_ref().map_or(&[][..], |names| names.as_slice());
        check(&backup, &name.read(), &description.read(), names)
    });
    let message = move |field: &'static str| {
        Signal::derive(move || {
            checked.with(|(_, refusals)| {
                let refusal = refusals
                    .iter()
                    .find(|refusal| field_of(refusal) == Some(field))?;
                Some(refusal.to_string())
            })
        })
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (request, refusals) = checked.get_untracked();
        let list: Vec<Problem> = refusals
            .iter()
            .map(|refusal| {
                Problem::at(
                    field_of(refusal).unwrap_or_default(),
                    said(refusal, generation),
                )
            })
            .collect();
        let any = !list.is_empty();
        problems.show(list);
        if any {
            return;
        }
        submission.send(
            async move { create_image(api, &request, &once.get_value()).await },
            move |job| {
                begun.run(job);
                open.try_set(false);
            },
        );
    };
    let request = move || {
        let body = checked.with(|(request, _)| request.clone());
        let request = RequestText::new(&image::WHOLE_IMAGES_CREATE, &[]).with_body(&body);
        view! { <ShowRequest request=Signal::stored(request)/> }
    };
    view! {
        <form class="form" on:submit=send>
            <ErrorSummary problems=problems/>
            {move || submission.failure().get().map(|text| view! {
                <Notice tone=Tone::Bad title="The image was not begun" announce=true><p>{text}</p></Notice>
            })}
            <Field id=NAME label="Name" required=true message=message(NAME) hint="Up to 128 characters.">
                <TextInput value=name on_input=move |text| name.set(text)/>
            </Field>
            <Field id=DESCRIPTION label="Description" message=message(DESCRIPTION)>
                <TextArea rows=2 value=description on_input=move |text| description.set(text)/>
            </Field>
            {request}
            <DialogActions>
                <Button on_press=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=submission.busy() on_press=|| ()>"Create image"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

/// The job until it is over, and how it ended.
fn job_view(job: String, done: Callback<()>) -> AnyView {
    let toasts = use_toasts();
    let state = Query::new(move |api| {
        let job = job.clone();
        async move { image_job(api, &job).await }
    })
    .polled(|job: &ImageJob| {
        if job.is_over() {
            Pace::Never
        } else {
            Pace::Lively
        }
    });
    Effect::new(move |_| {
        let Some(job) = state.data().filter(|job| job.status == "SUCCESS") else {
            return;
        };
        toasts.success(format!("Image {} was made", job.entities.image_name));
        done.run(());
    });
    let percent = Signal::derive(move || {
        let job = state.data()?;
        u8::try_from(job.entities.process_percent?.clamp(0, 100)).ok()
    });
    // A job the service no longer knows ended while nobody looked.
    let gone = Memo::new(move |_| {
        state
            .error()
            .is_some_and(|error: ApiError| error.is_missing())
    });
    Effect::new(move |_| {
        if gone.get() {
            done.run(());
        }
    });
    let failed = Memo::new(move |_| {
        let job = state.data().filter(|job| job.status == "FAIL")?;
        Some(format!("{} ({})", job.fail_reason, job.error_code))
    });
    let error = Memo::new(move |_| state.error().map(|error| error.to_string()));
    view! {
        {move || match failed.get() {
            Some(why) => view! {
                <Notice tone=Tone::Bad title="The image could not be made" announce=true>
                    <p><bdi>{why}</bdi></p>
                    <Button kind=ButtonKind::Quiet on_press=move || done.run(())>"Put this message away"</Button>
                </Notice>
            }
            .into_any(),
            None => view! { <p>"The image is being made; this page can be left."</p> <Progress label="Making the image" percent=percent/> }.into_any(),
        }}
        {move || error.get().map(|text| view! {
            <Notice title="How far the image is could not be asked"><p>{text}</p></Notice>
        })}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::csbs::backups::CheckpointItem;
    use contract::model::{BackupStatus, DiskBackup};

    fn backup(status: BackupStatus) -> Backup {
        let mut backup = Backup::from(CheckpointItem::default());
        backup.id = "b".into();
        backup.status = status;
        backup.disks = vec![DiskBackup {
            bootable: true,
            ..DiskBackup::default()
        }];
        backup
    }

    #[test]
    fn what_is_wrong_stands_at_its_field_and_the_rest_blocks_the_button() {
        let good = backup(BackupStatus::Available);
        assert_eq!(blocked(&good), None);
        let (_, refusals) = check(&good, " ", "", &[]);
        assert_eq!(
            refusals.iter().filter_map(field_of).collect::<Vec<_>>(),
            [NAME]
        );
        let taken = ["golden".to_owned()];
        let (_, refusals) = check(&good, "golden", "", &taken);
        assert_eq!(
            refusals.iter().filter_map(field_of).collect::<Vec<_>>(),
            [NAME]
        );
        let failed = blocked(&backup(BackupStatus::Error)).expect("a failed backup");
        assert!(failed.contains("IMG.0032, CSBS.8001"), "{failed}");
    }
}

//! What is sent to the image service and what it answers (compute-and-volumes 6.1, 6.2, 6.4).

use super::{FROM_CBR, FROM_CSBS};
use crate::lenient;
use crate::model::{Backup, Generation};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Make a whole image from a backup (6.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WholeImageRequest {
    /// 1–128 characters, see [`super::check_name`].
    #[serde(default)]
    pub name: String,
    /// 0–1024 characters, see [`super::check_description`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The backup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup_id: Option<String>,
    /// A server instead of a backup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    /// The vault that server is backed up into first, with `CBR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vault_id: Option<String>,
    /// `CSBS` (when absent) or `CBR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole_image_type: Option<String>,
    /// Tags as plain texts; not together with `image_tags`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Tags with values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub image_tags: Vec<ImageTag>,
    /// MB; nothing is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_ram: Option<i64>,
    /// MB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_ram: Option<i64>,
}

impl WholeImageRequest {
    /// The shortest request: this backup, under this name.
    pub fn from_backup(backup_id: &str, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            backup_id: Some(backup_id.to_owned()),
            ..Self::default()
        }
    }

    /// The same, saying which generation the backup is of.
    pub fn of(backup: &Backup, name: &str) -> Self {
        Self {
            whole_image_type: match backup.generation {
                Generation::Csbs => None,
                Generation::Cbr => Some(FROM_CBR.to_owned()),
            },
            ..Self::from_backup(&backup.id, name)
        }
    }

    /// The server that is backed up first: where one is named, and no backup.
    pub fn server_to_back_up(&self) -> Option<&str> {
        match self.backup_id.as_deref() {
            None | Some("") => self.instance_id.as_deref().filter(|id| !id.is_empty()),
            Some(_) => None,
        }
    }

    /// Which generation the backup is of.
    pub fn source(&self) -> &str {
        self.whole_image_type.as_deref().unwrap_or(FROM_CSBS)
    }
}

/// A tag of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageTag {
    /// Key.
    pub key: String,
    /// Value.
    #[serde(default)]
    pub value: String,
}

/// `{"job_id": "…"}`: the work has begun.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobIdAnswer {
    /// To ask about with [`crate::operations::image::JOBS_SHOW`].
    #[serde(default, deserialize_with = "lenient::text")]
    pub job_id: String,
}

/// State of a job (6.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImageJob {
    /// Job id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub job_id: String,
    /// `imsCreateWholeImageByBackupJob`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub job_type: String,
    /// `INIT`, `RUNNING`, `SUCCESS`, `FAIL`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// Begun.
    #[serde(
        default,
        deserialize_with = "lenient::instant",
        serialize_with = "zulu"
    )]
    pub begin_time: Option<Timestamp>,
    /// Ended.
    #[serde(
        default,
        deserialize_with = "lenient::instant",
        serialize_with = "zulu"
    )]
    pub end_time: Option<Timestamp>,
    /// What failed; nothing when nothing did.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        serialize_with = "text_or_null"
    )]
    pub error_code: String,
    /// Why.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        serialize_with = "text_or_null"
    )]
    pub fail_reason: String,
    /// What came of it, and how far it is.
    #[serde(default, deserialize_with = "lenient::object")]
    pub entities: JobEntities,
}

impl ImageJob {
    /// Whether there is nothing to wait for any more.
    pub fn is_over(&self) -> bool {
        matches!(self.status.as_str(), "SUCCESS" | "FAIL")
    }
}

/// What a job is about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JobEntities {
    /// The image, once it is there.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub image_id: String,
    /// Its name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub image_name: String,
    /// 0–100.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub process_percent: Option<i64>,
}

/// The service's times: `2026-03-14T09:26:53.589Z`.
fn zulu<S: serde::Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        // Cut after the milliseconds.
        Some(time) => serializer.collect_str(&format_args!("{:.23}Z", time.to_naive_text())),
        None => serializer.serialize_none(),
    }
}

fn seconds<S: serde::Serializer>(
    time: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.collect_str(&time.to_seconds_text()),
        None => serializer.serialize_none(),
    }
}

fn text_or_null<S: serde::Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if text.is_empty() {
        serializer.serialize_none()
    } else {
        serializer.serialize_str(text)
    }
}

/// `{"images": […]}` of both lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImagesAnswer {
    /// The page.
    #[serde(default, deserialize_with = "lenient::list")]
    pub images: Vec<Image>,
}

/// An image (6.3, 6.4): the members a backup console needs. All `__…` members are texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Image id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// `queued`, `saving`, `active`, `killed`, `deleted`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// Description.
    #[serde(rename = "__description", default, deserialize_with = "lenient::text")]
    pub description: String,
    /// GB a system disk needs at least.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub min_disk: Option<i64>,
    /// MB of memory a server needs at least.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub min_ram: Option<i64>,
    /// MB at most; text, empty for no limit.
    #[serde(default, deserialize_with = "lenient::text")]
    pub max_ram: String,
    /// Begun.
    #[serde(
        default,
        deserialize_with = "lenient::instant",
        serialize_with = "seconds"
    )]
    pub created_at: Option<Timestamp>,
    /// Changed.
    #[serde(
        default,
        deserialize_with = "lenient::instant",
        serialize_with = "seconds"
    )]
    pub updated_at: Option<Timestamp>,
    /// Project.
    #[serde(default, deserialize_with = "lenient::text")]
    pub owner: String,
    /// `private`, `public`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub visibility: String,
    /// `gold`, `private`, `shared`.
    #[serde(rename = "__imagetype", default, deserialize_with = "lenient::text")]
    pub kind: String,
    /// `true` for a server with all its disks.
    #[serde(rename = "__whole_image", default, deserialize_with = "lenient::text")]
    pub whole_image: String,
    /// The backup it was made from; none for the image of a system disk.
    #[serde(
        rename = "__backup_id",
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub backup_id: String,
    /// `Linux`, `Windows`.
    #[serde(rename = "__os_type", default, deserialize_with = "lenient::text")]
    pub os_type: String,
    /// `key.value` or plain text.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub tags: Vec<String>,
}

impl Image {
    /// Whether it holds a server with all its disks.
    pub fn is_whole(&self) -> bool {
        self.whole_image.eq_ignore_ascii_case("true")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_documented_job_reads_and_writes_as_it_is_printed() {
        let printed = json!({
            "job_id": "4010a32b5f909853015f90aaa24b0015",
            "job_type": "imsCreateWholeImageByBackupJob", "status": "SUCCESS",
            "begin_time": "2026-03-14T09:26:53.245Z", "end_time": "2026-03-14T09:27:00.399Z",
            "error_code": null, "fail_reason": null,
            "entities": {"image_name": "web01-golden", "image_id": "ea0d5dce-ddb2-4f6f-83e3-55da065347fd"},
        });
        let job: ImageJob = serde_json::from_value(printed.clone()).unwrap();
        assert!(job.is_over());
        assert_eq!(serde_json::to_value(&job).unwrap(), printed);
    }

    #[test]
    fn images_of_which_little_is_said_still_read() {
        let image: Image =
            serde_json::from_value(json!({"id": "i", "__whole_image": "true", "min_disk": "40"}))
                .unwrap();
        assert!(image.is_whole());
        assert_eq!(image.min_disk, Some(40));
        assert_eq!(image.tags, [""; 0]);
    }

    #[test]
    fn the_tags_of_an_image_are_texts() {
        let tags = |tags| -> Vec<String> {
            let image: Image = serde_json::from_value(json!({"id": "i", "tags": tags})).unwrap();
            image.tags
        };
        assert_eq!(tags(json!(["env.prod", "golden"])), ["env.prod", "golden"]);
        assert_eq!(tags(json!(["a", 7, null, {"key": "k"}])), ["a", "7"]);
        assert_eq!(tags(json!(null)), [""; 0]);
        assert_eq!(tags(json!({"a": "b"})), [""; 0]);
    }

    #[test]
    fn only_what_is_set_is_sent() {
        let request = WholeImageRequest::from_backup("b", "web01");
        assert_eq!(
            serde_json::to_value(&request).unwrap(),
            json!({"name": "web01", "backup_id": "b"})
        );
        assert_eq!(request.source(), "CSBS");
    }
}

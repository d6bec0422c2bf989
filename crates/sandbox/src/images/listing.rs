//! Looking at images: both lists and a single one, filtered and sorted in memory (they are few).

use contract::image::Image;
use contract::time::Timestamp;
use rusqlite::Row;

use crate::http::{Page, Pairs};
use crate::refusal::Outcome;
use crate::turn::Turn;

/// What a list is asked for (6.4).
#[derive(Clone, Debug)]
pub struct Question {
    /// Members that must be equal.
    equal: Vec<(Member, String)>,
    created: Vec<Bound>,
    updated: Vec<Bound>,
    sort: Member,
    descending: bool,
    /// Which page.
    pub page: Page,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Id,
    Name,
    Status,
    Owner,
    Kind,
    Whole,
    Visibility,
    Backup,
    CreatedAt,
    UpdatedAt,
}

impl Member {
    /// Filters by equality, and what they look at.
    const EQUAL: [(&'static str, Self); 8] = [
        ("id", Self::Id),
        ("name", Self::Name),
        ("status", Self::Status),
        ("owner", Self::Owner),
        ("__imagetype", Self::Kind),
        ("__whole_image", Self::Whole),
        ("visibility", Self::Visibility),
        ("__backup_id", Self::Backup),
    ];
    /// What a list can be sorted by.
    const SORT: [(&'static str, Self); 5] = [
        ("created_at", Self::CreatedAt),
        ("updated_at", Self::UpdatedAt),
        ("name", Self::Name),
        ("status", Self::Status),
        ("id", Self::Id),
    ];

    fn of(self, image: &Image) -> String {
        let time = |at: Option<Timestamp>| at.map_or(String::new(), Timestamp::to_naive_text);
        match self {
            Self::Id => image.id.clone(),
            Self::Name => image.name.clone(),
            Self::Status => image.status.clone(),
            Self::Owner => image.owner.clone(),
            Self::Kind => image.kind.clone(),
            Self::Whole => image.whole_image.clone(),
            Self::Visibility => image.visibility.clone(),
            Self::Backup => image.backup_id.clone(),
            Self::CreatedAt => time(image.created_at),
            Self::UpdatedAt => time(image.updated_at),
        }
    }
}

/// `gte:2026-01-01T00:00:00Z`.
#[derive(Clone, Debug)]
struct Bound {
    operator: String,
    at: Timestamp,
}

impl Bound {
    fn read(name: &str, text: &str) -> Result<Self, String> {
        let wrong = || format!("`{name}` must be such as gte:2026-01-01T00:00:00Z.");
        let (operator, instant) = match text.split_once(':') {
            Some((word @ ("gt" | "gte" | "lt" | "lte" | "eq" | "neq"), rest)) => (word, rest),
            _ => ("eq", text),
        };
        let at = Timestamp::parse(instant).ok_or_else(wrong)?;
        Ok(Self {
            operator: operator.to_owned(),
            at,
        })
    }

    fn holds(&self, at: Option<Timestamp>) -> bool {
        // The service shows and compares whole seconds.
        let (left, right) = (at.unwrap_or_default().seconds(), self.at.seconds());
        match self.operator.as_str() {
            "gt" => left > right,
            "gte" => left >= right,
            "lt" => left < right,
            "lte" => left <= right,
            "neq" => left != right,
            _ => left == right,
        }
    }
}

impl Question {
    /// Reads the query of either list; unknown filters are ignored, as the services do.
    pub fn read(query: &Pairs, default_limit: usize) -> Result<Self, String> {
        let equal = Member::EQUAL
            .iter()
            .filter_map(|(name, member)| Some((*member, query.filled(name)?.to_owned())))
            .collect();
        let bounds = |name: &str| {
            query
                .all(name)
                .filter(|text| !text.is_empty())
                .map(|text| Bound::read(name, text))
                .collect::<Result<Vec<_>, _>>()
        };
        let sort = match query.filled("sort_key") {
            None => Member::CreatedAt,
            Some(word) => Member::SORT
                .iter()
                .find(|(name, _)| *name == word)
                .map(|(_, member)| *member)
                .ok_or("`sort_key` must be created_at, updated_at, name, status or id.")?,
        };
        let descending = match query.filled("sort_dir").unwrap_or("desc") {
            "desc" => true,
            "asc" => false,
            _ => return Err("`sort_dir` must be asc or desc.".to_owned()),
        };
        Ok(Self {
            equal,
            created: bounds("created_at")?,
            updated: bounds("updated_at")?,
            sort,
            descending,
            page: Page::read(query, default_limit, 1000)?,
        })
    }

    fn finds(&self, image: &Image) -> bool {
        self.equal
            .iter()
            .all(|(member, text)| member.of(image) == *text)
            && self
                .created
                .iter()
                .all(|bound| bound.holds(image.created_at))
            && self
                .updated
                .iter()
                .all(|bound| bound.holds(image.updated_at))
    }
}

const COLUMNS: &str =
    "id, name, description, status, min_disk_gb, min_ram_mb, max_ram_mb, created_at, updated_at,
     backup_id, os_type, tags";

fn read(row: &Row<'_>, project_id: &str, now: Timestamp) -> Outcome<Image> {
    let created = Timestamp::from_micros(row.get(7)?);
    let status: String = row.get(3)?;
    // Only the image of a system disk is made from no backup.
    let backup_id: String = row.get(9)?;
    let queued = status == "saving" && now < created.plus_seconds(5);
    Ok(Image {
        id: row.get(0)?,
        name: row.get(1)?,
        description: row.get(2)?,
        status: if queued { "queued".to_owned() } else { status },
        min_disk: row.get(4)?,
        min_ram: row.get(5)?,
        max_ram: row
            .get::<_, Option<i64>>(6)?
            .map_or(String::new(), |mb| mb.to_string()),
        created_at: Some(created),
        updated_at: Some(Timestamp::from_micros(row.get(8)?)),
        owner: project_id.to_owned(),
        visibility: "private".to_owned(),
        kind: "private".to_owned(),
        whole_image: if backup_id.is_empty() {
            "false"
        } else {
            "true"
        }
        .to_owned(),
        backup_id,
        os_type: row.get(10)?,
        tags: serde_json::from_str(row.get_ref(11)?.as_str().unwrap_or("[]"))?,
    })
}

/// Every image of the project that is not deleted, newest first.
pub fn all(turn: &Turn<'_>, project_id: &str) -> Outcome<Vec<Image>> {
    let tenant = turn.tenant(project_id)?;
    let mut query = turn.db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM images WHERE project = ?1 AND status <> 'deleted' ORDER BY created_at DESC, no DESC"
    ))?;
    let mut rows = query.query([tenant])?;
    let mut images = Vec::new();
    while let Some(row) = rows.next()? {
        images.push(read(row, project_id, turn.now)?);
    }
    Ok(images)
}

/// A page of images and whether more follows; `None` for an unknown marker.
pub fn list(
    turn: &Turn<'_>,
    project_id: &str,
    question: &Question,
) -> Outcome<Option<(Vec<Image>, bool)>> {
    let mut images = all(turn, project_id)?;
    images.sort_by(|a, b| {
        let order = question.sort.of(a).cmp(&question.sort.of(b));
        if question.descending {
            order.reverse()
        } else {
            order
        }
    });
    let ids = images
        .iter()
        .map(|image| (image.id.clone(), question.finds(image)))
        .collect();
    let Some(part) = question.page.cut(ids) else {
        return Ok(None);
    };
    images.retain(|image| part.ids.contains(&image.id));
    Ok(Some((images, part.more)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(query: &str) -> Result<bool, String> {
        let image = Image {
            id: "i".to_owned(),
            name: "web01 golden".to_owned(),
            whole_image: "true".to_owned(),
            created_at: Timestamp::parse("2026-03-14T09:26:53.589Z"),
            ..Image::default()
        };
        Ok(Question::read(&Pairs::parse(query), 25)?.finds(&image))
    }

    #[test]
    fn images_are_found_by_exact_members_and_by_time() {
        for query in [
            "",
            "name=web01+golden&__whole_image=true",
            "created_at=gte:2026-03-14T09:26:53Z",
            "created_at=gt:2026-03-14T09:26:52Z&created_at=lt:2026-03-14T09:26:54Z",
            "created_at=2026-03-14T09:26:53Z",
            "unknown=x",
        ] {
            assert_eq!(finds(query), Ok(true), "{query}");
        }
        for query in [
            "name=web01",
            "__whole_image=false",
            "created_at=lt:2026-03-14T09:26:53Z",
        ] {
            assert_eq!(finds(query), Ok(false), "{query}");
        }
        for query in [
            "created_at=gte:then",
            "sort_key=size",
            "sort_dir=up",
            "limit=x",
        ] {
            assert!(finds(query).is_err(), "{query}");
        }
    }
}

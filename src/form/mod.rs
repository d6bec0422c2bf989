//! Forms: fields whose label, hint and message belong to their input, a summary of problems that
//! takes the focus, sending exactly once, and the request behind it on demand.

mod controls;
mod field;
mod kept;
mod request;
mod submit;
mod summary;

pub use controls::{Checkbox, NumberInput, Select, SelectOption, TextArea, TextInput};
pub use field::{Field, FieldControl, use_field};
pub use kept::EntriesBack;
pub use request::ShowRequest;
pub use submit::{Submission, SubmitState};
pub use summary::{ErrorSummary, Problem, Problems};

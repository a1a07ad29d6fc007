//! Rules of the group `manifest`.

pub mod duplicate_id;
pub mod duplicate_reference;
pub mod invalid_path;
pub mod invalid_value;
pub mod syntax;
pub mod unknown_field;
pub mod unknown_reference;

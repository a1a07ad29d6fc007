//! Rules of the group `environments`.

//! Rules of the group `gates`.

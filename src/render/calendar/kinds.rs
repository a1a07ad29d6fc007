//! How each kind of event looks.

use crate::report::calendar::EventKind;

/// What stands for a kind.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    symbol: char,
    letter: char,
    bar: char,
    plain_bar: char,
    /// The ANSI code of its symbol.
    pub ink: &'static str,
    /// The ANSI code of its bar: text on a ground.
    pub block: &'static str,
    /// What is shown first where there is not room for all: the smallest.
    pub rank: u8,
}

impl Look {
    const fn new(
        (symbol, letter): (char, char),
        (bar, plain_bar): (char, char),
        (ink, block): (&'static str, &'static str),
        rank: u8,
    ) -> Self {
        Self { symbol, letter, bar, plain_bar, ink, block, rank }
    }

    /// The character that marks it.
    pub const fn symbol(self, unicode: bool) -> char {
        if unicode { self.symbol } else { self.letter }
    }

    /// The character its bars are drawn with.
    pub const fn bar(self, unicode: bool) -> char {
        if unicode { self.bar } else { self.plain_bar }
    }
}

const BLUE: (&str, &str) = ("34", "97;44");
const GREEN: (&str, &str) = ("32", "30;42");
const CYAN: (&str, &str) = ("36", "30;46");
const RED: (&str, &str) = ("1;31", "97;41");
const MAGENTA: (&str, &str) = ("35", "97;45");
const YELLOW: (&str, &str) = ("33", "30;43");
const GREY: (&str, &str) = ("90", "97;100");

/// The look of a kind.
pub const fn look(kind: EventKind) -> Look {
    match kind {
        EventKind::Freeze => Look::new(('▒', 'F'), ('▒', '#'), CYAN, 0),
        EventKind::Outage => Look::new(('✗', 'X'), ('╳', 'x'), RED, 1),
        EventKind::Target => Look::new(('▲', '^'), ('▲', '^'), RED, 2),
        EventKind::Deployment => Look::new(('●', 'D'), ('━', '='), GREEN, 3),
        EventKind::Wave => Look::new(('◐', 'W'), ('━', '='), GREEN, 4),
        EventKind::Phase => Look::new(('■', 'P'), ('━', '='), BLUE, 5),
        EventKind::Gate => Look::new(('◇', 'G'), ('◇', 'G'), YELLOW, 6),
        EventKind::Rehearsal => Look::new(('○', 'R'), ('─', '-'), GREEN, 7),
        EventKind::Booking => Look::new(('□', 'B'), ('═', '='), GREY, 8),
        EventKind::Milestone => Look::new(('◆', '*'), ('◆', '*'), MAGENTA, 9),
        EventKind::CodeFreeze => Look::new(('≡', 'Z'), ('≡', 'Z'), CYAN, 10),
        EventKind::BranchCut => Look::new(('┬', 'Y'), ('┬', 'Y'), CYAN, 11),
        EventKind::Maintenance => Look::new(('~', '~'), ('~', '~'), MAGENTA, 12),
        EventKind::Train => Look::new(('»', '>'), ('»', '>'), MAGENTA, 13),
        EventKind::Change => Look::new(('±', 'C'), ('─', '-'), GREY, 14),
        EventKind::Hypercare => Look::new(('+', '+'), ('┄', '.'), YELLOW, 15),
        EventKind::Training => Look::new(('§', 'T'), ('─', '-'), BLUE, 16),
        EventKind::Communication => Look::new(('@', '@'), ('─', '-'), BLUE, 17),
    }
}

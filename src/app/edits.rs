//! Changes by hand, to be taken back and done again.

use std::collections::VecDeque;

use crate::study::Edit;

/// Which way a change goes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Way {
    /// A new change.
    Do(Edit),
    Undo,
    Redo,
}

/// What was changed, latest last. One change at a time is carried out; what is asked for meanwhile waits.
#[derive(Debug, Default)]
pub struct Edits {
    undo: Vec<Edit>,
    redo: Vec<Edit>,
    under_way: Option<Way>,
    waiting: VecDeque<Way>,
}

impl Edits {
    /// Whether there is something to take back.
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Whether there is something to do again.
    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// Asks for a change; one that waits already, or is being made, is not made twice.
    pub(super) fn want(&mut self, way: Way) {
        let latest = self.waiting.back().or(self.under_way.as_ref());
        if !matches!(way, Way::Do(_)) || latest != Some(&way) {
            self.waiting.push_back(way);
        }
    }

    /// Forgets all changes: what they were about is gone.
    pub(super) fn forget(&mut self) {
        self.undo.clear();
        self.redo.clear();
    }

    /// The change to carry out now, if it is any one's turn.
    pub(super) fn next(&mut self) -> Option<Edit> {
        while self.under_way.is_none() {
            let way = self.waiting.pop_front()?;
            let edit = match &way {
                Way::Do(edit) => Some(edit.clone()),
                Way::Undo => self.undo.pop(),
                Way::Redo => self.redo.pop(),
            };
            if edit.is_some() {
                self.under_way = Some(way);
                return edit;
            }
        }
        None
    }

    /// Notes how the change under way ended: with what takes it back, or with nothing changed. Whether it can be taken
    /// back now.
    pub(super) fn ended(&mut self, back: Option<Edit>) -> bool {
        let way = self.under_way.take();
        match (way, back) {
            (Some(Way::Do(edit)), Some(back)) => {
                // What was so already needs no taking back.
                if edit != back {
                    self.undo.push(back);
                    self.redo.clear();
                }
                true
            }
            (Some(Way::Redo), Some(back)) => {
                self.undo.push(back);
                true
            }
            (Some(Way::Undo), Some(back)) => {
                self.redo.push(back);
                false
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::RunId;

    fn star(starred: bool) -> Edit {
        Edit::StarRun { run: RunId(1), starred }
    }

    #[test]
    fn what_changes_nothing_is_not_taken_back() {
        let mut edits = Edits::default();
        edits.want(Way::Do(star(true)));
        edits.want(Way::Do(star(true)));
        assert_eq!(edits.next(), Some(star(true)));
        edits.ended(Some(star(false)));
        assert_eq!(edits.next(), None, "it was asked for twice");
        edits.want(Way::Do(star(true)));
        edits.next();
        edits.ended(Some(star(true)));
        edits.want(Way::Undo);
        assert_eq!(edits.next(), Some(star(false)));
    }

    #[test]
    fn one_at_a_time_in_order() {
        let mut edits = Edits::default();
        edits.want(Way::Undo);
        edits.want(Way::Do(star(true)));
        edits.want(Way::Undo);
        assert_eq!(edits.next(), Some(star(true)), "there was nothing to take back");
        assert_eq!(edits.next(), None, "one is under way");
        assert!(edits.ended(Some(star(false))));
        assert_eq!(edits.next(), Some(star(false)));
        assert!(!edits.ended(Some(star(true))));
        assert!(edits.can_redo() && !edits.can_undo());
        edits.want(Way::Do(star(false)));
        edits.next();
        assert!(!edits.ended(None), "it failed");
        assert!(edits.can_redo(), "nothing has changed");
    }
}

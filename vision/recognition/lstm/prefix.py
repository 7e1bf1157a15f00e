"""The start of a reading, as the beam search keeps it."""

from vision.recognition.lstm.charset import Spelling
from vision.recognition.lstm.dawg_lexicon import State


class Prefix:
    """The start of a reading: one class after its `parent`, as a tree that the search grows.

    `number` is the class, emitted first at step `time`; `starts` says whether it begins a new
    character. `place` is where the character stands in the trie of codes. `before` and `after` are
    the lexicon's states around that character, None where no listed word begins so. `bound` is the
    cost that no step of its last word may exceed if that is to be listed; -1 where it is not.
    """

    __slots__ = (
        "after", "before", "bound", "is_listed", "number", "parent", "place", "starts", "time",
    )  # fmt: skip

    def __init__(
        self,
        parent: "Prefix | None",
        number: int,
        starts: bool,
        time: int,
        place: Spelling,
        before: State | None,
        after: State | None,
        bound: float,
    ) -> None:
        self.parent = parent
        self.number = number
        self.starts = starts
        self.time = time
        self.place = place
        self.before = before
        self.after = after
        self.bound = bound
        self.is_listed: bool | None = None  # not looked up yet

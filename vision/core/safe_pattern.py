"""Regular expressions of strangers, matched in time linear in the text.

Python's own engine backtracks, so a short pattern can keep it busy for hours. Here a pattern is
parsed by Python, refused where it needs backtracking (references, look-around), and simulated as a
nondeterministic automaton: Thompson, "Regular expression search algorithm", CACM 11(6), 1968.
"""

import re
import re._constants as sre  # type: ignore[import-not-found]
import re._parser as sre_parser  # type: ignore[import-not-found]
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

MOST_CHARACTERS = 200
_MOST_STATES = 250  # `(a{1,1000}){1,1000}` would have a million
_MOST_DEPTH = 20

_Test = Callable[[str], bool]
_CATEGORIES: dict[Any, _Test] = {
    sre.CATEGORY_DIGIT: str.isdecimal,
    sre.CATEGORY_NOT_DIGIT: lambda each: not each.isdecimal(),
    sre.CATEGORY_SPACE: str.isspace,
    sre.CATEGORY_NOT_SPACE: lambda each: not each.isspace(),
    sre.CATEGORY_WORD: lambda each: each.isalnum() or each == "_",
    sre.CATEGORY_NOT_WORD: lambda each: not (each.isalnum() or each == "_"),
}
_STARTS = (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING)
_ENDS = (sre.AT_END, sre.AT_END_STRING)
_BOUNDARIES = (sre.AT_BOUNDARY, sre.AT_NON_BOUNDARY)


class UnsafePattern(ValueError):  # noqa: N818 - as the other errors of callers
    """A pattern that is no regular expression, or needs more than bounded time and memory."""


@dataclass(slots=True)
class _State:
    """A step: a character that `test` accepts, or an assertion `at`, or nothing; then `after`."""

    test: _Test | None = None
    at: Any = None
    after: tuple[int, ...] = ()


class SafePattern:
    """A pattern of at most 200 characters; raises UnsafePattern where it cannot be used."""

    def __init__(self, pattern: str) -> None:
        if len(pattern) > MOST_CHARACTERS:
            raise UnsafePattern(f"a pattern of at most {MOST_CHARACTERS} characters")
        try:
            parsed = sre_parser.parse(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            raise UnsafePattern(f"a regular expression ({error})") from error
        self._states: list[_State] = [_State()]  # the first one accepts
        self._ignore_case = bool(parsed.state.flags & re.IGNORECASE)
        self._start = self._sequence(parsed, 0, _MOST_DEPTH)

    @property
    def states(self) -> int:
        """How many states the automaton has: the most steps for each character of a text."""
        return len(self._states)

    def search(self, text: str) -> tuple[int, int] | None:
        """The leftmost place, and there the longest, where the pattern matches.

        All beginnings are followed at a time, each state with the earliest that leads to it.
        """
        best: tuple[int, int] | None = None
        current: dict[int, int] = {}
        for at in range(len(text) + 1):
            if best is None:
                current.setdefault(self._start, at)
            current = self._reach(current, text, at)
            if 0 in current and (best is None or current[0] <= best[0]):
                best = current[0], at
            if best is not None:
                current = {state: start for state, start in current.items() if start <= best[0]}
            if at == len(text) or (best is not None and not current):
                break
            current = self._step(current, text[at])
        return best

    def _step(self, current: dict[int, int], character: str) -> dict[int, int]:
        """The states behind a character."""
        moved: dict[int, int] = {}
        for number, start in current.items():
            state = self._states[number]
            if state.test is not None and state.test(character):
                for after in state.after:
                    moved[after] = min(start, moved.get(after, start))
        return moved

    def _reach(self, current: dict[int, int], text: str, at: int) -> dict[int, int]:
        """These states and those that they lead to without taking a character."""
        found: dict[int, int] = {}
        for first, start in sorted(current.items(), key=lambda pair: pair[1]):
            waiting = [first]
            while waiting:
                number = waiting.pop()
                state = self._states[number]
                if number not in found and _holds(state.at, text, at):
                    found[number] = start
                    waiting += state.after if state.test is None else ()
        return found

    def _add(self, state: _State) -> int:
        if len(self._states) >= _MOST_STATES:
            raise UnsafePattern("a pattern with fewer and smaller repetitions")
        self._states.append(state)
        return len(self._states) - 1

    def _sequence(self, items: Sequence[tuple[Any, Any]], after: int, depth: int) -> int:
        if depth == 0:
            raise UnsafePattern("a pattern that is nested less deep")
        for code, value in reversed(list(items)):
            after = self._item(code, value, after, depth)
        return after

    def _item(self, code: Any, value: Any, after: int, depth: int) -> int:
        """The state that begins this part and goes on to `after`."""
        if code is sre.AT and value in (*_STARTS, *_ENDS, *_BOUNDARIES):
            return self._add(_State(at=value, after=(after,)))
        if code is sre.SUBPATTERN and not value[1] and not value[2]:
            return self._sequence(value[3], after, depth - 1)
        if code is sre.BRANCH:
            starts = [self._sequence(branch, after, depth - 1) for branch in value[1]]
            return self._add(_State(after=tuple(starts)))
        if code in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            least, most, items = value
            return self._repeat(least, most, items, after, depth)
        test = _test_of(code, value, ignore_case=self._ignore_case)
        return self._add(_State(test, after=(after,)))

    def _repeat(self, least: int, most: Any, items: Any, after: int, depth: int) -> int:
        if most is sre.MAXREPEAT:
            loop = self._add(_State())
            body = self._sequence(items, loop, depth - 1)
            self._states[loop].after = (body, after)
            after = loop
        else:
            for _ in range(most - least):
                body = self._sequence(items, after, depth - 1)
                after = self._add(_State(after=(body, after)))
        for _ in range(least):
            after = self._sequence(items, after, depth - 1)
        return after


def _test_of(code: Any, value: Any, *, ignore_case: bool) -> _Test:
    if code is sre.ANY:
        return lambda each: each != "\n"
    if code is sre.LITERAL:
        return _either_case(lambda each: ord(each) == value, ignore_case=ignore_case)
    if code is sre.NOT_LITERAL:
        return lambda each: ord(each) != value
    if code is sre.IN:
        return _either_case(_set_of(value), ignore_case=ignore_case)
    raise UnsafePattern(f"a pattern without {str(code).lower().replace('_', ' ')}")


def _set_of(members: Sequence[tuple[Any, Any]]) -> _Test:
    negated = bool(members) and members[0][0] is sre.NEGATE
    tests = [_member(code, value) for code, value in members if code is not sre.NEGATE]
    return lambda each: any(test(each) for test in tests) != negated


def _member(code: Any, value: Any) -> _Test:
    if code is sre.LITERAL:
        return lambda each: ord(each) == value
    if code is sre.RANGE:
        return lambda each: value[0] <= ord(each) <= value[1]
    if code is sre.CATEGORY and value in _CATEGORIES:
        return _CATEGORIES[value]
    raise UnsafePattern("a pattern with plain sets of characters")


def _either_case(test: _Test, *, ignore_case: bool) -> _Test:
    if not ignore_case:
        return test
    return lambda each: test(each) or test(each.swapcase()[:1])


def _holds(assertion: Any, text: str, at: int) -> bool:
    if assertion is None:
        return True
    if assertion in _STARTS:
        return at == 0
    if assertion in _ENDS:
        return at == len(text)
    before = at > 0 and _CATEGORIES[sre.CATEGORY_WORD](text[at - 1])
    behind = at < len(text) and _CATEGORIES[sre.CATEGORY_WORD](text[at])
    return (before != behind) == (assertion is sre.AT_BOUNDARY)

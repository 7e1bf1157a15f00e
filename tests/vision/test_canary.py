import pytest

from vision.canary import CANARY_LINES, draw_canary, run_canary
from vision.core.document import ModelUse
from vision.core.errors import EngineFailure
from vision.core.stages import NEVER, FoundLine, FoundLines, LineReading


class Finder:
    """Knows where the canary's lines stand, and gives the lower one first."""

    name = "drawn"

    def find(self, image, languages, letters=None):
        quads = [((40, y), (600, y), (600, y + 50), (40, y + 50)) for y in (125, 45)]
        return FoundLines(tuple(map(FoundLine, quads)), self.name, self.models())

    def models(self):
        return (ModelUse("lines", "1", "aa", "CPUExecutionProvider"),)


class Reader:
    """Reads what it is told to, whatever the crops show, if they show any ink."""

    name = "told"

    def __init__(self, lines):
        self.lines = lines

    def recognise(self, crops, reread=NEVER):
        assert all(crop.pixels.min() == 0 for crop in crops)
        return [LineReading(line, 1.0) for line in self.lines]

    def models(self, languages):
        return (ModelUse("text", "1", "bb", "native"),)

    def languages(self):
        return ("eng",)


class Slow:
    """A clock that only stages advance; the first reading takes ten times as long."""

    def __init__(self):
        self.now = 0.0
        self.calls = 0

    def perf_counter(self):
        return self.now

    def taking(self, seconds, work):
        def slow_work(*arguments):
            self.calls += 1
            self.now += seconds * (10 if self.calls <= 2 else 1)
            return work(*arguments)

        return slow_work


def test_a_canary_that_reads_right_reports_the_second_reading_stage_by_stage(monkeypatch):
    clock, finder, reader = Slow(), Finder(), Reader(CANARY_LINES)
    monkeypatch.setattr("vision.canary.time", clock)
    monkeypatch.setattr(finder, "find", clock.taking(0.25, finder.find))
    monkeypatch.setattr(reader, "recognise", clock.taking(0.5, reader.recognise))
    report = run_canary(finder, reader)
    assert report.stage_ms == pytest.approx({"detect": 0, "find": 250, "recognise": 500})
    assert [use.name for use in report.models] == ["lines", "text"]


def test_a_canary_that_reads_wrong_is_an_engine_failure_that_shows_both_texts():
    with pytest.raises(EngineFailure, match="Invoice 2071") as failure:
        run_canary(Finder(), Reader(("Total amount due", "lnvoice 207l")))
    assert failure.value.code == "canary_failed"
    assert "lnvoice" in failure.value.message


def test_a_model_on_another_provider_than_asked_for_is_named():
    with pytest.raises(EngineFailure, match="lines runs on CPUExecutionProvider") as failure:
        run_canary(Finder(), Reader(CANARY_LINES), device="cuda")
    assert failure.value.code == "provider_missing"
    assert run_canary(Finder(), Reader(CANARY_LINES), device="cpu").models


def test_the_page_has_ink_on_every_line():
    page = draw_canary()
    assert page[45:95].min() == 0
    assert page[125:175].min() == 0
    assert page[:40].min() == 255

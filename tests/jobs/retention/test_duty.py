from jobs.ledger import Ledger
from jobs.retention.duty import HELD_S, Duty
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledgers import at_once


def duty(ledger: Ledger, holder: str, name: str = "retention") -> Duty:
    return Duty(ledger.database, ledger.clock, name, holder)


def test_of_many_processes_one_has_the_duty(ledger: Ledger) -> None:
    taken = at_once(lambda number: duty(ledger, f"w{number}").take(), 4)
    assert sum(taken) == 1


def test_a_duty_is_kept_while_it_is_taken_again_and_passes_on_when_not(
    ledger: Ledger, clock: ManualClock
) -> None:
    first, second = duty(ledger, "first"), duty(ledger, "second")
    assert first.take()
    clock.advance(seconds=HELD_S - 1)
    assert not second.take()
    assert first.take()
    clock.advance(seconds=HELD_S - 1)
    assert not second.take()
    clock.advance(seconds=1)
    assert second.take()
    assert not first.take()


def test_a_duty_that_is_given_up_is_free_and_only_its_holder_can_do_that(ledger: Ledger) -> None:
    first, second = duty(ledger, "first"), duty(ledger, "second")
    assert first.take()
    second.give_up()
    assert not second.take()
    first.give_up()
    assert second.take()


def test_duties_are_apart(ledger: Ledger) -> None:
    assert duty(ledger, "first").take()
    assert duty(ledger, "second", "another").take()

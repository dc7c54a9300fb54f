"""Which temporary changes are in effect is read anew each time, and what is known of each only once."""

from datetime import timedelta

from sqlalchemy import event

from bot.journal.journal import Journal
from bot.journal.models import FollowUp, Reschedule, State
from bot.journal.temporary import TemporaryChange
from bot.messages.request import Source
from tests.journal.making import JournalHarness, make_request


def make_temporary(harness: JournalHarness, group: str, hours: int, user: str = "U1") -> TemporaryChange:
    """Makes a temporary change of a group, which ends after some hours."""
    number = harness.accept(group, user=user)
    changes = [{"target": {"id": f"id of {group}", "name": group}, "before": None, "after": None}]
    entry = harness.journal.checkpoint(harness.claim(), plan={"changes": changes})
    request = make_request(f"end of {number}", user=user).model_copy(update={"source": Source.CLOCK})
    at = harness.clock() + timedelta(hours=hours)
    follow_up = FollowUp(request=request, operations=[{}], run_at=at, due_at=at)
    harness.journal.mark_notified(harness.journal.end(entry, State.DONE, {}, follow_up=follow_up))
    (end,) = harness.journal.entries_about(number)
    return TemporaryChange(end.id, number, user, frozenset({group.lower()}))


def test_they_come_in_the_order_of_their_ends_until_they_end(harness: JournalHarness) -> None:
    late, early = make_temporary(harness, "Sales", 5), make_temporary(harness, "Support", 2, user="U2")
    assert harness.journal.temporary_changes() == [early, late]
    harness.clock.move(hours=3)
    harness.journal.end(harness.claim(), State.DONE, {})
    assert harness.journal.temporary_changes() == [late], "its end was made, and is still to be told"


def test_one_whose_end_was_moved_has_another_place_at_once(harness: JournalHarness) -> None:
    first, second = make_temporary(harness, "Sales", 2), make_temporary(harness, "Support", 5)
    assert harness.journal.temporary_changes() == [first, second]
    harness.accept("control")
    end, then = harness.journal.get(first.end), harness.clock() + timedelta(hours=9)
    moved = Reschedule(id=first.end, expected_run_at=end.run_at, run_at=then, due_at=then)
    harness.journal.end(harness.claim(), State.DONE, {}, shifts=[moved])
    assert harness.journal.temporary_changes() == [second, first]


def test_what_is_about_a_change_otherwise_is_none(harness: JournalHarness) -> None:
    temporary = make_temporary(harness, "Sales", 2)
    harness.accept("Sales")
    harness.journal.checkpoint(harness.claim(), about=temporary.number)
    assert harness.journal.temporary_changes() == [temporary]
    assert harness.journal.temporary_changes() == [temporary]


def test_what_another_replica_makes_is_seen_at_once(harness: JournalHarness) -> None:
    if harness.journal.database.exclusive:
        return
    other = Journal(harness.address, now=harness.clock)
    first = make_temporary(harness, "Sales", 2)
    assert other.temporary_changes() == [first]
    second = make_temporary(harness, "Support", 1)
    assert other.temporary_changes() == [second, first]
    other.close()


def test_however_many_there_are_they_are_read_by_one_statement_once_they_are_known(harness: JournalHarness) -> None:
    made = [make_temporary(harness, f"Group {number}", number) for number in range(1, 6)]
    assert len(_tables_read(harness)) > 1
    assert len(_tables_read(harness)) == 1
    made.append(make_temporary(harness, "Group 6", 6))
    assert len(_tables_read(harness)) == 3, "the ends, and of the new one the change and its groups"
    assert harness.journal.temporary_changes() == made


def _tables_read(harness: JournalHarness) -> list[str]:
    """Returns the statements that read which temporary changes there are."""
    seen = list[str]()

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if "FROM entries" in statement or "FROM changed_targets" in statement:
            seen.append(statement)

    engine = harness.journal.database.engine
    event.listen(engine, "before_cursor_execute", note)
    harness.journal.temporary_changes()
    event.remove(engine, "before_cursor_execute", note)
    return seen

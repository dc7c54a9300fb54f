"""Cards of what is decided about a change, and about Park itself: extended, kept, cancelled, approved, paused ..."""

from bot.texts.english.wording import NOTHING_CHANGED, change_number, count

CANCELLED, KEPT = "cancelled", "stays until somebody changes it"
"""What a time becomes."""
ENDS, STARTS = "Ends", "Starts"
"""Labels of the times."""
RESUME = "Resume"
NO_REASON = "none given"
OVER = "is no longer in effect"
NOTHING_AGAIN = f"There is no change of yours here to make again. Type the change that you want. {NOTHING_CHANGED}"


def extended(number: int) -> str:
    """A temporary change with another end."""
    return f"{change_number(number)} has a new end"


def kept(number: int) -> str:
    """A temporary change that became permanent."""
    return f"{change_number(number)} is permanent now"


def not_begun(number: int) -> str:
    """A change that can't be kept or extended, because it is still to come."""
    return f"{change_number(number)} has not begun, so its end can't be moved. {NOTHING_CHANGED}"


def pending_otherwise(name: str) -> str:
    """A group of which something is pending, but nothing that was meant."""
    return f"Nothing that is pending for “{name}” can be changed like this. {NOTHING_CHANGED}"


def nothing_temporary(name: str | None) -> str:
    """Nothing that could be ended.

    Args:
        name: of a group or the server; None for the reader's own changes in the channel.
    """
    of = f"of “{name}”" if name else "of yours here"
    return f"Nothing {of} is temporary now. {NOTHING_CHANGED}"


def no_last_change(name: str | None) -> str:
    """Nothing that could be undone in place of an end."""
    of = f"of “{name}”" if name else "of yours here"
    return f"No change {of} is in effect, as far as Park knows, so there is none to undo either."


def several_temporary(name: str | None, number: int) -> str:
    of = f"of “{name}”" if name else "of yours here"
    return f"{count(number, 'change')} {of} are temporary. Which one is to end? {NOTHING_CHANGED}"


def last_change(number: int, line: str) -> str:
    return f"The last change is {change_number(number)}: {line}"


def end_number(number: int) -> str:
    return f"End {change_number(number)}"


def undo_number(number: int) -> str:
    return f"Undo {change_number(number)}"


def changed_no_setting(number: int) -> str:
    """What can't be undone, because it was a decision about a change, or about Park."""
    return f"{change_number(number)} changed no setting on the PBX, so there is nothing to undo. {NOTHING_CHANGED}"


def lasts(number: int, until: str) -> str:
    """A temporary change as of now."""
    return f"{change_number(number)} is in effect until {until}."


def stays(number: int) -> str:
    """A change in effect as of now that has no end."""
    return f"{change_number(number)} stays until somebody changes it."


def begins(number: int, at: str) -> str:
    """A scheduled change as of now."""
    return f"{change_number(number)} begins {at}."


def waits(number: int) -> str:
    """A change as of now that needs an approval."""
    return f"{change_number(number)} is waiting for approval."


def is_over(number: int, became: str) -> str:
    """A change as of now that is not in effect, and what became of it."""
    return f"{change_number(number)} {became}."


def schedule_begins(number: int, at: str) -> str:
    """A schedule as of now; the time is empty where none is known."""
    return f"Schedule {change_number(number)} is active{f', next {at}' if at else ''}."


def schedule_paused(number: int) -> str:
    """A paused schedule."""
    return f"Schedule {change_number(number)} is paused."


def schedule_ended(number: int) -> str:
    """A schedule that was deleted, or whose last time is over."""
    return f"Schedule {change_number(number)} has ended."


def half_ended(number: int) -> str:
    """The end of a temporary change can't be moved, because a part of the change has ended."""
    return f"{change_number(number)} is about to end, and a part of it has ended already. {NOTHING_CHANGED}"


def rest_will_end(button: str) -> str:
    """What becomes of the rest, and what a button does."""
    return f"Park ends the rest as soon as the PBX lets it. {button} makes the whole change again, as you asked now."


def started_early(number: int) -> str:
    """A scheduled change that starts now."""
    return f"{change_number(number)} starts now"


def cancelled(number: int) -> str:
    """A scheduled change that will not be made."""
    return f"{change_number(number)} is cancelled"


def withdrawn(number: int) -> str:
    """A request for approval that its requester gave up."""
    return f"{change_number(number)}: the request for approval was withdrawn"


def approved(number: int) -> str:
    """A change that is approved."""
    return f"{change_number(number)} is approved"


def partly_approved(number: int) -> str:
    """A change that needs more approvals."""
    return f"{change_number(number)} has one more approval, and still needs others"


def rejected(number: int) -> str:
    """A change that an approver rejected."""
    return f"{change_number(number)} is rejected"


def paused(until: str | None) -> str:
    """Park makes no changes for some time."""
    return f"Park is paused until {until}" if until else "Park is paused until somebody resumes it"


RESUMED = "Park makes changes again"
RUNS = "Park isn't paused."
PAUSE_ENDED = "The pause is over: Park makes changes again."
SIGNS_IN_AGAIN = "Park signs in to the PBX again"
SIGNS_IN_WHERE_REJECTED = "Park wasn't paused. If the PBX has rejected Park's sign-in, Park signs in again"
"""Several replicas of Park run, and each knows of its own sign-in only."""
NOT_PAUSED = f"Park isn't paused. {NOTHING_CHANGED}"

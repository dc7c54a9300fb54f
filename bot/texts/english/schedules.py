"""What people read about recurring schedules and their occurrences."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.texts.english import dates
from bot.texts.english.wording import NOTHING_CHANGED, change_number, count

MAY_NOT_REPEAT = "You may make this change once, but not on a schedule."
NEVER = f"This never happens from now on. Type another day or a later end. {NOTHING_CHANGED}"
NO_EMERGENCY = f"An emergency can't be repeated. Make the change once, or leave out the reason. {NOTHING_CHANGED}"
NOT_RUNNING, WAS_PAUSED = "Park was not running", "Park was paused"
STATUS_ACTIVE, STATUS_PAUSED, STATUS_ENDED = "active", "paused", "ended"
NEXT, LATEST, HOLDER = "Next", "Latest", "On behalf of"
SKIP_NEXT, PAUSE, RESUME, DELETE, ADOPT = "Skip next", "Pause", "Resume", "Delete", "Adopt"
DELETE_SCHEDULE = "Delete the schedule"
PAUSED_BY_HAND = "paused by hand"
SKIPPED_DAYS = "A day on which it begins: tonight, tomorrow, Friday, 24 December."
NO_NEXT = "not known"
NOT_PAUSED = "This schedule is not paused."
IS_PAUSED = "This schedule is paused already."


def may_repeat(longest: str) -> str:
    """A schedule that would run longer than the policy allows."""
    return f"You may repeat this change for at most {longest}. Add the last day after “until”."


def no_schedule(number: int) -> str:
    """A number that is no schedule's."""
    return f"{change_number(number)} is not a schedule. `schedules` lists them. {NOTHING_CHANGED}"


def has_ended(number: int) -> str:
    """A schedule that is over."""
    return f"Schedule {change_number(number)} has ended already. {NOTHING_CHANGED}"


def moment(at: datetime, zone: str) -> str:
    """An instant as weekday, date and time: `Mon 7 Dec 18:00`."""
    local = at.astimezone(ZoneInfo(zone))
    return dates.at(dates.day(local, with_year=False), f"{local:%H:%M}")


def period(starts: datetime, ends: datetime, zone: str) -> str:
    """A time from and to: `Mon 7 Dec 18:00 to Tue 8 Dec 08:00`."""
    return f"{moment(starts, zone)} to {moment(ends, zone)}"


def clash(number: int, starts: datetime, ends: datetime, *, zone: str) -> str:
    """Two schedules of equal rank at the same time."""
    when = f"{period(starts, ends, zone)}, {zone}"
    return (
        f"Schedule {change_number(number)} changes the same at the same time, first {when}. Choose other times, or"
        f" delete {change_number(number)}. {NOTHING_CHANGED}"
    )


def goes_first(number: int, starts: datetime, ends: datetime, *, zone: str, first: bool) -> str:
    """Which of two schedules is in effect where both are due; `first` if it is the other one."""
    when = period(starts, ends, zone)
    other = f"schedule {change_number(number)}"
    return f"{other.capitalize()} goes first, as on {when}." if first else f"Goes before {other}, as on {when}."


def changed_during(number: int, starts: datetime, ends: datetime, *, zone: str) -> str:
    """A change begins while a schedule is in effect."""
    when = period(starts, ends, zone)
    return f"Schedule {change_number(number)} is in effect then, {when}: this change goes first and ends that."


def too_many(number: int) -> str:
    """No more schedules in all."""
    return f"Park keeps at most {count(number, 'schedule')}. Delete one that is not needed any more. {NOTHING_CHANGED}"


def too_many_of(what: str, number: int) -> str:
    """No more schedules of one group."""
    return f"{what} has {count(number, 'schedule')} already, which is the limit. Delete one first. {NOTHING_CHANGED}"


def too_short(least: str) -> str:
    """Occurrences that are too short."""
    return f"Each time has to last at least {least}. {NOTHING_CHANGED}"


def too_often(least: str) -> str:
    """Occurrences that follow too soon."""
    return f"There has to be at least {least} from one start to the next. {NOTHING_CHANGED}"


def made(title: str, recurrence: str) -> str:
    """The title of a schedule's card: `Recall Sales to Night Desk, every weekday 18:00 to 8:00`."""
    return f"{title}, {recurrence}"


def overridden(number: int) -> str:
    """What became of an occurrence that another change has ended."""
    return f"Replaced by {change_number(number)}"


def waits(number: int, until: str) -> str:
    """An occurrence that waits for a change which goes first."""
    return f"Waits for {change_number(number)}, which is in effect until {until}."


def left_out(number: int) -> str:
    """An occurrence that another change takes the whole time of."""
    return f"Left out: {change_number(number)} is in effect for all of that time."


def late(since: str, reason: str) -> str:
    """An occurrence that began late."""
    return f"Began late, it was due {since}: {reason}."


def delayed(number: int, reason: str, until: str) -> str:
    """An occurrence that can't begin yet."""
    return f"Schedule {change_number(number)} has not begun yet: {reason} Park keeps trying until {until}."


def missed(since: str, number: int, reason: str) -> str:
    """An occurrence that could not begin before it was over, and those after it."""
    due = f"what was due {since}" if number == 1 else f"{number} times since {since}"
    return f"Skipped {due}: {reason}, and {'its' if number == 1 else 'their'} time is over."


def failed(number: int, title: str) -> str:
    """The title of what went wrong with an occurrence."""
    return f"Schedule {change_number(number)}: {title}"


def paused_itself(number: int) -> str:
    """The title for everybody when a schedule's holder has lost the right."""
    return f"Schedule {change_number(number)} is paused: the person it belongs to may not make this change any more."


SOMEBODY_CAN_ADOPT = "Somebody who may can adopt it, and it goes on."


def not_active(number: int) -> str:
    """An occurrence of a schedule that was paused or deleted meanwhile."""
    return f"Schedule {change_number(number)} is not active any more."


def is_schedule(number: int) -> str:
    """Why a schedule can't be kept, extended, started or cancelled like one change."""
    return f"{change_number(number)} is a schedule, which goes on. {NOTHING_CHANGED} These are possible:"


def is_occurrence(number: int, schedule: int) -> str:
    """Why an occurrence can't be called off like a scheduled change."""
    return f"{change_number(number)} belongs to schedule {change_number(schedule)}. To leave it out, skip that one."


def undo_deletes(number: int, title: str, *, present: bool) -> str:
    """What the undo of a schedule does, before it does it."""
    ends = " ends it now and" if present else ""
    return f"{change_number(number)} is a schedule: {title}. Undo{ends} deletes the schedule."


def skipped(number: int, next_time: str) -> str:
    """The next occurrence is left out."""
    return f"Skipped {change_number(number)} until {next_time}" if next_time else f"Skipped {change_number(number)}"


def paused(number: int) -> str:
    """A schedule was paused."""
    return f"Paused schedule {change_number(number)}"


def resumed(number: int) -> str:
    """A schedule was resumed."""
    return f"Resumed schedule {change_number(number)}"


def deleted(number: int) -> str:
    """A schedule was deleted."""
    return f"Deleted schedule {change_number(number)}"


def adopted(number: int) -> str:
    """A schedule has another holder."""
    return f"Adopted schedule {change_number(number)}"


def none_then(number: int, day: str, next_time: str) -> str:
    """A day without an occurrence to skip."""
    return (
        f"Schedule {change_number(number)} has nothing to skip {day}. Its next time is {next_time}. {NOTHING_CHANGED}"
    )


def none_after(number: int) -> str:
    """A schedule that would be over by then."""
    return f"Schedule {change_number(number)} has no time after that. Delete it instead. {NOTHING_CHANGED}"


def no_schedule_of(name: str) -> str:
    """A group without a schedule."""
    return f"“{name}” has no schedule. `schedules` lists them. {NOTHING_CHANGED}"


def several_of(name: str, number: int) -> str:
    """A group with several schedules."""
    return f"“{name}” has {number} schedules. Which one do you mean? {NOTHING_CHANGED}"

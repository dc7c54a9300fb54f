"""Texts of the forms: labels of choices, notices above the inputs, and what the submit buttons say."""

OPENING = "Opening ..."
CHECKING = "Checking with the PBX ... Nothing has changed yet."
SHOWN_HERE = "Fill this in, and what would change is shown here."
MORE_THAN_FITS = "There is more than fits here. Type the line to see all of it."

EVERYTHING, SERVER = "Everything: the server and all groups", "The call park server"
TO_USER = "The user who parked the call"
TO_RING_GROUP = "A ring group"
NOT_SET = "not set"

AT_A_TIME = "At a date and time ..."
IN_YOUR_ZONE = "In your time zone"
CHIPS = {"for 1h": "1 h", "for 2h": "2 h", "for 8h": "8 h", "until tomorrow 08:00": "Tomorrow 8:00"}
"""Labels of the usual ends, by the words that a line would say."""

HOW_OFTEN = "How often"
ONCE = "Once"
ON_DAYS = "Repeating, on days of the week"
IN_WORDS = "Repeating, in words ..."
DAYS = "On"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FROM, TO = "From", "To"
FROM_HINT = "Leave both times empty for the whole day."
LAST_DAY, LAST_DAY_HINT = "Until", "The last day on which it begins. Empty: until somebody deletes it."
WORDS = "When"
WORDS_HINT = "every 2nd Monday 9:00 to 12:00; on the 1st of every month 8:00 to 10:00"
CHOOSE_DAYS = "Choose at least one day."
CHOOSE_BOTH_TIMES = "Choose both times, or neither for the whole day."


def at_a_time(label: str) -> str:
    """The label of the picker of a date and time, below the choice `label`: Begins at, Ends at."""
    return f"{label} at"


ON, OFF = "On", "Off: nobody can park a call then"
OR_KEEP = "Or keep"

POST_IN = "Post the confirmation in"
POST_IN_HINT = "A channel that you are in. It changes nothing about what you may do."
CONFIRMATION_IN = "Confirmation in"
DIRECT_MESSAGE = "A direct message from Park"

SHOW, REVIEW, CANCEL, CLOSE = "Show", "Review", "Cancel", "Close"
OPEN_FORM, TRY_AGAIN = "Open the form", "Try again"
USE_SHORTCUT_AGAIN = "Use the shortcut again."

NEEDED = "This is needed."
CHOOSE_TIME = "Choose the date and time below."
NO_NAME = "That isn't a name. Type its first characters again and pick one."
MORE_TO_FILL = "One more thing to fill in. Nothing has changed yet."

CHANGED_MEANWHILE = "Somebody changed this while the form was open. Nothing was changed by you yet."
STILL_BELOW = "What you entered is still below. Check it, and submit it again if it is still what you want."
JOURNAL_AWAY = "Park can't write its journal right now, so nothing was done. Try again in a minute."

NAMES_LOADING = "Still reading the names from the PBX. Type again in a moment."
PBX_AWAY = "The PBX isn't answering. Type again in a minute."
NOTHING_ALLOWED = "The policy lets you choose none of them here."
NOT_KNOWN_YET = "Still asking Slack who you are. Type again in a moment."
PBX_UNAVAILABLE = "The PBX isn't answering right now. Nothing was changed. Try again in a minute."
SLACK_UNAVAILABLE = "Slack isn't answering right now. Nothing was changed. Try again in a minute."
OUTDATED_OPTION = "This form is from another version of Park. Open it again."


def on_holidays(calendar: str, *, alone: bool) -> str:
    """The choice to repeat a change on the days of a holiday calendar."""
    return "Repeating, on holidays" if alone else f"Repeating, on holidays: {calendar}"


def in_zone(zone: str) -> str:
    """The hint of a time of day that is not in the reader's time zone, or may not be."""
    return f"Time in {zone}"


def user_then(ring_group: str) -> str:
    """The recall target: first the user who parked the call, then a ring group."""
    return f"The user, then {ring_group}"


def now(value: str) -> str:
    """The placeholder of an input: the setting's present value."""
    return f"Now: {value}"


def label_now(label: str) -> str:
    """The label of a setting's present value, in a notice."""
    return f"{label}, now"


def kept_file(file: str) -> str:
    """The checkbox that keeps a file which was chosen before."""
    return f"The file that you chose before ({file})"


def outdated(nothing_changed: str) -> str:
    """A form that another version of Park has drawn."""
    return f"This form is from another version of Park. Open it again. {nothing_changed}"


def not_opened(nothing_changed: str) -> str:
    """Slack refused to open a form."""
    return f"Slack didn't open the form. {nothing_changed}"


def internal_error(nothing_changed: str) -> str:
    """A fault in Park while a form was shown."""
    return f"Something went wrong inside Park. It has been logged. {nothing_changed}"


def correct_field(label: str, fault: str) -> str:
    """A time that was typed and can't be read."""
    return f"Correct the field {label}. {fault}"


ACCEPTED_NOTE = "You can close this. The result is posted as usual."


def accepted(planned: str) -> str:
    """A change that is being made, or scheduled, while its form is still open."""
    return f"On its way: {planned}"


def too_much(nothing_changed: str) -> str:
    """More members, or longer texts, than a form can carry."""
    return f"That is more than one form can carry. Name fewer at once. {nothing_changed}"


def no_group(name: str) -> str:
    """No park group has that name."""
    return f"There is no park group called “{name}”."


def group_taken(name: str) -> str:
    """A new name that a group has already."""
    return f"There is already a park group called {name}."


def no_ring_group(name: str) -> str:
    """No ring group has that name or number."""
    return f"There is no ring group called “{name}”."


def nobody(names: str) -> str:
    """No user has these names or numbers."""
    return f"Nobody on the PBX has the extension or name {names}."


def and_more(names: str, more: int) -> str:
    """A list of names that was cut."""
    return f"{names} and {more} more of these" if more > 0 else names


def destination_gone(obstacle: str) -> str:
    """The channel of the last confirmation can't be used any more."""
    return f"The channel that your confirmations went to last is no longer offered: {obstacle}."


def destination_refused(obstacle: str) -> str:
    """The chosen channel can't be posted in."""
    return f"The confirmation can't be posted in the channel you chose: {obstacle}. Nothing has changed yet."


CHOOSE_ANOTHER = "Choose another channel below, or none for a direct message."

"""Texts about lines that are not understood, and questions about what a line means."""

from bot.texts.english.wording import NOTHING_CHANGED, listed

OPEN_FORM, HELP, DO_IT_NOW = "Open the form", "Help", "Do it now"
"""Labels of buttons."""

NOT_WRITTEN = "Nothing was done: Park can't write its journal just now."
TRY_AGAIN = "Please try again."
EDITED = "Nothing was done: edited messages are not carried out by themselves."
MENTION_IN_SENTENCE = "Nothing was done: only a message that begins with the mention is a command."

MISSING_QUOTE = 'A quotation mark is missing. Put the whole name in quotes: "Night Desk".'
WITH_OR_WITHOUT_TIME = "The first button leaves the time out. The second makes it part of the name."

NO_MEMBER = "Type at least one member."
ONE_MEMBER = "One at a time: type one extension or one name."
NO_RING_GROUP = "Which ring group? For example: user then Night Desk."
NO_CHANGE_NUMBER = "Type the number of the change, such as #42. It is on the change's card."
AFTER_NUMBER = "I can't read what follows the number. It works like this:"
NO_DRIFT_NUMBER = "Type the number of the drift, such as 7. It is in the message about it."
NUMBER_THEN_TIME = "Type the change's number or the group's name, then the time: extend 42 for 1h."
ON_OR_OFF = "Type on or off."
NO_LINE = "Type a command after that."
NO_REASON = "Give a reason in words."
NO_FILE = "Choose the file in the form, or paste its link from Slack (Copy link to file)."
NO_PERSON = "Who? Type “me”, or mention somebody with @."
ONLY_ANYWAY = "Only “anyway” can follow the number."
ONLY_NUMBER = "To undo one change, type only its number: undo 42."
REASON_AFTER_BECAUSE = "A reason follows “because”: pause because the PBX is being updated."

LIVE_CALLS = (
    "Park can't show, park or pick up live calls: the PBX only allows that from a phone."
    " Use the star codes on your phone; “server” lists them."
)
GROUP_TIMERS = (
    f"Park groups have no timers of their own: those of the call park server apply to every group. {NOTHING_CHANGED}"
)

NO_GROUP_SWITCH = (
    "A park group can't be switched on or off: only call park as a whole can. What is temporary ends with “undo”,"
    f" and “recall” changes where its unanswered calls go. {NOTHING_CHANGED}"
)

ONE_UNDO = f"Park takes back one change at a time. {NOTHING_CHANGED}"
MANY_UNDOS = (
    "“history today” lists the changes, each with its Undo. “restore everything to 9:00” shows what would be as it was"
    " at that time, with a button for all of it."
)
ONE_CHANGE = f"That is done for one change at a time. {NOTHING_CHANGED}"
ONE_SCHEDULE = f"That is done for one schedule at a time. {NOTHING_CHANGED}"
LISTED_WITH_BUTTONS = "The list has them all, each with its buttons."
ONE_GROUP = f"Park needs the name of one park group. {NOTHING_CHANGED}"
MANY_GROUPS = "To change many at once: “export”, edit the file, then “apply”."
ONE_BY_ONE = f"Park needs to know who: type their extensions or names, up to 100 in one line. {NOTHING_CHANGED}"

NOT_TO_DO = (
    f"A line says what to do; Park can't read what not to do. {NOTHING_CHANGED} To take a change back, type “undo”;"
    " “pending” shows what is still to come."
)
WHOLE_SWITCH = f"“server off” switches call park off for everybody, “server on” switches it on. {NOTHING_CHANGED}"
NO_EXCEPTIONS = "Park can't read what is not to be done, or what is left out. Type only what is to be done."
SHOWN_BY_BUTTON = "The button shows that."
ONE_LINE = "Only the first line of a message is the command. The button takes all of its lines."


def further_lines(typed: str) -> str:
    """The further lines of a message that may belong to the command."""
    return f"Does “{typed}” belong to the command, or is it a note? {NOTHING_CHANGED}"


def as_note(line: str) -> str:
    """The label of a button that does the first line of a message only, with the others as its note."""
    return f"As a note: {line}"


def without(words: str, label: str) -> str:
    """The label of a button that does less than was typed; what it leaves out comes first."""
    return f"Without “{words}”: {label}"


def now(line: str) -> str:
    """The label of a button that does a line now."""
    return f"Now: {line}"


def for_example(line: str) -> str:
    """An example below a usage."""
    return f"For example: {line}"


def end_in_reason(typed: str) -> str:
    """A time that may be the end of what is asked for, or a part of the reason for it."""
    return f"Is “{typed}” the end, or a part of the reason? {NOTHING_CHANGED}"


def too_long(length: int, limit: int) -> str:
    """A line above the limit."""
    return f"That line is too long: {length:,} characters, and the limit is {limit:,}. Split it into several lines."


def unknown_word(word: str) -> str:
    """A line that begins with no verb."""
    return f"I don't know “{word}”. {NOTHING_CHANGED}"


def unknown_line(line: str) -> str:
    """A line that begins with no verb, and is no group's name either."""
    return f"“{line}” is neither a command nor a park group. {NOTHING_CHANGED}"


def to_see_group(name: str) -> str:
    """How to see a group whose name looks like a mistyped verb."""
    return f'To see a park group of that name, type: group "{name}".'


def partly_understood(verb: str) -> str:
    """A line of which words are left; its usage follows."""
    return f"I didn't understand all of that. {NOTHING_CHANGED} “{verb}” works like this:"


def no_change(line: str, consequence: str) -> str:
    """A question in a line that only holds for changes."""
    return f"“{line}” isn't a change, so {consequence}. {NOTHING_CHANGED}"


PREVIEW_ONCE = f"Type “preview” only once. {NOTHING_CHANGED}"


def nothing_to_preview(line: str) -> str:
    """A preview of a question."""
    return f"“{line}” changes nothing, so there is nothing to preview."


def too_many_members(limit: int) -> str:
    """More members than one line may have."""
    return f"That's more than {limit} members. Split them into several lines."


def no_range(typed: str) -> str:
    """Two numbers that are no range."""
    return f"{typed} is no range: both ends need the same number of digits, the lower one first, as in 1005-1010."


def too_long_a_range(typed: str, limit: int) -> str:
    """A range of more numbers than one line may have."""
    return f"{typed} is more than {limit} numbers: split it over several lines."


def comma_between_members(typed: str) -> str:
    """Members that can't be told apart."""
    return f"Put a comma between members, and quotes around a name with a number in it: {typed}."


def slack_mention(typed: str) -> str:
    """A mention where the name of something on the PBX is needed."""
    return f"{typed} is a Slack mention. Type the name that it has on the PBX."


def no_help(typed: str, topics: list[str]) -> str:
    """A topic that help does not have."""
    return f"There is no help on “{typed}”. There is help on {listed(topics)}."


def one_order(example: str) -> str:
    """A history line with something left."""
    return f"I didn't understand all of that. For example: {example}."

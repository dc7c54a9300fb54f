"""Help: topics, how times are added to a line, and the overview."""

from collections.abc import Sequence

from bot.texts.english.times import END_EXAMPLES, START_EXAMPLES
from bot.texts.english.wording import count

START_LATER = f"To start later, add a start: {START_EXAMPLES}."
END_BY_ITSELF = f"To make it temporary, add an end: {END_EXAMPLES}."

TOPICS = {
    "times": (
        f"To start a change later, add a start: {START_EXAMPLES}.",
        f"To make a change temporary, add an end: {END_EXAMPLES}.",
        "create, rename and delete can be scheduled, but they can't be temporary.",
        "Times are in your Slack time zone. If a name ends like a time, put quotes around the name.",
    ),
    "approvals": (
        "If the policy lets others approve your change, the answer has a button [Ask for approval].",
        "Approvers get a card with [Approve] and [Reject]. pending lists what is waiting. Requests expire.",
        "In an emergency, a rule may let you make a change right away: emergency <line> because <reason>.",
    ),
    "policy": (
        "The policy is a file kept by the people who run Park. Whatever no rule allows is refused.",
        "access shows what you may do; can @somebody <line> and who can <line> check others; why 42 explains #42.",
        "A refusal says whom to ask, and what they would have to allow.",
    ),
}
"""Help on what is no command."""

ADD_TIMES = (
    "Add a time to any change: `at 18:00` starts it later, `for 2h` or `until tomorrow 8:00` makes it temporary."
)


def topic(name: str) -> str:
    """The title of the help on one topic or command."""
    return f"Help: {name}"


def operation(usage: str, text: str) -> str:
    """What one command does."""
    return f"{usage}: {text}"


def commands(verbs: str) -> str:
    """The commands that somebody may use here."""
    return (
        f"Commands that you can use here: {verbs}. Commands are typed in English."
        " `help <command>` explains one. There is also `help times`, `help approvals` and `help policy`."
    )


def more_commands(number: int) -> str:
    """How many commands need more permissions."""
    needs = "needs a permission" if number == 1 else "need permissions"
    return f"{count(number, 'more command')} {needs} you don't have here."


def alternatives(limits: Sequence[str]) -> str:
    """Limits of which one has to be kept."""
    return ", or ".join(limits)


def restricted(limits: str, verbs: str) -> str:
    """Commands that are allowed under limits, in hours or after an approval only."""
    return f"Only {limits}: {verbs}."

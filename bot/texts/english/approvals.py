"""Approvals: what is asked, who has to agree, reminders, and what became of it."""

from bot.texts.english.wording import NOTHING_CHANGED, change_number

ASK = "Ask for approval"
"""The button that requests an approval."""
NEEDED_FROM = "Needs approval from"
EXPIRES = "Expires"
TO_BE_APPROVED = "To be approved"
"""The label of what the approvers will be asked for."""
ASKED_AGAIN = "The PBX or the policy has changed since this was requested, so it needs approval again."
CHANGED_ABOVE = "It is no longer what was shown before: the card above is up to date."
NOBODY_HERE = f"Nobody who may approve this can see this conversation. {NOTHING_CHANGED}"
ASK_ELSEWHERE = "Ask in a channel that they are in, or in a thread there."
NOT_IN_TIME = f"It was not approved in time. {NOTHING_CHANGED}"
ASK_AGAIN_HINT = "To ask again, use the button above."
SHOWN_ANEW = "This is no longer what you were shown: the card is up to date."
NEVER_ONES_OWN = f"You can't approve or reject your own change. {NOTHING_CHANGED}"


def count_of(number: int) -> str:
    """How many of the people and user groups that follow have to agree."""
    return f"{number} of"


def needed_again(planned: str) -> str:
    return f"Needs approval again: {planned}"


def reminder(planned: str, until: str) -> str:
    """A reminder in the thread of a request that nobody has decided."""
    return f"Still waiting for approval until {until}: {planned}"


REMINDER_HINT = "Approve or reject it on the card above."


def expired(number: int) -> str:
    return f"{change_number(number)} was not approved in time. {NOTHING_CHANGED}"


def no_approver(number: int) -> str:
    return f"You are not an approver of {change_number(number)}. {NOTHING_CHANGED}"


def approved_before(number: int) -> str:
    return f"You have already approved {change_number(number)}. It still needs others. {NOTHING_CHANGED}"


def asker_lost_right(number: int) -> str:
    return f"The person who asked for {change_number(number)} is no longer allowed to make it. {NOTHING_CHANGED}"


def too_few(rule: str, number: int) -> str:
    people = "1 other person has" if number == 1 else f"{number} other people have"
    return f"“{rule}” says that {people} to approve this, and there are not that many who can. {NOTHING_CHANGED}"


def needs_approval(reason: str) -> str:
    """The refusal of a change that others may approve, with the rules that let them."""
    return f"This needs an approval. {reason} {NOTHING_CHANGED}"

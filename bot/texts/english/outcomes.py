"""What became of a change: replies in its thread, and notes on its card."""

from bot.texts.english.wording import NOTHING_CHANGED, change_number, count, sentence

DONE = "Done and verified on the PBX."
ALREADY = "Nothing to do: it is already set up like that."
REORDERED = (
    "Members that were removed and put back are now last in the group: group pickup tries members in that order."
)
PROMPT_CHANGED = "The PBX also changed the call park server's prompt: check what callers hear."
PROMPT_SAVED = "The previous prompt was saved."
PARTLY_LEFT = "Part of it may be in effect: check the group before you try again."
NOT_EVEN_BEGUN = "It was interrupted before anything was sent to the PBX."
TOO_LATE = "Its time was more than two minutes ago."
TOO_LATE_REPLY = "Too late to run this safely, so nothing happened."
DO_NOW_HINT = "To make the change now, use the button above."
NOT_RETRIED = "Park does not try again by itself."
INTERNAL_ERROR = "Something went wrong inside Park. It has been logged."
CHECK_PBX = "Check the PBX before you try again."
MAY_HAVE_GONE_THROUGH = (
    "It may have gone through, fully or partly, or may still do so. Park does not send it again by itself."
)
UNKNOWN_REPLY = "It is unknown whether this change was made."
UNKNOWN_HINT = "Check the PBX, then use the button above."
ENDED_ALREADY = "Ended: everything was already back as before."
STAYS = "It stays as it is until somebody decides."
ENDS_BY_ITSELF = "After that, everything goes back to how it was before."
RETRIED_END = "Park keeps trying until it works, or until somebody keeps the change."
BEING_CHANGED = "was being changed by somebody else."
UNVERIFIED_ANSWERED = "The PBX accepted it but does not show it."
UNVERIFIED_SILENT = "The PBX did not answer."
NOTHING_SHOWS = "So far nothing of it shows on the PBX."
OTHER_SHOWS = "The PBX shows something else than what was asked for."
UNREADABLE = "The PBX can't be read."
ACCEPTED = "The PBX accepted it."
PAUSED = "Park is paused."


def also_changed(settings: str) -> str:
    return f"The PBX also changed these settings: {settings}."


def members_now(group: str, members: int) -> str:
    """The label before a list of members."""
    return f"{group} now has {count(members, 'member')}" if members else f"Members of {group} now"


def rejected(remains: str) -> str:
    return f"The PBX rejected the change. {remains}"


def pbx_says(reason: str) -> str:
    return sentence(f"The PBX rejected it: {reason}")


def changed_meanwhile(target: str) -> str:
    return f"{target} was changed by somebody else in the meantime"


def gone(target: str) -> str:
    return f"{target} no longer exists"


def stopped(what: str) -> str:
    return f"Stopped: {what}. {NOTHING_CHANGED}"


def interrupted(what: str) -> str:
    return f"Park was interrupted halfway, and {what}."


def pbx_now_shows(label: str) -> str:
    """The label of what the PBX shows after a change with an unknown outcome."""
    return f"The PBX now shows {label}"


def not_in_time(why: str) -> str:
    return f"It could not be done in time. {sentence(why)}"


def sign_in_failed(why: str) -> str:
    return sentence(f"Park can't sign in to the PBX: {why}")


def not_readable(why: str) -> str:
    return sentence(f"The PBX does not let Park read what it needs: {why}")


def start_refused() -> str:
    return f"It could not be done when its time came. {NOTHING_CHANGED}"


def ends(at: str, title: str) -> str:
    """The announcement of an end."""
    return f"Ends {at}: {title}"


def end_late(number: int) -> str:
    return f"{change_number(number)} is late to end: it could not be ended yet."


def end_refused(number: int) -> str:
    return f"{change_number(number)} could not be ended."


def elsewhere(number: str, group: str) -> str:
    return f"{number} is in {group}"


def one_group_only(where: str) -> str:
    return f"{where}; a user can be in one park group only."


def ring_group_deleted(target: str) -> str:
    return f"The ring group that unanswered parked calls of {target} would go to no longer exists."


SEND_ELSEWHERE = "Send them to the user who parked them, or to another ring group."


def keep_change(number: int) -> str:
    return f"Keep {change_number(number)}"


def same_button(line: str) -> str:
    """The refusal of a second click on a button, by another person."""
    return sentence(f"Somebody has already used this button: {line}") + " Nothing more was changed."


def asked_already(number: int | None) -> str:
    """The answer to a second click of one person."""
    return f"You already asked for this: {change_number(number)}." if number is not None else "You already did this."


def asked_in_vain(number: int | None) -> str:
    about = f" ({change_number(number)})" if number is not None else ""
    return f"You already asked for this{about}, and nothing was changed."


TRY_AGAIN = "Try again"
STALE_EFFECT = (
    "This would do something else by now than you were shown. Nothing was changed; this is what it would do now:"
)
STALE_PREVIEW = "The PBX has changed since you were shown this. Nothing was changed; this is what it would do now:"
SLACK_UNAVAILABLE = "Slack can't be reached right now."
HISTORY_UNAVAILABLE = "The history can't be read right now. Try again in a minute."

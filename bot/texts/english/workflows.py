"""Texts of the steps of Workflow Builder: proposals, what came of them, and mistakes in a step's inputs."""

from bot.texts.english.wording import change_number, sentence

BY_WORKFLOW = "a workflow"
DO_IT, DECLINE = "Do it", "Decline"
EXPIRES, CHANGE, REASON = "Expires", "Change", "Reason"
DECIDES_NOTE = "Whoever may make this change decides with a click, and it is made as theirs."
STATUS_PROPOSED, STATUS_DECLINED, STATUS_EXPIRED = "waiting for a click", "declined", "expired"
STATUS_ACCEPTED, STATUS_PENDING = "accepted", "accepted, not made yet"

CHANNEL_NOT_NAMED = "The policy does not name this channel for workflows. Add its id to channels under [workflows]."
NOT_SHOWN = "The policy does not let everybody in this channel see that group, so a workflow can't show it."
NOBODY_MAY = "No rule of the policy lets anybody in this channel make this change, so it was not proposed."
NO_CHANNEL = "Channel: choose the channel in which Park is to ask."
NO_TEXT = "write a text"
NEEDED = "fill it in, it is needed"
NO_ME = "“me” is nobody in a workflow. Write an extension, a name, or choose a person."
NO_TIME_ZONE = (
    "a time of day needs a time zone. Write a length such as 2h, or add time_zone under [workflows] in the policy."
)
TOO_LONG = "The inputs are too long for one change. Split them over several steps."
GONE = "It came to nothing inside Park. Nothing was changed; see its log."
PBX_AWAY = "The PBX does not answer, so the group can't be shown."


def group_in_words(name: str, recall: str, members: str) -> str:
    return f"{name}: recalls go to {recall}. Members: {members or 'none'}."


def unknown_step(name: str) -> str:
    return f"Park has no step called {name}. Remove it from the workflow, and add the one that is listed there now."


def wrong_input(title: str, what: str) -> str:
    """What is wrong with one input; `what` says what to write instead."""
    return f"{title}: {what}"


def wrong_action(text: str) -> str:
    return f"“{text}” is neither. Write add or remove."


def cannot_post(code: str) -> str:
    return f"Park can't post in that channel (Slack says {code}). Invite it there, or choose another channel."


def proposed(line: str) -> str:
    """The title of a proposal that waits."""
    return f"Proposed by a workflow: {line}"


def accepted(line: str) -> str:
    return f"Proposal accepted: {line}"


def declined_proposal(line: str) -> str:
    return f"Proposal declined: {line}"


def expired_proposal(line: str) -> str:
    return f"Proposal expired: {line}"


def failed_proposal(line: str) -> str:
    return f"Proposal accepted, not made: {line}"


def declined(number: int) -> str:
    """The title of the reply of whoever declines."""
    return f"Declined the workflow's proposal {change_number(number)}."


def is_proposal(number: int) -> str:
    return f"{change_number(number)} is a proposal of a workflow. Click Do it or Decline on its card."


def decided_already(number: int) -> str:
    return f"The workflow's proposal {change_number(number)} is decided or has expired. Nothing was changed."


def is_no_proposal(number: int) -> str:
    return f"{change_number(number)} is no proposal of a workflow."


NOT_DECIDED = "Nobody decided in time. Nothing was changed."
NOT_WANTED = "Somebody declined. Nothing was changed."


def declined_because(reason: str) -> str:
    return sentence(f"Declined, because {reason}")

"""Rules and decisions of the policy in words."""

from collections.abc import Iterable, Sequence

from bot.texts.english.wording import listed


def quoted(names: Iterable[str], conjunction: str = "and") -> str:
    return listed([f"“{name}”" for name in names], conjunction)


IN_CHANNEL = "in this channel"
IN_DM = "in a direct message"

VERBS = {
    "read": ("view", "view the call park settings"),
    "members": ("change the members of", "change members"),
    "recall": ("change the recall of", "change where unanswered parked calls go"),
    "groups": ("create, rename or delete", "create, rename or delete groups"),
    "server": ("change the call park server for", "change the call park server"),
    "pause": ("pause or resume Park for", "pause or resume Park"),
    "history": ("see the history of", "see who changed what"),
}
"""For each permission how it continues "you may": before names, and without any."""


def recall_to(ring_groups: Sequence[str]) -> str:
    return f"send calls to the ring group {quoted(ring_groups, 'or')}"


def allowed_by(rules: Iterable[str]) -> str:
    return f"Allowed by {quoted(rules)}."


def forbids(rules: Sequence[str], what: str, here: str) -> str:
    return f"{quoted(rules)} {'forbids' if len(rules) == 1 else 'forbid'} you to {what} {here}."


def after_approval(rules: Sequence[str], what: str, here: str) -> str:
    return f"{quoted(rules)} {'lets' if len(rules) == 1 else 'let'} you {what} {here} once it is approved."


def in_emergency(rules: Sequence[str], what: str, here: str) -> str:
    return f"{quoted(rules)} {'lets' if len(rules) == 1 else 'let'} you {what} {here} in an emergency."


def no_rule(what: str, here: str, *, like_that: bool) -> str:
    return f"No rule lets you {what}{' like that' if like_that else ''} {here}."


GROUPS_UNKNOWN = "Slack could not tell which user groups you are in, so rules for user groups don't count right now."
ALLOWED_IN_CHANNEL = "It is allowed in a channel."


def outsiders(kind: str) -> str:
    """Which rules count for guests, bots and people of other workspaces."""
    return f"For {kind}, only rules that name their user id count."


GROUPS_UNKNOWN_MAYBE_MORE = "Slack could not tell which user groups you are in, so there may be more that you can do."
MINE = "What you may do"
NOTHING_MINE = "No rule lets you do anything with Park."
EACH_GROUP_NEEDS_ONE = "Each of the groups needs a rule; these allow at least one."
YES, NO, IF_APPROVED, IN_AN_EMERGENCY = "Yes", "No", "If it is approved", "In an emergency"
RULE = "Rule"
WHO, BY, ANYBODY = "Who", "By", "anybody"


def here_by(rule: str) -> str:
    return f"Here, by “{rule}”"


def elsewhere_by(rule: str) -> str:
    return f"Elsewhere, by “{rule}”"


def never_by(rule: str) -> str:
    return f"Never, by “{rule}”"


def by_rule(rule: str) -> str:
    return f"By “{rule}”"


def not_by_rule(rule: str) -> str:
    return f"But not, by “{rule}”"


def in_channels(described: str) -> str:
    return f"{described}, in"


def answer(word: str, line: str) -> str:
    return f"{word}: {line}"


def needs_nothing(line: str) -> str:
    return f"Yes: {line} needs no permission of its own."


def anybody_may(line: str) -> str:
    return f"Everybody may: {line} needs no permission of its own."


def they_would_read(reason: str) -> str:
    return f"They would read: {reason}"


def who_may(line: str) -> str:
    return f"Who may {line}"


def nobody_may(line: str) -> str:
    return f"No rule lets anybody {line}."


def about_a_question(nothing_changed: str) -> str:
    return f"This asks about a question. Type what somebody would do, as in delete Sales. {nothing_changed}"

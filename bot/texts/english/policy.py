"""Rules and decisions of the policy in words."""

from collections.abc import Collection, Iterable, Sequence

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


RIGHT_VERBS = {
    "read": "view",
    "history": "see the history of",
    "members": "change the members of",
    "recall": "change the recall of",
    "groups": "create, rename and delete",
}
"""What a rule allows to do with groups, by permission: before the names of groups."""
SERVER_VERBS = {"server": "change the call park server", "pause": "pause Park"}
"""What a rule allows besides, by permission."""
EVERYTHING, ANY_GROUP = "everything", "any group"
WITH_EMERGENCY = "in an emergency, for a stated reason"


def rule(
    permissions: Collection[str], groups: Sequence[str] | None, ring_groups: Sequence[str] | None, *, everything: bool
) -> str:
    """What a rule of the policy is about.

    Args:
        groups: the names, as patterns; None for any group.
        ring_groups: those that recalls may be sent to, empty for none; None for any.
    """
    named = ANY_GROUP if groups is None else " or ".join(groups)
    verbs = [verb for permission, verb in RIGHT_VERBS.items() if permission in permissions]
    parts = [f"{', '.join(verbs)} {named}"] if verbs else []
    parts += [verb for permission, verb in SERVER_VERBS.items() if permission in permissions]
    recalls = "" if ring_groups is None else f", with recalls to {' or '.join(ring_groups) or 'no ring group'}"
    return (EVERYTHING if everything else " and ".join(parts)) + recalls


def right(
    permissions: Collection[str],
    groups: Sequence[str] | None,
    ring_groups: Sequence[str] | None,
    channels: Sequence[str],
    *,
    everything: bool,
) -> str:
    """What somebody may do, as the continuation of "You may"; arguments like those of `rule`."""
    recalls = ""
    if ring_groups is not None:
        only = f"to ring group {listed(ring_groups, 'or')} only" if ring_groups else "to no ring group"
        recalls = f" (recalls {only})"
    place = f" from {listed(channels, 'or')}" if channels else ", from anywhere"
    return (EVERYTHING if everything else _right(permissions, groups)) + recalls + place


def _right(permissions: Collection[str], groups: Sequence[str] | None) -> str:
    verbs = [RIGHT_VERBS[one] for one in ("read", "history") if one in permissions]
    changed = [one for one in ("members", "recall") if one in permissions]
    verbs += [f"change {' and '.join(changed)} of"] if changed else []
    verbs += [RIGHT_VERBS["groups"]] if "groups" in permissions else []
    said = listed(verbs) if len(verbs) < 3 else ", ".join(verbs)
    parts = [f"{said} {ANY_GROUP if groups is None else ', '.join(groups)}"] if verbs else []
    return ", and ".join([*parts, *(verb for one, verb in SERVER_VERBS.items() if one in permissions)])


def _limit(*, denies: bool) -> str:
    return "over" if denies else "at most"


def limited_duration(length: str, *, denies: bool) -> str:
    """A limit of how long a change may last; `denies` if the rule forbids what is longer."""
    return f"for {_limit(denies=denies)} {length}"


def limited_members(number: int, *, denies: bool) -> str:
    """A limit of how many people may be added or removed at once."""
    return f"{_limit(denies=denies)} {number} people at once"


def limited_recall_time(length: str, *, denies: bool) -> str:
    """A limit of the recall times that may be set."""
    return f"a recall time of {_limit(denies=denies)} {length}"


def on_a_schedule(longest: str | None) -> str:
    """That changes may be repeated, and for how long; None for ever."""
    return "on a schedule too" if longest is None else f"on a schedule too, for at most {longest}"


def once_approved(number: int) -> str:
    """How many people have to approve."""
    return "once it is approved" if number == 1 else f"once {number} have approved"


def recall_to(ring_groups: Sequence[str]) -> str:
    return f"send calls to the ring group {quoted(ring_groups, 'or')}"


def either(requests: Sequence[str]) -> str:
    """Requests of which each needs a rule."""
    return " or ".join(requests)


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


OUTSIDERS = {"bot": "bots", "foreign": "people from other workspaces", "guest": "guests"}


def outsiders(kind: str) -> str:
    """Which rules count for people who are no full members, by their kind."""
    return f"For {OUTSIDERS[kind]}, only rules that name their user id count."


INVALID_FILE = "Park's policy file has a mistake, so the policy stays as it was before"
INVALID_FILE_NOTE = "Once the file is right, it is read by itself."
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


def anybody_in(described: str) -> str:
    """Whom a rule is for, before the channels in which it holds."""
    return f"{described} in"


def by_rules(rules: Sequence[str]) -> str:
    """The rules that allow something."""
    return quoted(rules)


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

"""What the policy names in Slack: is it there, and is Park in the channels that it has to be in?"""

from collections.abc import Iterator

from bot.doctor.case import Case
from bot.doctor.finding import Finding, error, ok, warning
from bot.errors import SlackFailure
from bot.slack.ids import people
from bot.slack.places import Place, places

_IDS = "Set the id right in the policy file, or take it out: `python -m bot policy check` tells where it stands."


def channels(case: Case) -> Iterator[Finding]:
    number, said = 0, False
    try:
        for place in places(case.client, case.policy):
            number += 1
            for finding in _of(place, case.granted.name):
                said = True
                yield finding
    except SlackFailure as failure:
        yield warning(
            "slack.channels.unknown",
            f"the policy's channels could not be asked about: {failure}",
            "Set right what is said of the token and its scopes, then look again.",
        )
        return
    if not said:
        yield ok("slack.channels", f"Park can use the channels that the policy names: {number}")


def _of(place: Place, me: str) -> Iterator[Finding]:
    invite = f"/invite @{me} in that channel."
    about = {"about": place.id}
    if place.name is None:
        text = f"{place.id} ({place.use}): there is no such channel, or it is private and Park is not in it"
        yield error("slack.channels.unseen", text, f"If it is private: {invite} Else: {_IDS}", **about)
    elif place.archived:
        text = f"#{place.name} ({place.use}) is archived: nothing can be said there"
        yield error("slack.channels.archived", text, "Unarchive it, or let the policy name another channel.", **about)
    elif not place.member and place.posted_to:
        text = f"Park is not in #{place.name} ({place.use}): it can post there, and hears no mention or answer there"
        yield warning("slack.channels.not_in", text, invite, **about)


def ids(case: Case) -> Iterator[Finding]:
    """Users and user groups."""
    found = False
    for doubt in people(case.client, case.policy):
        found = True
        kind = "slack.ids.unknown" if doubt.id else "slack.ids.unasked"
        remedy = _IDS if doubt.id else "Set right what is said of the token and its scopes, then look again."
        yield warning(kind, str(doubt), remedy, about=doubt.id)
    if not found:
        yield ok("slack.ids", "Slack knows the users and user groups that the policy names")

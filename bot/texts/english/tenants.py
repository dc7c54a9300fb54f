"""Texts about several PBXs: which one is meant, and what is said where none is."""

from collections.abc import Sequence

from bot.texts.english.wording import listed

WHICH = "Which PBX do you mean?"
NOT_RUN_YET = "Nothing was done yet. Choose, and then send your line again."
RUNS_THEN = "Nothing was done yet. Your choice runs the line."
CHOICE_LABEL = "PBX"
NO_RIGHT = "Nothing was done: no PBX of Park's allows you anything in direct messages or on the Home tab."
NO_RIGHT_REMEDY = "Use Park in the channel of your PBX, or ask whoever runs Park for access."
UNKNOWN_PERSON = "Nothing was done: Slack doesn't say just now who you are, and Park serves several PBXs."
AGAIN = "Please try again in a minute."
CHOICE_ELSEWHERE = "To choose one for direct messages and the Home tab, write `pbx NAME` to Park alone."
NO_CHANNEL = "Nothing was done: this channel belongs to no PBX of Park's."
OTHER_PBX = "Nothing was done: this is about a PBX that doesn't belong to this channel."
OTHER_PBX_REMEDY = "Type a new line in the channel of that PBX."
GONE = "Nothing was done: the PBX that this was about isn't served by Park any more."
STEP_WITHOUT_CHANNEL = "Nothing was done: Park serves several PBXs. Let the step name a channel of the one you mean."
TITLE = "Park"
CLOSE = "Close"


def no_channel_remedy(channel: str) -> str:
    """Says what makes a channel belong to a PBX."""
    return f"Whoever runs Park can add {channel} to the channels of a PBX in park.toml. Until then, use another one."


def remembered(command: str) -> str:
    """Says what a choice is for, and how it is changed."""
    return f"Your choice is remembered for direct messages and the Home tab. To change it, type `{command} pbx`."


def belongs(title: str) -> str:
    """Answers which PBX a channel belongs to."""
    return f"This channel belongs to {title}."


def chosen(title: str) -> str:
    """Says which PBX direct messages and the Home tab are about."""
    return f"Direct messages and the Home tab are about {title}."


def away(title: str) -> str:
    """Says that Park could not start to serve a PBX."""
    return (
        f"Nothing was done: Park could not begin to serve {title}, and tries again by itself. "
        "Send it again in some minutes; whoever runs Park finds the reason in its log."
    )


def posts_nothing(channels: Sequence[str]) -> str:
    """Says that the policy names channels of other PBXs."""
    listed_ids = listed(list(channels))
    return f"Park posts nothing in {listed_ids}: add it to the channels of this PBX in park.toml, or name another one"


def unknown(name: str, names: Sequence[str]) -> str:
    """Says that there is no PBX of a name for the person who asks."""
    verb = "are" if len(names) > 1 else "is"
    return f"Nothing was changed: you have no PBX “{name}”. There {verb} {listed(names)}."

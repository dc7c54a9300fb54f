"""What the PBX changed beside what it was asked for: the prompt above all."""

from bot.changes import Snapshot
from bot.changes.change import Change, same
from bot.changes.snapshot import COMPARED
from bot.message import Message, Offer
from bot.operations import ServerPrompt
from bot.plan import Plan

PROMPT = "prompt_file"
_BLANK = (None, "")
_CHANGED = "The PBX changed the call park server's prompt with it: check what callers hear."
_SAVED = "The prompt that was there before was saved."


def beside(plan: Plan, change: Change, now: Snapshot | None) -> Message | None:
    """In its title; with a button that puts the prompt back, where its file was kept."""
    moved = _moved(change, now)
    if any(key.startswith(PROMPT) for key in moved):
        if plan.saved is None:
            return Message(title=_CHANGED)
        back = Offer(label="Put the prompt back", line=ServerPrompt(file=plan.saved).text(), style="primary")
        return Message(title=f"{_CHANGED} {_SAVED}", offers=(back,))
    return Message(title=f"The PBX changed these settings with it: {', '.join(moved)}.") if moved else None


def _moved(change: Change, now: Snapshot | None) -> list[str]:
    if now is None or change.before is None or change.after is None or not same(now, change.after):
        return []
    wanted = {**change.before.settings, **change.after.settings}
    asked = tuple(COMPARED) if not change.with_prompt else (*COMPARED, *(key for key in wanted if PROMPT in key))
    pairs = {key: (value, now.settings.get(key)) for key, value in wanted.items() if key not in asked}
    return sorted(key for key, pair in pairs.items() if pair[0] != pair[1] and not set(pair) <= set(_BLANK))

"""A target as it is on the PBX now."""

from collections.abc import Iterable
from typing import NamedTuple

from bot.changes.prompt import NO_PROMPT, UNNAMED, Prompt, digest
from bot.changes.snapshot import Person, Snapshot
from bot.changes.target import Target
from bot.errors import Missing, NotPossible, PBXError, Rejected
from bot.pbx.call import Dropped, NotSent, Throttled
from bot.pbx.client import PBX
from bot.pbx.models import ParkGroup, ParkServer
from bot.pbx.wav import check_size


def read(pbx: PBX, target: Target, *, members: bool = True, prompt: bool = False) -> Snapshot | None:
    """None where there is no such group; raise PBXError."""
    if target.is_server:
        server = pbx.server()
        return Snapshot(settings=server.shown(), prompt=read_prompt(pbx, server).prompt if prompt else None)
    id = target.id or locate(pbx, target.name or "")
    if id is None:
        return None
    try:
        shown = pbx.group(id).shown()
        people = tuple(map(Person.of, pbx.members(id))) if members else None
    except Missing:
        return None
    return Snapshot(settings={key: value for key, value in shown.items() if key != "id"}, members=people)


class Found(NamedTuple):
    """The prompt in use, and its file; None where there is none, or `why` the PBX does not give it out."""

    prompt: Prompt
    content: bytes | None = None
    why: str = ""


def read_prompt(pbx: PBX, server: ParkServer) -> Found:
    """Raise PBXError where that may pass."""
    if not server.prompt_file_name and not server.prompt_file_url:
        return Found(NO_PROMPT)
    name = server.prompt_file_name or UNNAMED
    shown = Prompt(name=name, size=server.prompt_file_size)
    try:
        content = pbx.file(server.prompt_file_url or "")
        check_size(name, len(content))
    except (NotSent, Dropped, Throttled):
        raise
    except (PBXError, NotPossible) as fault:
        return Found(shown, why=str(fault))
    return Found(shown.model_copy(update={"sha256": digest(content)}), content)


def locate(pbx: PBX, name: str) -> str | None:
    """The id of the group of exactly this name; which fields can be filtered is undocumented, so a no is no answer."""
    literal = name.replace("'", "''")
    try:
        return _called(name, pbx.groups(filter=f"name eq '{literal}'"))
    except Throttled:
        raise
    except Rejected:
        return _called(name, pbx.groups())


def _called(name: str, groups: Iterable[ParkGroup]) -> str | None:
    return next((group.id for group in groups if group.name == name), None)

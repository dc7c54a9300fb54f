"""Files of people, as an app sees them."""

import mimetypes

from bot.sandbox.slack.model import File, Json
from bot.sandbox.slack.state import State

LARGEST = 10_000_000
"""Bytes that a form takes for one file: documented as 10 MB."""


def fits(element: Json, file: File) -> bool:
    """Whether Slack's client lets it be chosen: by the end of its name, and by its size."""
    kinds = element.get("filetypes")
    return (kinds is None or file.name.rpartition(".")[2].lower() in kinds) and file.length <= LARGEST


def give(state: State, entry: Json) -> None:
    """The files of an entry are the app's to see."""
    with state.changed:
        for file in entry.get("files", ()):
            state.files[file["id"]].given = True


def shown_file(state: State, file: File) -> Json:
    """A file object."""
    place = state.channels.get(file.channel or "")
    where = None if place is None or place.direct else "groups" if place.private else "channels"
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": mimetypes.guess_type(file.name)[0] or "application/octet-stream",
        "filetype": file.name.rpartition(".")[2],
        "user": file.user,
        "user_team": state.team,
        "size": file.length,
        "mode": "hosted",
        "is_external": False,
        "is_public": where == "channels",
        "url_private": file.url.replace("/download/", "/"),
        "url_private_download": file.url,
        "channels": [file.channel] if where == "channels" else [],
        "groups": [file.channel] if where == "groups" else [],
        "ims": [file.channel] if place is not None and place.direct else [],
    }

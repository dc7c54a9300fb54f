"""Files of people, as an app sees them."""

import mimetypes

from bot.sandbox.slack.model import File, Json
from bot.sandbox.slack.state import State

LARGEST = 10_000_000
"""Bytes that a form takes for one file: documented as 10 MB."""


def give(state: State, element: Json, entry: Json) -> None:
    """The files of an entry are the app's to see; ValueError for what Slack's client does not let be chosen."""
    files = [state.files[one["id"]] for one in entry.get("files", ())]
    kinds = element.get("filetypes")
    for file in files:
        if kinds is not None and file.name.rpartition(".")[2].lower() not in kinds:
            raise ValueError(f"{file.name} can't be chosen here: it must end in {' or '.join(kinds)}")
        if file.length > LARGEST:
            raise ValueError(f"{file.name} is too large: {LARGEST / 1e6:g} MB are the most")
    with state.changed:
        for file in files:
            file.given = True


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

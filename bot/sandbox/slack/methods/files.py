"""Files: those of the bot announced, uploaded elsewhere, and shared when they are whole; those of people looked at."""

import secrets

from bot.sandbox.slack.attached import shown_file
from bot.sandbox.slack.content import parse_list
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.ids import new_id
from bot.sandbox.slack.methods import method
from bot.sandbox.slack.methods.access import visible_channel
from bot.sandbox.slack.model import Channel, File, Json
from bot.sandbox.slack.state import State

_LARGEST = 2**30  # bytes; what Slack takes for one file


@method("files.getUploadURLExternal", "files:write")
def get_upload_url(state: State, args: Json) -> Json:
    name, length = str(args.get("filename") or ""), str(args.get("length") or "")
    if not name or not length.isdecimal() or not int(length):
        raise SlackError("invalid_arguments")
    if int(length) > _LARGEST:
        raise SlackError("file_upload_size_restricted")
    url = f"{state.base}/upload/v1/{secrets.token_urlsafe(18)}"
    file = File(id=new_id("F"), name=name, length=int(length), url=url, user=state.bot.id)
    state.files[file.id] = file
    return {"upload_url": file.url, "file_id": file.id}


@method("files.completeUploadExternal", "files:write")
def complete_upload(state: State, args: Json) -> Json:
    given = parse_list(args.get("files"), "invalid_arguments")
    if not given:
        raise SlackError("invalid_arguments")
    files = [_whole(state, one) for one in given]
    channel = _channel(state, args["channel_id"]) if args.get("channel_id") else None
    for file, one in zip(files, given, strict=True):
        file.title, file.channel = str(one.get("title") or file.name), channel.id if channel else ""
    if channel:
        text = "\n".join(filter(None, (str(args.get("initial_comment") or ""), *(f"[{one.name}]" for one in files))))
        state.by_bot(channel.id, {"text": text, "blocks": [], "attachments": []})
    return {"files": [{"id": file.id, "title": file.title} for file in files]}


@method("files.info", "files:read")
def files_info(state: State, args: Json) -> Json:
    """Of what was given to the app, of its own, and of what is shared where it is itself."""
    file = state.files.get(str(args.get("file") or ""))
    place = state.channels.get(file.channel or "") if file else None
    there = place is not None and state.bot.id in place.members
    if file is None or file.content is None or not (there or file.given or file.user == state.bot.id):
        raise SlackError("file_not_found")
    return {"file": shown_file(state, file), "comments": [], "response_metadata": {"next_cursor": ""}}


def _whole(state: State, given: Json) -> File:
    """Uploaded, and not shared before."""
    file = state.files.get(str(given.get("id")))
    if file is None or file.content is None or file.channel is not None:
        raise SlackError("file_not_found")
    return file


def _channel(state: State, given: object) -> Channel:
    """An id, and one that the bot is a member of: `chat:write.public` is for messages only."""
    if given not in state.channels:
        raise SlackError("invalid_channel")
    channel = visible_channel(state, given)
    if channel.archived:
        raise SlackError("is_archived")
    if state.bot.id not in channel.members:
        raise SlackError("not_in_channel")
    return channel

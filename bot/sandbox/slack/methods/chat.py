"""Web API methods for messages (chat.*) and files (files.*)."""

import secrets

from bot.sandbox.slack.content import message_object, parse_content, parse_list, permalink
from bot.sandbox.slack.files import file_object
from bot.sandbox.slack.methods.registry import api_method, postable_channel, visible_channel
from bot.sandbox.slack.model import Channel, File, Json, Post, SlackError, new_id
from bot.sandbox.slack.state import SlackState


@api_method("chat.postMessage", "chat:write")
def post_message(state: SlackState, args: Json) -> Json:
    channel = postable_channel(state, args.get("channel"))
    content = parse_content(state, args, channel.id)
    post = state.post_as_bot(channel.id, content)
    return {"channel": channel.id, "ts": post.ts, "message": message_object(state, post)}


@api_method("chat.postEphemeral", "chat:write")
def post_ephemeral(state: SlackState, args: Json) -> Json:
    channel = postable_channel(state, args.get("channel"), ephemeral=True)
    user = args.get("user")
    if user not in state.people:
        raise SlackError("user_not_found" if user else "no_user")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    post = state.post_as_bot(channel.id, parse_content(state, args, channel.id), only_for=user)
    return {"message_ts": post.ts}


@api_method("chat.update", "chat:write")
def update(state: SlackState, args: Json) -> Json:
    post = _own_message(state, args, "cant_update_message")
    content = parse_content(state, args, post.channel, update=True)
    with state.changed:
        post.text = content["text"] or post.text
        post.blocks = content["blocks"] if "blocks" in args or content["text"] else post.blocks
        post.attachments = content["attachments"] if "attachments" in args else post.attachments
        if not post.blocks:
            post.edited = {"user": state.bot.id, "ts": state.timestamps.next()}
        state.changed.notify_all()
    return {"channel": post.channel, "ts": post.ts, "text": post.text, "message": message_object(state, post)}


@api_method("chat.delete", "chat:write")
def delete(state: SlackState, args: Json) -> Json:
    post = _own_message(state, args, "cant_delete_message")
    state.remove(post)
    return {"channel": post.channel, "ts": post.ts}


@api_method("chat.getPermalink")
def get_permalink(state: SlackState, args: Json) -> Json:
    channel = visible_channel(state, args.get("channel"))
    post = state.find(channel.id, args.get("message_ts"))
    if post is None:
        raise SlackError("message_not_found")
    return {"channel": channel.id, "permalink": permalink(state, post)}


def _own_message(state: SlackState, args: Json, otherwise: str) -> Post:
    """Returns the bot's own message that the call names; ephemeral ones are not found."""
    channel = visible_channel(state, args.get("channel"))
    post = state.find(channel.id, args.get("ts"))
    if post is None:
        raise SlackError("message_not_found")
    if channel.archived:
        raise SlackError("is_archived")
    if post.user != state.bot.id:
        raise SlackError(otherwise)
    return post


MAX_UPLOAD_BYTES = 2**30  # bytes; what Slack takes for one file
"""Bytes of one uploaded file: documented as 1 GB."""


@api_method("files.getUploadURLExternal", "files:write")
def get_upload_url(state: SlackState, args: Json) -> Json:
    name, length = str(args.get("filename") or ""), str(args.get("length") or "")
    if not name or not length.isdecimal() or not int(length):
        raise SlackError("invalid_arguments")
    if int(length) > MAX_UPLOAD_BYTES:
        raise SlackError("file_upload_size_restricted")
    url = f"{state.base}/upload/v1/{secrets.token_urlsafe(18)}"
    file = File(id=new_id("F"), name=name, length=int(length), url=url, user=state.bot.id)
    state.files[file.id] = file
    return {"upload_url": file.url, "file_id": file.id}


@api_method("files.completeUploadExternal", "files:write")
def complete_upload(state: SlackState, args: Json) -> Json:
    given = parse_list(args.get("files"), "invalid_arguments")
    if not given:
        raise SlackError("invalid_arguments")
    files = [_uploaded_file(state, one) for one in given]
    channel = _target_channel(state, args["channel_id"]) if args.get("channel_id") else None
    for file, one in zip(files, given, strict=True):
        file.title, file.channel = str(one.get("title") or file.name), channel.id if channel else ""
    if channel:
        text = "\n".join(filter(None, (str(args.get("initial_comment") or ""), *(f"[{one.name}]" for one in files))))
        state.post_as_bot(channel.id, {"text": text, "blocks": [], "attachments": []})
    return {"files": [{"id": file.id, "title": file.title} for file in files]}


@api_method("files.info", "files:read")
def files_info(state: SlackState, args: Json) -> Json:
    """Shows the app's own files, those given to it in forms, and those shared in its channels."""
    file = state.files.get(str(args.get("file") or ""))
    place = state.channels.get(file.channel or "") if file else None
    there = place is not None and state.bot.id in place.members
    if file is None or file.content is None or not (there or file.given or file.user == state.bot.id):
        raise SlackError("file_not_found")
    return {"file": file_object(state, file), "comments": [], "response_metadata": {"next_cursor": ""}}


def _uploaded_file(state: SlackState, given: Json) -> File:
    """Returns a file that was uploaded and not yet shared."""
    file = state.files.get(str(given.get("id")))
    if file is None or file.content is None or file.channel is not None:
        raise SlackError("file_not_found")
    return file


def _target_channel(state: SlackState, given: object) -> Channel:
    """Returns a channel by id that the bot is a member of; chat:write.public is for messages only."""
    if given not in state.channels:
        raise SlackError("invalid_channel")
    channel = visible_channel(state, given)
    if channel.archived:
        raise SlackError("is_archived")
    if state.bot.id not in channel.members:
        raise SlackError("not_in_channel")
    return channel

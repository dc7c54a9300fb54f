"""Messages of the bot: posted, changed, taken back."""

from bot.sandbox.slack.content import content_of, link_to, sender
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.methods import method
from bot.sandbox.slack.methods.access import channel_to_post_in, visible_channel
from bot.sandbox.slack.model import Json, Post
from bot.sandbox.slack.state import State


@method("chat.postMessage", "chat:write")
def post_message(state: State, args: Json) -> Json:
    channel = channel_to_post_in(state, args.get("channel"))
    content = content_of(state, args, channel.id)
    post = state.by_bot(channel.id, content)
    return {"channel": channel.id, "ts": post.ts, "message": sender(state, post)}


@method("chat.postEphemeral", "chat:write")
def post_ephemeral(state: State, args: Json) -> Json:
    channel = channel_to_post_in(state, args.get("channel"), ephemeral=True)
    user = args.get("user")
    if user not in state.people:
        raise SlackError("user_not_found" if user else "no_user")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    post = state.by_bot(channel.id, content_of(state, args, channel.id), only_for=user)
    return {"message_ts": post.ts}


@method("chat.update", "chat:write")
def update(state: State, args: Json) -> Json:
    post = _own(state, args, "cant_update_message")
    content = content_of(state, args, post.channel, update=True)
    with state.changed:
        post.text = content["text"] or post.text
        post.blocks = content["blocks"] if "blocks" in args or content["text"] else post.blocks
        post.attachments = content["attachments"] if "attachments" in args else post.attachments
        if not post.blocks:
            post.edited = {"user": state.bot.id, "ts": state.stamps.next()}
        state.changed.notify_all()
    return {"channel": post.channel, "ts": post.ts, "text": post.text, "message": sender(state, post)}


@method("chat.delete", "chat:write")
def delete(state: State, args: Json) -> Json:
    post = _own(state, args, "cant_delete_message")
    state.remove(post)
    return {"channel": post.channel, "ts": post.ts}


@method("chat.getPermalink")
def get_permalink(state: State, args: Json) -> Json:
    channel = visible_channel(state, args.get("channel"))
    post = state.find(channel.id, args.get("message_ts"))
    if post is None:
        raise SlackError("message_not_found")
    return {"channel": channel.id, "permalink": link_to(state, post)}


def _own(state: State, args: Json, otherwise: str) -> Post:
    """The bot's own message that the call is about; ephemeral ones can't be reached by it."""
    channel = visible_channel(state, args.get("channel"))
    post = state.find(channel.id, args.get("ts"))
    if post is None:
        raise SlackError("message_not_found")
    if channel.archived:
        raise SlackError("is_archived")
    if post.user != state.bot.id:
        raise SlackError(otherwise)
    return post

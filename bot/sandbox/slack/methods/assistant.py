"""Web API methods for the conversation with an app: its status while it works, and suggested prompts."""

from bot.sandbox.slack.content import parse_list
from bot.sandbox.slack.methods.registry import api_method, visible_channel
from bot.sandbox.slack.model import Json, SlackError
from bot.sandbox.slack.state import SlackState

MAX_PROMPTS = 4
"""Prompts of one conversation: docs.slack.dev, assistant.threads.setSuggestedPrompts."""


@api_method("assistant.threads.setStatus", "chat:write", "assistant:write")
def set_status(state: SlackState, args: Json) -> Json:
    """Shows a status in a thread; an empty one, and a message of the app there, remove it."""
    channel = visible_channel(state, args.get("channel_id"))
    thread = str(args.get("thread_ts") or "")
    if state.find(channel.id, thread) is None:
        raise SlackError("invalid_thread_ts")
    if "status" not in args:
        raise SlackError("invalid_arguments")
    state.set_status(channel.id, thread, str(args["status"]))
    return {}


@api_method("assistant.threads.setSuggestedPrompts", "assistant:write")
def set_suggested_prompts(state: SlackState, args: Json) -> Json:
    """Sets the prompts of a conversation; with a thread, an app with agent_view gets a success without effect."""
    channel = visible_channel(state, args.get("channel_id"))
    prompts = parse_list(args.get("prompts"), "invalid_arguments")
    if not prompts or len(prompts) > MAX_PROMPTS or not all(one.get("title") and one.get("message") for one in prompts):
        raise SlackError("invalid_arguments")
    if not args.get("thread_ts"):
        state.prompts[channel.id] = {str(one["title"]): str(one["message"]) for one in prompts}
    return {}

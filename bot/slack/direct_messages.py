"""The Messages tab: what is suggested to whoever opens the conversation with Park."""

import logging
from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Any

from slack_bolt import App

from bot.errors import JournalUnavailable, PBXError, Refused, SlackFailure, SlackRefused
from bot.messages.message import Message, Offer
from bot.planning.forms import FormService
from bot.runtime.logs import request_logging
from bot.slack.blocks import render
from bot.slack.requests import RequestFactory
from bot.slack.web_api import ChatApi
from bot.texts import home
from bot.texts.languages import speaking

log = logging.getLogger(__name__)
Payload = Mapping[str, Any]


class MessagesTab:
    """Suggests prompts, in `pool` because it waits for Slack.

    Where the workspace or the app has no prompts, whoever opens the conversation for the first time is greeted with
    a message whose buttons are the prompts.
    """

    def __init__(self, chat_api: ChatApi, form_service: FormService, requests: RequestFactory, pool: Executor) -> None:
        self._chat_api, self._form_service, self._requests, self._pool = chat_api, form_service, requests, pool
        self._greeted: set[str] = set()

    def connect(self, app: App) -> None:
        """Registers the listener, which has to come before that of the Home tab."""
        app.event("app_home_opened", matchers=[_is_messages_tab])(self.opened)

    def opened(self, event: Payload) -> None:
        """Suggests prompts to a user who opens the conversation."""
        self._pool.submit(self._suggest, event["user"], event["channel"])

    def _suggest(self, user: str, conversation: str) -> None:
        request = self._requests.home(user)
        with request_logging(request), speaking(self._form_service.language(user)):
            try:
                prompts = self._form_service.prompts(request)
                self._show(conversation, prompts)
            except (Refused, SlackFailure, PBXError, JournalUnavailable) as fault:
                log.info("nothing is suggested in a direct message: %s", fault)
            except Exception:  # an exception in a pool's thread would be lost
                log.exception("the Messages tab met a fault in Park")

    def _show(self, conversation: str, prompts: tuple[Offer, ...]) -> None:
        try:
            self._chat_api.suggest_prompts(conversation, home.PROMPTS, {one.label: one.line for one in prompts})
        except SlackRefused as refusal:
            log.info("Slack shows no prompts, so a message does: %s", refusal)
            self._greet(conversation, prompts)

    def _greet(self, conversation: str, prompts: tuple[Offer, ...]) -> None:
        """Posts the prompts as buttons, unless something was written there before."""
        if conversation in self._greeted or not self._chat_api.is_empty(conversation):
            return
        self._greeted.add(conversation)
        for payload in render(Message(title=home.GREETING, notes=(home.GREETING_NOTE,), offers=prompts)):
            self._chat_api.post(conversation, payload)


def _is_messages_tab(event: Payload) -> bool:
    return event.get("tab") == "messages"

"""Notes of progress: posted where they can be removed again, and removed, if need be by the next process."""

import logging
from contextlib import suppress

from bot.errors import JournalUnavailable, SlackFailure
from bot.journal.notes import NoteStore, StoredNote
from bot.messages.request import Request
from bot.slack.blocks import Payload, with_footer
from bot.slack.cards import origin
from bot.slack.web_api import ChatApi

log = logging.getLogger(__name__)


class ProgressNotes:
    """Posts, updates and removes the notes about unfinished requests."""

    def __init__(self, chat_api: ChatApi, store: NoteStore) -> None:
        self._chat_api, self._store = chat_api, store
        self._notes: dict[str, StoredNote] = {}  # by the keys of requests

    def put(self, request: Request, payload: Payload) -> None:
        """Posts or updates the note about a request; raises SlackFailure.

        It is in the thread, else in a direct message: Slack removes a private message in a channel only at a click on
        it (slackapi/bolt-python#1268).
        """
        if (note := self._notes.get(request.key)) is not None:
            self._chat_api.update(note.channel, note.ts, payload)
            return
        channel, ts = self._post(request, payload)
        self._notes[request.key] = StoredNote("", channel, ts)
        try:
            self._store.keep(request.key, request.user, channel, ts)
        except JournalUnavailable as fault:
            log.info("a note of progress stays if Park is killed now: %s", fault)

    def _post(self, request: Request, payload: Payload) -> tuple[str, str]:
        if request.channel and request.thread:
            with suppress(SlackFailure):
                return request.channel, self._chat_api.post(request.channel, payload, request.thread).ts
        to = self._chat_api.direct_destination(request.user)
        posted = self._chat_api.post(to, with_footer(payload, origin(request)))
        return posted.channel, posted.ts

    def remove(self, request: Request) -> None:
        """Removes the note about a request, whichever process has posted it; only logs a failure."""
        try:
            stored = self._store.find(request.key)
        except JournalUnavailable as fault:
            log.info("where a note of progress is can't be read: %s", fault)
            stored = None
        if (note := self._notes.pop(request.key, stored)) is not None:
            self._delete(StoredNote(stored.name if stored else "", note.channel, note.ts))

    def remove_left_over(self) -> None:
        """Removes the notes of processes that were killed; only logs a failure."""
        try:
            for note in self._store.left_over():
                self._delete(note)
        except JournalUnavailable as fault:
            log.info("which notes of progress were left can't be read: %s", fault)

    def _delete(self, note: StoredNote) -> None:
        try:
            self._chat_api.delete(note.channel, note.ts)
            if note.name:
                self._store.forget([note.name])
        except (SlackFailure, JournalUnavailable) as failure:
            log.warning("a note of progress could not be removed: %s", failure)

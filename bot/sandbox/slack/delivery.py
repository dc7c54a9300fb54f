"""Delivers payloads to the bot, with acknowledgement, time-out and, for events, retries."""

import threading
import time
import uuid
from collections.abc import Sequence

from bot.sandbox.slack.model import Ack, Delivery, Json
from bot.sandbox.slack.request_url import RequestUrlClient
from bot.sandbox.slack.socket_mode import SocketModeServer
from bot.sandbox.slack.state import SlackState


class Deliveries:
    """Sends payloads over Socket Mode or to the request URL, and waits for acknowledgements."""

    def __init__(
        self,
        state: SlackState,
        ack_timeout: float,
        retry_after: Sequence[float],
        beside: "Deliveries | None" = None,
    ) -> None:
        """Prepares the deliveries; those of another workspace of the same app have the Socket Mode connection."""
        self._connected = beside or self
        self._state = state
        self._timeout = ack_timeout
        self._retry_after = retry_after
        self._answers: dict[str, Json | None] = {}
        self._threads: list[threading.Thread] = []
        self.link = SocketModeServer(state, self._answered)
        self.request_url = RequestUrlClient(state.signing_secret, ack_timeout)
        self.made: list[Delivery] = []

    def stop(self) -> None:
        """Joins the retry threads, which `SlackState.stopping` ends."""
        for thread in self._threads:
            thread.join()

    def deliver(self, kind: str, payload: Json) -> Ack:
        """Delivers a command or an interaction, which Slack does not retry."""
        answered = kind == "slash_commands" or payload["type"] in ("view_submission", "block_suggestion")
        return self._send(kind, payload, {"accepts_response_payload": answered})

    def event(self, payload: Json) -> Ack:
        """Delivers an event and returns the first attempt's outcome; retries follow in a thread."""
        ack = self.deliver_event_once(payload)
        if not ack.ok:
            thread = threading.Thread(target=self._again, args=(payload,), name="slack-event")
            self._threads.append(thread)
            thread.start()
        return ack

    def deliver_event_once(self, payload: Json, number: int = 0) -> Ack:
        """Delivers an event once; `number` is the number of the retry, 0 for the first attempt."""
        retry = {"retry_attempt": number, "retry_reason": "timeout" if number else ""}
        return self._send("events_api", payload, {"accepts_response_payload": False, **retry})

    def _again(self, payload: Json) -> None:
        for number, delay in enumerate(self._retry_after, start=1):
            self._state.wait(lambda: False, delay)
            if self._state.stopping or self.deliver_event_once(payload, number).ok:
                return

    def _send(self, kind: str, payload: Json, more: Json) -> Ack:
        envelope = {"envelope_id": str(uuid.uuid4()), "type": kind, "payload": payload, **more}
        ack = self.request_url.send(envelope) if self.request_url.url else self._connected.acknowledged(envelope)
        with self._state.changed:
            self.made.append(Delivery(envelope=envelope, ack=ack))
            self._state.changed.notify_all()
        return ack

    def acknowledged(self, envelope: Json) -> Ack:
        """Sends an envelope over Socket Mode, and waits for its acknowledgement."""
        key, begun = envelope["envelope_id"], time.monotonic()
        with self._state.changed:
            self._answers[key] = None
        try:
            if not self.link.send(envelope):
                return Ack(ok=False, seconds=0.0, error="dispatch_failed")
            answer = self._state.wait(lambda: self._answers[key], self._timeout)
        finally:
            with self._state.changed:
                del self._answers[key]
        seconds = time.monotonic() - begun
        if answer is None:
            return Ack(ok=False, seconds=seconds, error="operation_timeout")
        return Ack(ok=True, seconds=seconds, payload=answer.get("payload") or None)

    def _answered(self, message: Json) -> None:
        """Stores an acknowledgement; late ones are dropped, as by Slack."""
        with self._state.changed:
            if message.get("envelope_id") in self._answers:
                self._answers[message["envelope_id"]] = message
                self._state.changed.notify_all()

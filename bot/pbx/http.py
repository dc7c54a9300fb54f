"""Sends one request: concurrency limit, retries, call statistics."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import httpx
import stamina
from stamina.instrumentation import set_on_retry_hooks

from bot.errors import PBXError
from bot.pbx.requests import ApiRequest, ApiResponse, Dropped, NotSent, Throttled, address, base
from bot.pbx.tls import tls_context
from bot.pbx.transport import Deadline, Transport, under
from bot.runtime.metrics import PBX_CALLS, PBX_ERRORS

log = logging.getLogger(__name__)


class CallStats:
    """Of one PBX; safe for threads."""

    def __init__(self) -> None:
        self.state = "not asked yet"

    def answered(self, call: ApiRequest, answer: ApiResponse, began: float) -> None:
        """Whatever the answer says: it was one."""
        seconds = time.monotonic() - began
        self.state = "answers" if answer.status < 500 else f"fails: HTTP {answer.status}"
        PBX_CALLS.labels(call.method, call.route).observe(seconds)
        if answer.status >= 300:
            PBX_ERRORS.labels(call.method, call.route, f"{answer.status // 100}xx").inc()
        level = logging.INFO if call.write else logging.DEBUG
        log.log(level, "%s %s: HTTP %d in %.0f ms", call.method, call.route, answer.status, seconds * 1000)

    def silent(self, call: ApiRequest, fault: PBXError) -> None:
        """No answer, or none that makes sense."""
        self.state = "does not answer"
        kind = "not sent" if isinstance(fault, NotSent) else "no answer"
        PBX_ERRORS.labels(call.method, call.route, kind).inc()
        log.log(logging.WARNING if call.write else logging.INFO, "%s %s: %s", call.method, call.route, kind)


LARGEST = 16 * 1024 * 1024
"""Bytes of one answer: a page of 100 is some 50 KB, the members list has no pages."""
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "park-bot"}


class HttpSender:
    """One exchange at a time a thread, at most `in_flight` together.

    Over the transport alone, without httpx's client around it: redirects, cookies and proxies named in the environment,
    through which the token would pass without PBX_URL saying so, are all not wanted, and it would be a tenth of a
    change's work.
    """

    def __init__(self, url: str, *, ca_file: Path | None, verify: bool, in_flight: int) -> None:
        self._base = base(url)
        self.pulse = CallStats()
        self._slots = threading.BoundedSemaphore(in_flight)
        self._transport = Transport(tls_context(httpx.URL(self._base), ca_file, verify=verify), in_flight)
        self._closed = False

    @property
    def base(self) -> str:
        """Below which everything is."""
        return self._base

    def exchange(self, call: ApiRequest, deadline: Deadline, *, token: str | None = None) -> ApiResponse:
        """Send once and read to the end; raise NotSent, or what `call` makes of a lost or senseless answer."""
        where = address(self._base, call.path, call.query)
        try:
            return self._in_turn(call, where, deadline, _headers(call, token))
        except PBXError as fault:
            self.pulse.silent(call, fault)
            raise

    def _in_turn(
        self, call: ApiRequest, where: httpx.URL, deadline: Deadline, headers: Mapping[str, str]
    ) -> ApiResponse:
        if not self._slots.acquire(timeout=deadline.left()):
            raise NotSent(f"{call}: too many other calls were waiting for the PBX for {deadline.seconds:g} s")
        try:
            with under(deadline):
                return self._exchange(call, where, deadline, headers)
        except httpx.ConnectError as error:
            raise NotSent(f"{call}: the PBX can't be reached: {error}") from error
        except httpx.ReadTimeout as error:
            raise call.lost(f"no answer within {deadline.seconds:g} s") from error
        except httpx.RequestError as error:
            raise call.lost(f"the connection broke: {error}") from error
        finally:
            self._slots.release()

    def _exchange(
        self, call: ApiRequest, where: httpx.URL, deadline: Deadline, headers: Mapping[str, str]
    ) -> ApiResponse:
        if self._closed:
            raise NotSent(f"{call}: the connection to the PBX was closed")
        began = time.monotonic()
        request = httpx.Request(call.method, where, content=call.content, headers=headers)
        with closing(self._transport.handle_request(request)) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LARGEST:
                    raise call.nonsense(f"the answer is longer than {LARGEST} bytes")
        answer = ApiResponse(status=response.status_code, body=bytes(body), headers=dict(response.headers))
        self.pulse.answered(call, answer, began)
        return answer

    def close(self) -> None:
        """Close every connection."""
        self._closed = True
        self._transport.close()


def _headers(call: ApiRequest, token: str | None) -> dict[str, str]:
    headers = {**_HEADERS, **call.headers, **({} if token is None else {"Authorization": f"Bearer {token}"})}
    return headers if call.content is None else {**headers, "Content-Type": call.content_type}


T = TypeVar("T")

ATTEMPTS = 4
LONGEST_WAIT = 0.5

# Each failure that matters is raised in the end; one log line for each attempt would only be noise.
set_on_retry_hooks(())


def retrying(deadline: Deadline, attempt: Callable[[], T]) -> T:
    """Try again what wasn't sent, what was throttled, and reads that were dropped, while there is time."""

    def pause(error: Exception) -> bool | float:
        if isinstance(error, Throttled) and error.after is not None:
            return error.after if error.after < deadline.left() else False
        return isinstance(error, NotSent | Dropped | Throttled) and deadline.left() > LONGEST_WAIT

    caller = stamina.RetryingCaller(attempts=ATTEMPTS, timeout=None, wait_max=LONGEST_WAIT, wait_jitter=0.1)
    return caller(pause, attempt)

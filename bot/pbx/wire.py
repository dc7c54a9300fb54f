"""The only place that sends bytes to the PBX."""

import threading
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

import httpx

from bot.pbx.address import address, base
from bot.pbx.call import Answer, Call, NotSent
from bot.pbx.deadline import Deadline
from bot.pbx.tls import tls_context
from bot.pbx.transport import Transport, under

LARGEST = 16 * 1024 * 1024
"""Bytes of one answer: a page of 100 is some 50 KB, the members list has no pages."""


class Wire:
    """One exchange at a time a thread, at most `in_flight` together; no redirects, no cookies.

    Proxies named in the environment are not used: the token would pass through them without PBX_URL saying so.
    """

    def __init__(self, url: str, *, ca_file: Path | None, verify: bool, in_flight: int) -> None:
        self._base = base(url)
        self._slots = threading.BoundedSemaphore(in_flight)
        self._client = httpx.Client(
            transport=Transport(tls_context(httpx.URL(self._base), ca_file, verify=verify), in_flight),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "park-bot"},
            trust_env=False,
            follow_redirects=False,
        )

    def exchange(self, call: Call, deadline: Deadline, *, token: str | None = None) -> Answer:
        """Send once and read to the end; raise NotSent, or what `call` makes of a lost or senseless answer."""
        where = address(self._base, call.path, call.query)
        if not self._slots.acquire(timeout=deadline.left()):
            raise NotSent(f"{call}: too many other calls were waiting for the PBX for {deadline.seconds:g} s")
        try:
            with under(deadline):
                return self._exchange(call, where, deadline, _headers(call, token))
        except httpx.ConnectError as error:
            raise NotSent(f"{call}: the PBX can't be reached: {error}") from error
        except httpx.ReadTimeout as error:
            raise call.lost(f"no answer within {deadline.seconds:g} s") from error
        except httpx.RequestError as error:
            raise call.lost(f"the connection broke: {error}") from error
        finally:
            self._slots.release()

    def _exchange(self, call: Call, where: httpx.URL, deadline: Deadline, headers: Mapping[str, str]) -> Answer:
        if self._client.is_closed:
            raise NotSent(f"{call}: the connection to the PBX was closed")
        with self._client.stream(
            call.method, where, content=call.content, headers=headers, timeout=deadline.left()
        ) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LARGEST:
                    raise call.nonsense(f"the answer is longer than {LARGEST} bytes")
            return Answer(status=response.status_code, body=bytes(body), headers=dict(response.headers))

    def close(self) -> None:
        """Close every connection."""
        self._client.close()


def _headers(call: Call, token: str | None) -> dict[str, str]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return headers if call.content is None else {**headers, "Content-Type": call.content_type}

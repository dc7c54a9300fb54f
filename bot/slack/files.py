"""Download of files."""

import time
from collections.abc import Mapping
from typing import Any

import httpx
from slack_sdk import WebClient

from bot.changes.lookups import DownloadedFile
from bot.errors import NOTHING, NotFound, NotPossible, SlackRefused, SlackUnavailable
from bot.pbx.limits import LARGEST, check_size
from bot.slack.client import translated

DEADLINE = 20.0
"""Seconds that a file may take, whole."""
SILENCE = 5.0
"""Seconds that may pass between two of its pieces."""
_GONE = frozenset({"file_not_found", "file_deleted", "file_not_available", "access_denied"})

Info = Mapping[str, Any]


class Files:
    """Waits for Slack, so never before an ack; raises NotFound, NotPossible or SlackFailure.

    Slack's own hosts are that of its API, where the token goes anyway, and the same with `files.` before it.
    """

    def __init__(self, client: WebClient, *, deadline: float = DEADLINE) -> None:
        self._client, self._deadline = client, deadline
        api = httpx.URL(client.base_url)
        self.hosts = {_origin(api), _origin(api.copy_with(host=f"files.{api.host}"))}

    def fetch(self, id: str, user: str, channel: str | None) -> DownloadedFile:
        """One's own, or one that was shared where it is asked for: the bot sees files that the asker may not."""
        info = self._info(id)
        shared = {*info.get("channels", ()), *info.get("groups", ())}
        if info.get("user") != user and channel not in shared:
            raise NotFound(
                f"That file is somebody else's, and was not shared here. {NOTHING}",
                notes=("Choose a file of your own in the form.",),
            )
        name = str(info.get("name") or info.get("title") or id)
        check_size(name, int(info.get("size") or 0))
        return DownloadedFile(name, self._content(name, self._own(name, info)))

    def _info(self, id: str) -> Info:
        try:
            with translated():
                info: Info = self._client.files_info(file=id)["file"]
        except SlackRefused as refusal:
            if str(refusal) not in _GONE:
                raise
            raise NotFound(
                f"Slack has no such file, or Park may not see it. {NOTHING}", notes=("Choose the file in the form.",)
            ) from refusal
        return info

    def _own(self, name: str, info: Info) -> httpx.URL:
        """Where Slack itself keeps it; a file of another service is only shown in Slack."""
        try:
            url = httpx.URL(str(info.get("url_private_download") or info.get("url_private") or ""))
        except httpx.InvalidURL:
            url = httpx.URL()
        if _origin(url) not in self.hosts or url.userinfo:
            raise NotPossible(
                f"“{name}” is not kept by Slack itself. {NOTHING}", notes=("Upload the file in the form.",)
            )
        return url

    def _content(self, name: str, url: httpx.URL) -> bytes:
        headers = {"Authorization": f"Bearer {self._client.token}", "Accept-Encoding": "identity"}
        end = time.monotonic() + self._deadline
        content = bytearray()
        try:
            with httpx.stream("GET", url, headers=headers, timeout=SILENCE, follow_redirects=False) as answer:
                _judge(answer.status_code)
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > LARGEST:
                        check_size(name, len(content))
                    if time.monotonic() > end:
                        raise SlackUnavailable(f"a file took longer than {self._deadline:g} s")
        except httpx.HTTPError as error:
            raise SlackUnavailable(f"a file did not come: {type(error).__name__}") from error
        return bytes(content)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _judge(status: int) -> None:
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise SlackUnavailable(f"a file did not come: HTTP {status}")
    if status != httpx.codes.OK:  # a redirect, above all: to a page to sign in at, or to anywhere
        raise SlackRefused(f"a file is not given out: HTTP {status}")

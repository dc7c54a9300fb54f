"""Download of files that users have uploaded to Slack."""

import time
from collections.abc import Mapping
from typing import Any

import httpx
from slack_sdk import WebClient

from bot.changes.lookups import DownloadedFile
from bot.errors import NotFound, NotPossible, SlackRefused, SlackUnavailable
from bot.pbx.limits import MAX_PROMPT_BYTES, check_size
from bot.slack.client import shared_tls_context, translate_errors
from bot.texts import limits as texts

FileJson = Mapping[str, Any]
"""A file object of files.info."""

DEADLINE = 20.0
"""Seconds that a whole download may take."""
MAX_REDIRECTS = 3
"""Redirects that a download follows: an Enterprise organisation keeps its files on a host of its own."""
READ_TIMEOUT = 5.0
"""Seconds that may pass between two chunks of a download."""
_NOT_FOUND_CODES = frozenset({"file_not_found", "file_deleted", "file_not_available", "access_denied"})


class FileDownloader:
    """Downloads files from Slack's own hosts.

    The bot token is sent to the host of the Web API and to the hosts below it, such as `files.` and those that an
    Enterprise organisation redirects to, by the same scheme and port, and to no other.
    """

    def __init__(self, client: WebClient, *, deadline: float = DEADLINE) -> None:
        self._client, self._deadline = client, deadline
        self._api = httpx.URL(client.base_url)

    def fetch(self, id: str, user: str, channel: str | None) -> DownloadedFile:
        """Downloads a file that the user owns or that was shared in the channel; the bot sees more files than that.

        Waits for Slack, so it must not be called before an acknowledgement.

        Raises:
            NotFound: The file does not exist, or the user may not see it.
            NotPossible: It is too large, or not stored by Slack.
            SlackFailure: Slack is unavailable, or refuses the download.
        """
        info = self._info(id)
        shared = {*info.get("channels", ()), *info.get("groups", ())}
        if info.get("user") != user and channel not in shared:
            raise NotFound(
                texts.NOT_SHARED_HERE,
                notes=(texts.CHOOSE_OWN,),
            )
        name = str(info.get("name") or info.get("title") or id)
        check_size(name, int(info.get("size") or 0))
        return DownloadedFile(name, self._download(name, self._download_url(name, info)))

    def _info(self, id: str) -> FileJson:
        try:
            with translate_errors():
                info: FileJson = self._client.files_info(file=id)["file"]
        except SlackRefused as refusal:
            if str(refusal) not in _NOT_FOUND_CODES:
                raise
            raise NotFound(
                texts.NO_SUCH_FILE,
                notes=(texts.CHOOSE_FILE,),
            ) from refusal
        return info

    def _download_url(self, name: str, info: FileJson) -> httpx.URL:
        """Returns the file's URL on Slack's hosts; raises NotPossible for files that another service stores."""
        url = _parsed(str(info.get("url_private_download") or info.get("url_private") or ""))
        if not self._is_slacks(url):
            raise NotPossible(texts.stored_elsewhere(name), notes=(texts.UPLOAD_FILE,))
        return url

    def _is_slacks(self, url: httpx.URL) -> bool:
        """Whether a URL is on the host of the Web API or on one below it, and carries no credentials."""
        host, api = url.host, self._api.host
        same_origin = (url.scheme, url.port) == (self._api.scheme, self._api.port)
        return same_origin and bool(host) and (host == api or host.endswith(f".{api}")) and not url.userinfo

    def _download(self, name: str, url: httpx.URL) -> bytes:
        headers = {"Authorization": f"Bearer {self._client.token}", "Accept-Encoding": "identity"}
        end = time.monotonic() + self._deadline
        try:
            with httpx.Client(
                headers=headers, timeout=READ_TIMEOUT, follow_redirects=False, verify=shared_tls_context()
            ) as http:
                for _ in range(MAX_REDIRECTS + 1):
                    with http.stream("GET", url) as response:
                        if not response.has_redirect_location:
                            return self._content(name, response, end)
                        url = self._redirected(url, response)
        except httpx.HTTPError as error:
            raise SlackUnavailable(f"a file did not come: {type(error).__name__}") from error
        raise SlackRefused(f"a file is not given out: more than {MAX_REDIRECTS} redirects")

    def _redirected(self, url: httpx.URL, response: httpx.Response) -> httpx.URL:
        """Returns where a redirect leads to, on Slack's own hosts only."""
        target = _parsed(response.headers["location"], base=url)
        if not self._is_slacks(target):
            raise SlackRefused(f"a file is not given out: HTTP {response.status_code} to another host")
        return target

    def _content(self, name: str, response: httpx.Response, end: float) -> bytes:
        _check_status(response.status_code)
        if response.headers.get("content-type", "").startswith("text/html"):  # the page to sign in at
            raise SlackRefused("a file is not given out: a page came instead")
        content = bytearray()
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > MAX_PROMPT_BYTES:
                check_size(name, len(content))
            if time.monotonic() > end:
                raise SlackUnavailable(f"a file took longer than {self._deadline:g} s")
        return bytes(content)


def _parsed(text: str, base: httpx.URL | None = None) -> httpx.URL:
    """Parses a URL, relative to `base` if there is one; returns an empty one where it is invalid."""
    try:
        return base.join(text) if base else httpx.URL(text)
    except httpx.InvalidURL:
        return httpx.URL()


def _check_status(status: int) -> None:
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise SlackUnavailable(f"a file did not come: HTTP {status}")
    if status != httpx.codes.OK:
        raise SlackRefused(f"a file is not given out: HTTP {status}")

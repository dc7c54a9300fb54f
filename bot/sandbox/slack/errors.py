"""How Slack says no."""

from typing import Any


class SlackError(Exception):
    """Answered as HTTP 200 with `{"ok": false, "error": code}` and what `more` holds."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more

"""Whether Park can post in Slack: for the health page, for the metrics, and to notice when it can again."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.errors import SlackAppRefused, SlackFailure, SlackPayloadRefused, SlackUnavailable
from bot.runtime.metrics import SLACK_CAN_POST, SLACK_FAILURES
from bot.slack.failures import DESTINATION_CODES, is_token_fault
from bot.texts import delivery, installing
from bot.times.model import Clock, utc_now

log = logging.getLogger(__name__)

OUTAGE_GRACE = timedelta(seconds=30)
"""How long Slack may be unavailable before Park counts as unable to post: short outages pass by themselves."""
_KINDS = ((SlackUnavailable, "unavailable"), (SlackAppRefused, "app"), (SlackPayloadRefused, "payload"))


class PostingState:
    """Records failures and successes of calls; thread-safe."""

    def __init__(self, now: Clock = utc_now, *, installed: bool = False, workspace: str | None = None) -> None:
        """Prepares the state.

        Args:
            installed: whether the token is that of an installation, which only another one replaces.
            workspace: id of the Slack workspace, for metrics; None where there is only one.
        """
        self.now, self._installed = now, installed
        self._can_post = SLACK_CAN_POST.labels(workspace or "")
        self._lock = threading.Lock()
        self._since: datetime | None = None
        self._reason = ""
        self._grace = timedelta()
        self._ends_with_sign_in = False
        self.on_recovery: Callable[[], None] = lambda: None
        """Called when Park can post again, so that what is held is posted at once."""
        self._can_post.set(1)

    def record(self, method: str, failure: SlackFailure | None, *, bot_token: bool = True) -> None:
        """Records the result of a call of the Web API; None is a success.

        Args:
            bot_token: Whether the call was made with the bot token, not with the app-level one.
        """
        posts = method.startswith("chat.")
        if failure is None:
            if posts:
                self.succeeded()
            return
        kind = next((name for error, name in _KINDS if isinstance(failure, error)), "refused")
        kind = "ratelimited" if "ratelimited" in str(failure) else kind
        SLACK_FAILURES.labels(method, kind).inc()
        if not bot_token:
            return
        if is_token_fault(failure) or (posts and isinstance(failure, SlackAppRefused)):
            scope = failure.scope if isinstance(failure, SlackAppRefused) else None
            self.failed(f"Slack rejects Park: {failure}", remedy=self._remedy(str(failure), scope))
            self._ends_with_sign_in = True
        elif posts and isinstance(failure, SlackUnavailable) and "ratelimited" not in str(failure):
            self.failed(f"Slack does not answer: {failure}", grace=OUTAGE_GRACE)
            self._ends_with_sign_in = True

    def _remedy(self, code: str, scope: str | None) -> str:
        return installing.INSTALL_AGAIN if self._installed else delivery.remedy(code, scope)

    def failed(self, reason: str, *, remedy: str = "", grace: timedelta = timedelta()) -> None:
        """Records that Park can't post.

        Args:
            remedy: What to do about it, for the log.
            grace: How long that may last before it is reported.
        """
        with self._lock:
            is_news = self._since is None or (bool(remedy) and reason != self._reason)
            if is_news:
                self._since, self._reason, self._grace = self._since or self.now(), reason, grace
                self._ends_with_sign_in = False
            self._grace = min(self._grace, grace)
        self._can_post.set(0)
        if is_news:
            log.error("Park can't post in Slack: %s. %s", reason, remedy or "It is tried again.")

    def untold(self, reason: str) -> None:
        """Records that an outcome could be posted nowhere; a person or channel that is gone says nothing of others."""
        if reason not in DESTINATION_CODES and not reason.startswith("response_url"):
            self.failed(f"Slack refuses messages: {reason}")

    def succeeded(self) -> None:
        """Records that Park can post."""
        with self._lock:
            recovered, self._since = self._since is not None, None
        if recovered:
            self._can_post.set(1)
            log.warning("Park can post in Slack again")
            self.on_recovery()

    def signed_in(self) -> None:
        """Records that Slack accepts the token; what it refuses to post for other reasons is still refused."""
        if self._ends_with_sign_in:
            self.succeeded()

    @property
    def failing(self) -> bool:
        """Whether the last attempt failed, the grace of an outage included."""
        return self._since is not None

    @property
    def problem(self) -> str | None:
        """Since when and why Park can't post; None if it can, or if an outage is short."""
        with self._lock:
            if self._since is None or self.now() < self._since + self._grace:
                return None
            return delivery.cannot_post(self._since, self._reason)

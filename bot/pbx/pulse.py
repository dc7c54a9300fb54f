"""How the calls to the PBX go: measured, logged, and whether it answers at all."""

import logging
import time

from bot.errors import PBXError
from bot.metrics import PBX_CALLS, PBX_ERRORS
from bot.pbx.call import Answer, Call, NotSent

log = logging.getLogger(__name__)


class Pulse:
    """Of one PBX; safe for threads."""

    def __init__(self) -> None:
        self.state = "not asked yet"

    def answered(self, call: Call, answer: Answer, began: float) -> None:
        """Whatever the answer says: it was one."""
        seconds = time.monotonic() - began
        self.state = "answers" if answer.status < 500 else f"fails: HTTP {answer.status}"
        PBX_CALLS.labels(call.method, call.route).observe(seconds)
        if answer.status >= 300:
            PBX_ERRORS.labels(call.method, call.route, f"{answer.status // 100}xx").inc()
        level = logging.INFO if call.write else logging.DEBUG
        log.log(level, "%s %s: HTTP %d in %.0f ms", call.method, call.route, answer.status, seconds * 1000)

    def silent(self, call: Call, fault: PBXError) -> None:
        """No answer, or none that makes sense."""
        self.state = "does not answer"
        kind = "not sent" if isinstance(fault, NotSent) else "no answer"
        PBX_ERRORS.labels(call.method, call.route, kind).inc()
        log.log(logging.WARNING if call.write else logging.INFO, "%s %s: %s", call.method, call.route, kind)

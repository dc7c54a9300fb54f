"""What was begun for a PBX that can't be served is closed again."""

from collections.abc import Callable

import pytest

from bot.errors import JournalUnavailable, ParkError
from bot.journal.journal import Journal
from bot.pbx.client import PbxClient
from bot.tenants import serving, tenant
from tests.tenants.several import SeveralPbxs


def _fail(*_: object, **__: object) -> None:
    raise JournalUnavailable("it can't be asked")


def _break_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "identity_of", _fail)


def _break_a_later_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tenant, "build_audit_tasks", _fail)


def _break_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.app.HealthServer", _fail)


@pytest.mark.parametrize("break_it", [_break_identity, _break_a_later_part, _break_the_start])
def test_what_was_opened_is_closed(
    break_it: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_now = set[int]()
    for kind in (Journal, PbxClient):
        _count(monkeypatch, kind, open_now)
    break_it(monkeypatch)
    with pytest.raises(ParkError), SeveralPbxs():
        pass
    assert open_now == set()


def _count(monkeypatch: pytest.MonkeyPatch, kind: type[Journal] | type[PbxClient], open_now: set[int]) -> None:
    """Keeps in `open_now` which objects of a class were made and not closed."""
    made, closed = kind.__init__, kind.close

    def make(self: object, *given: object, **named: object) -> None:
        made(self, *given, **named)  # type: ignore[arg-type]
        open_now.add(id(self))

    def close(self: object) -> None:
        closed(self)  # type: ignore[arg-type]
        open_now.discard(id(self))

    monkeypatch.setattr(kind, "__init__", make)
    monkeypatch.setattr(kind, "close", close)

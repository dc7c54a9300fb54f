"""A sandbox PBX with a client, and changes to apply to it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from bot.changes.change import Change
from bot.changes.snapshot import Person, Snapshot, Target
from bot.changes.target_io import BeforeWrite, read
from bot.pbx.auth import Credentials
from bot.pbx.client import PbxClient
from bot.sandbox.pbx.fake_pbx import FakePbx


@dataclass(frozen=True)
class Bench:
    """The PBX and its client; builds changes from the present state."""

    fake_pbx: FakePbx
    pbx: PbxClient

    def group(self, name: str) -> tuple[Target, Snapshot]:
        """Returns a group's target and present state."""
        target = Target(id=self.fake_pbx.state.group_id(name), name=name)
        snapshot = read(self.pbx, target)
        assert snapshot is not None
        return target, snapshot

    def adding(self, name: str, *numbers: str) -> Change:
        """Returns the change that adds members to a group."""
        target, before = self.group(name)
        new = [Person(number=number) for number in numbers]
        return Change(target=target, before=before, after=before.with_members((*(before.members or ()), *new)))

    def removing(self, name: str, *numbers: str) -> Change:
        """Returns the change that removes members from a group."""
        target, before = self.group(name)
        after = before.with_members(one for one in before.members or () if one.number not in numbers)
        return Change(target=target, before=before, after=after)

    def deleting(self, name: str) -> Change:
        """Returns the change that deletes a group."""
        target, before = self.group(name)
        return Change(target=target, before=before, after=None)

    def creating(self, name: str) -> Change:
        """Returns the change that creates a group whose recalls go to the user."""
        after = Snapshot(settings={"name": name, "recall_to": "USER_ONLY"}, members=())
        return Change(target=Target(name=name), before=None, after=after)

    def setting(self, name: str, /, **settings: str) -> Change:
        """Returns the change of a group's settings only."""
        target, before = self.group(name)
        before = before.model_copy(update={"members": None})
        return Change(target=target, before=before, after=before.with_settings(**settings))


@pytest.fixture
def bench() -> Iterator[Bench]:
    with FakePbx() as fake_pbx:
        pbx = PbxClient(fake_pbx.url, Credentials(token=fake_pbx.token))
        yield Bench(fake_pbx, pbx)
        pbx.close()


def at_write(number: int, action: Callable[[], object]) -> BeforeWrite:
    """Returns a hook that runs `action` before the write of this number, counted from 1."""
    seen = 0

    def hook() -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            action()

    return hook

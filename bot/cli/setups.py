"""The commands `export` and `plan`: the set-up of the PBX as a file, and what a file would change."""

import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.changes.change import Change
from bot.changes.plan import Plan
from bot.errors import Refused, SettingsError
from bot.pbx.client import build_client
from bot.pbx.models import RingGroup
from bot.planning.name_resolution import ring_group_label
from bot.settings.environment import PBXSettings
from bot.settings.tenants import read_for
from bot.setups.comparing import differences
from bot.setups.csv_file import members_as_csv
from bot.setups.files import SetupSource, decode, read_file
from bot.setups.reading import PbxSetup, left_out, read_setup, to_file
from bot.setups.summary import change_line, count_facts, risk_facts
from bot.setups.yaml_file import dump, schema, update
from bot.texts import changes as change_texts
from bot.texts import setups as texts


def run_export(options: Namespace) -> int:
    """Writes the set-up; with `--check` only compares it, and returns 1 if the PBX differs from the file."""
    if options.schema:
        sys.stdout.write(schema())
        return 0
    if options.check is not None:
        return 1 if print_plan(options.check, options.pbx) else 0
    with closing(build_client(read_for(PBXSettings, options.pbx))) as pbx:
        setup = read_setup(pbx)
    if options.members:
        sys.stdout.write(members_as_csv(setup))
    elif options.update is not None:
        text = _updated(options.update, setup)
        options.update.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(dump(to_file(setup), left_out(setup)))
    return 0


def run_plan(options: Namespace) -> int:
    """Prints what a file would change; changes nothing."""
    print_plan(options.file, options.pbx)
    return 0


def _updated(file: Path, setup: PbxSetup) -> str:
    if not file.exists():
        return dump(to_file(setup), left_out(setup))
    try:
        return update(file.name, decode(content_of(file)), to_file(setup))
    except Refused as refused:
        raise SettingsError(_told(refused)) from refused


@dataclass(frozen=True, slots=True)
class FilePlan:
    """What a file would change on a PBX, as it was when it was read."""

    digest: str
    """The same as that of the plan which Park makes of the file, as long as neither the PBX nor the file changes."""
    lines: tuple[str, ...]
    count: int
    """The number of changes."""


def plan_file(file: Path, content: bytes, pbx: str | None) -> FilePlan:
    """Reads a PBX and returns what a file with this content would change on it.

    Args:
        pbx: The name of the PBX; None if there is only one.

    Raises:
        SettingsError: The file has a mistake, or the PBX has to be named.
    """
    try:
        source = read_file(file.name, content)
        changes, ring_groups, notes = _changes(source, pbx)
    except Refused as refused:
        raise SettingsError(_told(refused)) from refused
    plan = Plan(title=texts.applied(source.name), preview_title=texts.apply(source.name), changes=changes)
    return FilePlan(plan.digest(), tuple(_lines(changes, ring_groups, notes)), len(changes))


def print_plan(file: Path, pbx: str | None) -> int:
    """Prints what the file would change on a PBX, and returns the number of changes; raises like `plan_file`."""
    plan = plan_file(file, content_of(file), pbx)
    print_lines(plan.lines)
    return plan.count


def print_lines(lines: Iterable[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _changes(source: SetupSource, name: str | None) -> tuple[tuple[Change, ...], dict[str, RingGroup], list[str]]:
    with closing(build_client(read_for(PBXSettings, name))) as pbx:
        now = read_setup(pbx)
        found = source.resolve(now, pbx)
    return differences(now, found.wanted), dict(now.ring_groups), found.notes


def _lines(changes: Sequence[Change], ring_groups: dict[str, RingGroup], notes: Sequence[str]) -> Iterator[str]:
    """Yields counts and risks, then each target, then what was found otherwise than it is written."""

    def ring_group(id: str) -> str:
        found = ring_groups.get(id)
        return ring_group_label(found) if found else change_texts.RING_GROUP_GONE

    if not changes:
        yield texts.SAME
    for fact in (*risk_facts(changes), *count_facts(changes)):
        yield f"{fact.label}: {fact.value}"
    for change in changes:
        yield f"{_SIGNS.get((change.before is None, change.after is None), '~')} {change_line(change, ring_group)}"
    yield from notes


_SIGNS = {(True, False): "+", (False, True): "-"}
"""Signs of what is created and what is deleted, as in a diff."""


def content_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file} can't be read: {error.strerror}") from error


def _told(refused: Refused) -> str:
    return "\n".join((refused.message.title, *refused.message.notes))

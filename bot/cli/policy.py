"""Policy check, test, schema."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from bot.errors import PBXError, PolicyError, Refused, SettingsError
from bot.messages.text import fold
from bot.operations.arguments.types import Reference
from bot.operations.base import ChangeOperation, Operation
from bot.operations.control import Preview
from bot.operations.parser import parse
from bot.operations.schedule import schedule_of
from bot.pbx import name_index as kind
from bot.pbx.client import PbxClient, build_client
from bot.pbx.models import ParkGroup, RingGroup
from bot.pbx.name_index import ResourceType, closest
from bot.pbx.responses import every
from bot.planning.plan_checks import of_line
from bot.policy.diagnostics import lint_policy, schema
from bot.policy.engine import decide
from bot.policy.loading import read_policy
from bot.policy.matching import covers
from bot.policy.model import Decision, Principal
from bot.policy.rules import EVERY, Clause, Deny, Example, Policy, Rule
from bot.settings import read_pbx_settings
from bot.slack.client import connect_client
from bot.slack.workspace import UnknownId, doubts

Some = TypeVar("Some", ParkGroup, RingGroup)
Patterns = Callable[[Rule | Deny], Sequence[str] | None]


def unmatched(pbx: PbxClient, policy: Policy) -> Iterator[tuple[Clause, str]]:
    """A line for each pattern that fits nothing, with its rule; raise PBXError."""
    yield from _unmatched_names(policy, lambda rule: rule.groups, "park group", kind.groups(pbx))
    yield from _unmatched_names(policy, lambda rule: rule.ring_groups, "ring group", kind.ring_groups(pbx))


def _unmatched_names(
    policy: Policy, patterns: Patterns, what: str, found: ResourceType[Some]
) -> Iterator[tuple[Clause, str]]:
    rules: tuple[Rule | Deny, ...] = (*policy.allow, *policy.deny)
    asked = [(rule, pattern) for rule in rules for pattern in patterns(rule) or () if pattern not in EVERY]
    things = list(every(found.pages)) if asked else []
    names = [fold(one.name) for one in things]
    for rule, pattern in asked:
        if not any(covers([pattern], name) for name in names):
            near = closest(pattern.replace("*", " ").replace("?", " "), things, found.labels, 1)
            meant = f"; the closest is “{near[0].name}”" if near else ""
            yield rule, f"is about “{pattern}”, and the PBX has no {what} of such a name{meant}"


def check(chosen: Namespace) -> int:
    """0: nothing to say; 1: remarks, and --strict was given; 2: mistakes."""
    file: Path = chosen.file
    try:
        policy = read_policy(file)
    except PolicyError as mistake:
        for line, column, text in mistake.faults:
            place = ":".join(str(part) for part in (file, line, column) if part is not None)
            sys.stderr.write(f"{place}: {text}\n")
        return 2
    said = [f"“{rule.name}” {text}" for rule, text in lint_policy(policy)]
    said += [*map(str, _unknown(policy)), *_unmatched(policy)]
    for text in said:
        sys.stderr.write(f"{file}: {text}\n")
    rules = len(policy.allow) + len(policy.deny)
    sys.stdout.write(f"{file}: {rules} rules without a mistake; fingerprint {policy.fingerprint}\n")
    return 1 if said and chosen.strict else 0


def _unknown(policy: Policy) -> Iterator[UnknownId]:
    """Where the environment gives a way to Slack."""
    if token := os.environ.get("SLACK_BOT_TOKEN"):
        url = os.environ.get("SLACK_API_URL", "https://slack.com/api/").rstrip("/") + "/"
        yield from doubts(connect_client(token, url), policy)


def _unmatched(policy: Policy) -> Iterator[str]:
    """Where the environment gives a way to the PBX."""
    if os.environ.get("PBX_URL"):
        try:
            with closing(build_client(read_pbx_settings())) as pbx:
                yield from (f"“{rule.name}” {text}" for rule, text in unmatched(pbx, policy))
        except (PBXError, SettingsError) as fault:
            yield f"no group could be looked up on the PBX: {'; '.join(str(fault).splitlines())}"


def test(chosen: Namespace) -> int:
    """0: each example came out as expected; 1: some did not; 2: mistakes."""
    policy = read_policy(chosen.file)
    failed = 0
    for number, example in enumerate(policy.example, 1):
        found, why = outcome(policy, example)
        if found != example.expect:
            failed += 1
            sys.stdout.write(f"example {number}: {example.line}: expected {example.expect}, is {found}. {why}\n")
    sys.stdout.write(f"{len(policy.example) - failed} of {len(policy.example)} examples came out as expected\n")
    return 1 if failed else 0


def outcome(policy: Policy, example: Example) -> tuple[str, str]:
    """In a word, with the reason; names are taken as they are typed, as nobody asks the PBX."""
    who = Principal(
        user=example.user,
        team="T0",
        channel=example.channel,
        user_groups=frozenset(example.user_groups),
    )
    try:
        operation = _meant(example.line)
        at = example.at or datetime.now(UTC)
        if at.tzinfo is None:
            at = at.replace(tzinfo=UTC)
        known = schedule_of(operation, at, "UTC") if isinstance(operation, ChangeOperation) else None
    except Refused as refused:
        return "refused", str(refused)
    if operation.permission is None:
        return "allowed", "It needs no permission."
    said = decide(
        policy,
        who,
        operation.permission,
        groups=[*_named(operation, Reference.GROUP), *_named(operation, Reference.NEW_GROUP)],
        ring_groups=list(_named(operation, Reference.RECALL)),
        attributes=of_line(operation, known, at),
    )
    return _outcome(operation, said), said.reason


def _outcome(operation: Operation, said: Decision) -> str:
    """A line that says in which way it is asked for comes to nothing in another."""
    if said.allowed or not isinstance(operation, ChangeOperation):
        return said.outcome
    if operation.emergency is not None and said.emergency:
        return "emergency"
    if operation.approval and said.approvers:
        return "approval"
    return "refused" if operation.approval or operation.emergency is not None else said.outcome


def _meant(line: str) -> Operation:
    operation = parse(line)[0]
    return parse(operation.line)[0] if isinstance(operation, Preview) else operation


def _named(operation: Operation, kind: Reference) -> Iterator[str]:
    for _, argument_type, value in operation.said():
        if (
            argument_type.reference is kind
            and (name := value.ring_group if kind is Reference.RECALL else value) is not None
        ):
            yield name


def print_schema(_: Namespace) -> int:
    """As policy.schema.json holds it."""
    sys.stdout.write(schema())
    return 0


def add_commands(parser: ArgumentParser) -> None:
    """`check`, `test` and `schema`, each with its function as `run`."""
    parts = parser.add_subparsers(required=True, metavar="what")
    part = parts.add_parser("check", help="tell each mistake with its place, and what is hardly meant")
    part.add_argument("file", metavar="FILE", type=Path)
    part.add_argument("--strict", action="store_true", help="end with 1 where there is any remark")
    part.set_defaults(run=check)
    part = parts.add_parser("test", help="run the examples in the file")
    part.add_argument("file", metavar="FILE", type=Path)
    part.set_defaults(run=test)
    part = parts.add_parser("schema", help="print the JSON Schema for editors")
    part.set_defaults(run=print_schema)

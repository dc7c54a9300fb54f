"""The commands `policy check`, `policy test` and `policy schema`."""

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from bot.cli.network_errors import describe_failure
from bot.errors import NotUnderstood, PBXError, PolicyError, Refused, SettingsError
from bot.messages.text import fold
from bot.operations.arguments.types import Reference
from bot.operations.base import ChangeOperation, Operation
from bot.operations.control import Preview
from bot.operations.parser import parse_unconfirmed
from bot.operations.schedule import Asked, schedule_of, settle
from bot.pbx.client import PbxClient, build_client
from bot.pbx.models import ParkGroup, RingGroup
from bot.pbx.name_index import ResourceType, closest, group_type, ring_group_type
from bot.pbx.responses import iterate_pages
from bot.planning.plan_checks import line_attributes
from bot.policy.diagnostics import lint_policy
from bot.policy.engine import decide
from bot.policy.loading import read_policy
from bot.policy.matching import matches_any
from bot.policy.model import Decision, Permission, Principal
from bot.policy.rules import MATCH_ALL, BaseRule, Deny, Example, Policy, Rule
from bot.policy.schema import schema
from bot.policy.workflows import step_refusal
from bot.recurrence.calendars import HolidayCalendars
from bot.settings.environment import PBXSettings
from bot.settings.tenants import config_file, read_for
from bot.slack.client import connect_client
from bot.slack.workspace import UnknownId, unknown_ids

Group = TypeVar("Group", ParkGroup, RingGroup)


def run_check(options: Namespace) -> int:
    """Checks a policy file: returns 2 after errors, 1 after warnings if `--strict` was given, else 0."""
    file: Path = options.file
    try:
        policy = read_policy(file)
    except PolicyError as error:
        for position, text in mistakes_with_positions(file, error):
            sys.stderr.write(f"{position}: {text}\n")
        return 2
    warnings = [f"“{rule.name}” {text}" for rule, text in lint_policy(policy)]
    warnings += [*map(str, _unknown_slack_ids(policy)), *_unknown_pbx_names(policy, options.pbx)]
    for text in warnings:
        sys.stderr.write(f"{file}: {text}\n")
    sys.stdout.write(f"{summarize(file, policy)}\n")
    return 1 if warnings and options.strict else 0


def mistakes_with_positions(file: Path, error: PolicyError) -> Iterator[tuple[str, str]]:
    """Yields each mistake in a policy file, after its position as FILE:LINE:COLUMN as far as it is known."""
    for line, column, text in error.faults:
        yield ":".join(str(part) for part in (file, line, column) if part is not None), text


def summarize(file: Path, policy: Policy) -> str:
    """Describes a valid policy file in one line."""
    rules = len(policy.allow) + len(policy.deny)
    count = "1 rule" if rules == 1 else f"{rules} rules"
    return f"{file}: {count}, no mistakes; fingerprint {policy.fingerprint}"


def run_test(options: Namespace) -> int:
    """Evaluates the examples in a policy file; returns 1 if one has another outcome than it expects."""
    policy = read_policy(options.file)
    failed = 0
    for number, example in enumerate(policy.example, 1):
        outcome, reason = evaluate_example(policy, example)
        if outcome != example.expect:
            failed += 1
            expected = f"expected {example.expect}, got {outcome}"
            sys.stdout.write(f"example {number}: {example.line}: {expected}. {reason}\n")
    sys.stdout.write(f"{len(policy.example) - failed} of {len(policy.example)} examples are as expected\n")
    return 1 if failed else 0


def run_schema(_: Namespace) -> int:
    """Prints the JSON Schema of policy files."""
    sys.stdout.write(schema())
    return 0


def evaluate_example(policy: Policy, example: Example) -> tuple[str, str]:
    """Evaluates an example without a PBX, so names count as they are typed.

    Returns:
        The outcome (allowed, refused, approval or emergency) and the reason in words. A line that is not understood,
        or that depends on an earlier change, has an outcome that no example can expect.
    """
    principal = Principal(
        user=example.user or "", team="T0", channel=example.channel, user_groups=frozenset(example.user_groups)
    )
    try:
        operation = _parse_previewed(example.line)
        at = example.at or datetime.now(UTC)
        if at.tzinfo is None:
            at = at.replace(tzinfo=UTC)
        calendars = HolidayCalendars(lambda: policy.calendars)
        asked = Asked(at, "UTC", calendars=calendars)
        schedule = schedule_of(operation, asked, at) if isinstance(operation, ChangeOperation) else None
        operation = settle(operation, asked) if isinstance(operation, ChangeOperation) else operation
    except Refused as refused:
        return "not understood", str(refused)
    if operation.permission is None and operation.requirement:
        return "not decided by this file alone", f"It needs {operation.requirement}."
    if operation.permission is None:
        return "allowed", "It needs no permission."
    if example.workflow:
        return _evaluate_step(policy, example.channel, operation, operation.permission)
    decision = decide(
        policy,
        principal,
        operation.permission,
        groups=[*_names(operation, Reference.GROUP), *_names(operation, Reference.NEW_GROUP)],
        ring_groups=list(_names(operation, Reference.RECALL)),
        attributes=line_attributes(operation, schedule, at, calendars),
    )
    return _outcome(operation, decision), decision.reason


def _evaluate_step(
    policy: Policy, channel: str | None, operation: Operation, permission: Permission
) -> tuple[str, str]:
    """Evaluates what a step of a workflow asks for; allowed is what it may show, or propose."""
    refusal = step_refusal(
        policy,
        channel,
        permission,
        groups=[[name] for name in _names(operation, Reference.GROUP)],
        ring_groups=list(_names(operation, Reference.RECALL)),
    )
    return ("allowed", "") if refusal is None else ("refused", refusal)


def _parse_previewed(line: str) -> Operation:
    """Parses a line; of `preview LINE`, the line that it previews.

    Raises:
        Refused: the line is not understood, or has no verb: without a PBX, its words are not known to be a name.
    """
    operation = parse_unconfirmed(line)[0]
    if isinstance(operation, Preview):
        return _parse_previewed(operation.line)
    words = f"{fold(line)} "
    if operation.bare_pattern and not any(words.startswith(f"{one.verb} ") for one in operation.patterns()):
        raise NotUnderstood("The line begins with no verb.")
    return operation


def _names(operation: Operation, reference: Reference) -> Iterator[str]:
    for _, argument_type, value in operation.said():
        if argument_type.reference is reference:
            name = value.ring_group if reference is Reference.RECALL else value
            if name is not None:
                yield name


def _outcome(operation: Operation, decision: Decision) -> str:
    """A line that asks for approval or pleads an emergency is refused where the rules offer only the other way."""
    if decision.allowed or not isinstance(operation, ChangeOperation):
        return decision.outcome
    if operation.emergency is not None and decision.emergency:
        return "emergency"
    if operation.approval and decision.approvers:
        return "approval"
    return "refused" if operation.approval or operation.emergency is not None else decision.outcome


def _unknown_slack_ids(policy: Policy) -> Iterator[UnknownId]:
    """Looks the policy's ids up in Slack if the environment has a bot token."""
    if token := os.environ.get("SLACK_BOT_TOKEN"):
        url = os.environ.get("SLACK_API_URL", "https://slack.com/api/").rstrip("/") + "/"
        yield from unknown_ids(connect_client(token, url), policy)


def _unknown_pbx_names(policy: Policy, pbx_name: str | None) -> Iterator[str]:
    """Looks the policy's name patterns up on the PBX if the environment or park.toml names one."""
    if os.environ.get("PBX_URL") or config_file():
        try:
            with closing(build_client(read_for(PBXSettings, pbx_name))) as pbx:
                yield from (f"“{rule.name}” {text}" for rule, text in _unmatched_patterns(pbx, policy))
        except (PBXError, SettingsError) as error:
            text = describe_failure(error) if isinstance(error, PBXError) else str(error)
            yield f"groups could not be looked up on the PBX: {'; '.join(text.splitlines())}"


def _unmatched_patterns(pbx: PbxClient, policy: Policy) -> Iterator[tuple[BaseRule, str]]:
    yield from _unmatched_of_type(policy, lambda rule: rule.groups, "park group", group_type(pbx))
    yield from _unmatched_of_type(policy, lambda rule: rule.ring_groups, "ring group", ring_group_type(pbx))


def _unmatched_of_type(
    policy: Policy,
    patterns_of: Callable[[Rule | Deny], Sequence[str] | None],
    type_name: str,
    resource_type: ResourceType[Group],
) -> Iterator[tuple[BaseRule, str]]:
    rules: tuple[Rule | Deny, ...] = (*policy.allow, *policy.deny)
    wanted = [(rule, pattern) for rule in rules for pattern in patterns_of(rule) or () if pattern not in MATCH_ALL]
    existing = list(iterate_pages(resource_type.pages)) if wanted else []
    names = [fold(one.name) for one in existing]
    for rule, pattern in wanted:
        if not any(matches_any([pattern], name) for name in names):
            similar = closest(pattern.replace("*", " ").replace("?", " "), existing, resource_type.labels, 1)
            hint = f"; did you mean “{similar[0].name}”?" if similar else ""
            yield rule, f"names “{pattern}”, but the PBX has no {type_name} like that{hint}"

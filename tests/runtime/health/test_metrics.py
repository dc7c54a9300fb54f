"""Metrics of a conversation as Prometheus reads them, with labels from short lists only."""

from prometheus_client.parser import text_string_to_metric_families

from bot.journal.models import State
from bot.messages.request import Source
from bot.operations.catalog import OPERATIONS
from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.sandbox.slack.methods.registry import METHODS
from tests.runtime.health.test_health import ANY, fetch

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def _samples(sandbox: Sandbox) -> Samples:
    found = text_string_to_metric_families(fetch(sandbox, "/metrics").text)
    samples = (one for family in found for one in family.samples)
    return {(one.name, _labels(one.labels)): one.value for one in samples}


def _labels(labels: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Prometheus takes an empty label for none: prometheus.io, data model."""
    return tuple(sorted((name, value) for name, value in labels.items() if value))


def _of(samples: Samples, name: str, **labels: str) -> float:
    return samples.get((name, tuple(sorted(labels.items()))), 0)


def _talk(sandbox: Sandbox) -> None:
    ana, phones = sandbox.people["ana"], sandbox.channels["phones"]
    sandbox.pbx.faults.add(Fault(kind=FaultKind.GATEWAY, match="GET /api/call_park_groups"))
    for line in ("add 1001 to Sales", "add 1001 to Sales", "groups", "find Nobody", "move 1001"):
        sandbox.slack.slash(ana, phones, line)
        sandbox.settle()
    sandbox.slack.say(ana, phones, f"<@{sandbox.slack.bot_user}> remove 1001 from Sales")
    sandbox.slack.wait_for(lambda: len(sandbox.pbx.writes) == 2)
    sandbox.settle()


def test_a_conversation_is_counted_and_measured() -> None:
    with Sandbox(park_health_listen=ANY) as sandbox:
        before = _samples(sandbox)
        _talk(sandbox)
        after = _samples(sandbox)

    def more(name: str, **labels: str) -> float:
        return _of(after, name, **labels) - _of(before, name, **labels)

    typed = {"source": "slash command"}
    assert more("park_requests_total", operation="add", outcome="done", **typed) == 1
    assert more("park_requests_total", operation="add", outcome="already", **typed) == 1
    assert more("park_requests_total", operation="remove", outcome="done", source="mention") == 1
    assert more("park_requests_total", operation="groups", outcome="answered", **typed) == 1
    assert more("park_requests_total", operation="find", outcome="refused", **typed) == 1
    assert more("park_requests_total", operation="none", outcome="not understood", **typed) == 1
    assert more("park_ack_seconds_count", **typed) == 5
    assert more("park_ack_seconds_count", source="mention") == 1
    assert more("park_confirmation_seconds_count") == 3
    assert more("park_pbx_errors_total", method="GET", route="/call_park_groups", kind="5xx") == 1
    assert more("park_pbx_call_seconds_count", method="POST", route="/call_park_groups/{id}/members/{id}") == 1
    assert (_of(after, "park_journal_up"), _of(after, "park_oldest_waiting_seconds")) == (1, 0)
    assert _of(after, "park_journal_depth", state="waiting") == 0


def test_every_label_is_out_of_a_short_list() -> None:
    with Sandbox(park_health_listen=ANY) as sandbox:
        before = _samples(sandbox)
        _talk(sandbox)
        counted = {key for key, value in _samples(sandbox).items() if value != before.get(key)}
    labels = {label for _, labels in counted for label in labels}
    known = {
        "operation": {one.operation_id for one in OPERATIONS} | {"none"},
        "outcome": {*State, "answered", "refused", "failed", "not understood"},
        "source": {*Source, "shortcut", "typeahead", "other"},
        "state": {*State, "to be told"},
        "kind": {"not sent", "no answer", "3xx", "4xx", "5xx"},
        "method": {"GET", "POST", "response_url", *METHODS},
    }
    assert [(name, value) for name, value in labels if name in known and value not in known[name]] == []
    assert {name for name, _ in labels} <= {*known, "route", "le", "check"}
    assert not any(id in value for name, value in labels if name == "route" for id in ("1001", "="))

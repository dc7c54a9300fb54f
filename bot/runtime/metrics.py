"""Prometheus metrics of the process.

The label `pbx` is the name in park.toml of the PBX that a metric is about; it is empty where Park serves only one.
The label `workspace` is the id of the Slack workspace; it is empty where Park is installed in one by SLACK_BOT_TOKEN.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, of which nobody asks anything
REGISTRY = CollectorRegistry(auto_describe=True)
ProcessCollector(registry=REGISTRY)

ACKS = Histogram(
    "park_ack_seconds",
    "From a request's arrival to its acknowledgement, by source; Slack waits for three.",
    ["source"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3),
    registry=REGISTRY,
)
UNACKNOWLEDGED = Counter(
    "park_unacknowledged",
    "Gestures not acknowledged, which Slack tells of.",
    ["source"],
    registry=REGISTRY,
)
REQUESTS = Counter(
    "park_requests",
    "What was asked, once it has an outcome: that of a change, or answered, refused, failed, not understood.",
    ["operation", "source", "outcome", "pbx"],
    registry=REGISTRY,
)
CONFIRMATIONS = Histogram(
    "park_confirmation_seconds",
    "From a change's acceptance, or its time, until its outcome was told in Slack.",
    ["pbx"],
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600),
    registry=REGISTRY,
)
PBX_CALLS = Histogram(
    "park_pbx_call_seconds",
    "From a call's turn to the last byte of its answer, whatever that says.",
    ["method", "route", "pbx"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30),
    registry=REGISTRY,
)
PBX_ERRORS = Counter(
    "park_pbx_errors",
    "Calls that were not sent, had no answer that makes sense, or were answered with 3xx, 4xx or 5xx.",
    ["method", "route", "kind", "pbx"],
    registry=REGISTRY,
)
SLACK_CALLS = Histogram(
    "park_slack_call_seconds",
    "From the sending of a call of Slack's Web API to its answer, whatever that says.",
    ["method"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10),
    registry=REGISTRY,
)
SLACK_FAILURES = Counter(
    "park_slack_failures",
    "Calls of Slack's Web API that failed: ratelimited, app (token, scope), payload, refused or unavailable.",
    ["method", "kind"],
    registry=REGISTRY,
)
SLACK_CAN_POST = Gauge(
    "park_slack_can_post",
    "Whether Park could post in a Slack workspace when it last tried: 1 or 0.",
    ["workspace"],
    registry=REGISTRY,
)
DUTY_FAILURES = Counter(
    "park_duty_failures",
    "Failures of what Park does by itself, such as pruning and posting the head; each is tried again.",
    ["duty", "pbx"],
    registry=REGISTRY,
)

NO_OPERATION = "none"
"""Label value for a line that was not understood."""

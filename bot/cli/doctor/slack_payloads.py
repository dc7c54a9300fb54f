"""The check of Park's payloads: each kind is validated by Slack, which posts none of them."""

from collections.abc import Iterator

from bot.cli.doctor.model import DoctorContext, Finding, error, ok, warning
from bot.cli.network_errors import describe_failure
from bot.errors import SlackFailure
from bot.slack.payload_validation import refused_samples

_REPORT = "Update Park, or report this: whoever needs that message gets it as plain text, and that form doesn't open."


def check_payloads(context: DoctorContext) -> Iterator[Finding]:
    """Sends a sample of each message, form and Home tab to blocks.validate."""
    count, problems = 0, False
    try:
        for name, faults in refused_samples(context.slack):
            count += 1
            if faults:
                problems = True
                text = f"Slack would refuse {name}: {'; '.join(faults)}"
                yield error("slack.payloads.refused", text, _REPORT, about=name)
    except SlackFailure as failure:
        text = f"after {count} payloads Slack could not be asked for more: {describe_failure(failure)}"
        yield warning("slack.payloads.unknown", text, "Run this again, or validate what `payloads` writes elsewhere.")
        return
    if not problems:
        yield ok("slack.payloads", f"Slack accepts all {count} kinds of messages, forms and Home tabs")

"""The check of the steps for Workflow Builder: the app declares them where the policy allows them, and only there."""

import os
from collections.abc import Iterator

from bot.cli.doctor.model import DoctorContext, Finding, error, ok, warning
from bot.cli.doctor.slack import CONFIG_VARIABLE
from bot.cli.network_errors import describe_failure
from bot.errors import SettingsError, SlackFailure
from bot.operations.workflow_steps import STEPS
from bot.slack.app_manifest import exported_manifest

_PASTE = "Paste what `python -m bot manifest --workflows` prints under App Manifest, and reinstall the app."
_TOKEN = f"Generate an app configuration token on https://api.slack.com/apps and export it as {CONFIG_VARIABLE}."


def check_workflows(context: DoctorContext) -> Iterator[Finding]:
    """Compares [workflows] in the policy with the steps in the app's manifest, which needs a configuration token."""
    named, token = context.policy.workflows is not None, os.environ.get(CONFIG_VARIABLE)
    if not token:
        what = "names channels for workflows" if named else "names no channel for workflows, so steps do nothing"
        yield ok("workflows", f"the policy {what}; the app's steps can be checked with {CONFIG_VARIABLE} only")
        return
    try:
        manifest = exported_manifest(context.slack, token, context.granted.bot)
    except (SlackFailure, SettingsError) as failure:
        yield warning("workflows.unread", f"the app's manifest could not be read: {describe_failure(failure)}", _TOKEN)
        return
    declared = manifest.get("functions", {}).keys() & STEPS.keys()
    if named and (missing := sorted(STEPS.keys() - declared)):
        text = f"the policy names channels for workflows, and the app does not declare the steps {', '.join(missing)}"
        yield error("workflows.undeclared", text, _PASTE)
    elif declared and not named:
        text = "the app declares steps for workflows, and the policy names no channel for them: each ends as refused"
        remedy = "Add [workflows] with channels to the policy, or paste the manifest without --workflows."
        yield warning("workflows.unnamed", text, remedy)
    else:
        yield ok("workflows", f"the app declares {len(declared)} steps for workflows")

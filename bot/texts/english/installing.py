"""Texts of the page that whoever installs the app in a Slack workspace sees at the end: a title, then what to do."""

UNAVAILABLE = "Nothing was installed\nSlack or Park's database can't be reached right now. Please start again later."


def installed(name: str) -> str:
    """Says where the app was installed."""
    return f"Park is installed in {name or 'your workspace'}\nYou can close this page and use Park in Slack."


def failed(reason: str, id: str) -> str:
    """Says why nothing was installed; `reason` is Bolt's or Slack's code."""
    match reason:
        case "not_allowed":
            why = f"{id} may not install Park. Ask whoever runs Park to add it to PARK_INSTALL_TEAMS."
        case "access_denied":
            why = "You cancelled it in Slack."
        case "invalid_browser" | "invalid_state":
            why = (
                "This page was not reached from /slack/install in this browser within ten minutes, or it was used "
                "before. Start again at /slack/install."
            )
        case "invalid_code" | "missing_code":
            why = "Slack did not accept the installation's code. Start again at /slack/install."
        case _:
            why = f"Slack says {reason}. Start again at /slack/install."
    return f"Nothing was installed\n{why}"


INSTALL_AGAIN = "Open /slack/install in that workspace. What could not be posted follows then."
NOT_YET = "Park is not signed in to Slack yet."
NOT_SERVED = "Nothing was done: Park is not signed in to this workspace. Ask whoever runs Park."
STARTING = "Nothing was done: Park is just starting. Please try again in a few seconds."


def not_installed_yet(workspace: str | None, installations: int) -> str:
    """Says why Park is not in a workspace; None is the only one."""
    if workspace is not None:
        return f"the app is not installed in {workspace}: open /slack/install there"
    if installations:
        return "the app is installed in several workspaces: say in park.toml which one the PBX belongs to (workspace)"
    return "the app is installed nowhere: open /slack/install"


def not_allowed(id: str) -> str:
    """Says why an installation in a workspace or an organization is not used."""
    return f"{id} is not in PARK_INSTALL_TEAMS: add it there, or name the workspace of another installation"

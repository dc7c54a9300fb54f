"""German texts of the page at the end of the installation in a Slack workspace: a title, then what to do."""

UNAVAILABLE = (
    "Es wurde nichts installiert\nSlack oder die Datenbank von Park ist gerade nicht erreichbar. Bitte später noch"
    " einmal beginnen."
)


def installed(name: str) -> str:
    return (
        f"Park ist installiert in {name or 'Ihrem Workspace'}\nDiese Seite kann geschlossen werden, und Park lässt sich"
        " in Slack benutzen."
    )


def failed(reason: str, id: str) -> str:
    match reason:
        case "not_allowed":
            why = (
                f"{id} darf Park nicht installieren. Die Betreiber von Park können den Workspace in PARK_INSTALL_TEAMS"
                " eintragen."
            )
        case "access_denied":
            why = "Die Installation wurde in Slack abgebrochen."
        case "invalid_browser" | "invalid_state":
            why = (
                "Diese Seite wurde nicht innerhalb von zehn Minuten in diesem Browser von /slack/install aus erreicht,"
                " oder sie wurde schon benutzt. Bei /slack/install noch einmal beginnen."
            )
        case "invalid_code" | "missing_code":
            why = "Slack hat den Code der Installation nicht angenommen. Bei /slack/install noch einmal beginnen."
        case _:
            why = f"Slack sagt {reason}. Bei /slack/install noch einmal beginnen."
    return f"Es wurde nichts installiert\n{why}"


NOT_SERVED = (
    "Es wurde nichts getan: Park ist in diesem Workspace nicht angemeldet. Die Betreiber von Park können das ändern."
)
STARTING = "Es wurde nichts getan: Park startet gerade. Bitte in ein paar Sekunden erneut versuchen."
INSTALL_AGAIN = "In diesem Workspace /slack/install öffnen. Was nicht gepostet werden konnte, folgt dann."
NOT_YET = "Park ist noch nicht bei Slack angemeldet."


def not_installed_yet(workspace: str | None, installations: int) -> str:
    if workspace is not None:
        return f"die App ist in {workspace} nicht installiert: dort /slack/install öffnen"
    if installations:
        return "die App ist in mehreren Workspaces installiert: in park.toml den der PBX angeben (workspace)"
    return "die App ist nirgends installiert: /slack/install öffnen"


def not_allowed(id: str) -> str:
    return f"{id} steht nicht in PARK_INSTALL_TEAMS: dort ergänzen oder den Workspace einer anderen nennen"

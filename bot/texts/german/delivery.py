"""German texts about Slack itself: what it refuses, what to do about that, and how messages are delivered meanwhile."""

from datetime import datetime, timedelta

REINSTALL = (
    "https://api.slack.com/apps > Park > OAuth & Permissions öffnen, die App erneut im Workspace installieren und das"
    " Bot User OAuth Token in SLACK_BOT_TOKEN eintragen. Park liest .env von selbst neu."
)
GENERATE_APP_LEVEL = (
    "https://api.slack.com/apps > Park > Basic Information > App-Level Tokens öffnen, ein Token mit dem Scope"
    " connections:write erzeugen und in SLACK_APP_TOKEN eintragen. Park liest .env von selbst neu."
)
ENABLE_SOCKET_MODE = (
    "https://api.slack.com/apps > Park > Socket Mode öffnen und einschalten. Park verbindet sich von selbst neu."
)
ORG_INSTALL = (
    "Park ist für eine ganze Enterprise-Organisation installiert, kann aber nur in einem Workspace arbeiten. Park in"
    " der Organisation deinstallieren, im genutzten Workspace installieren und dessen Bot-Token in SLACK_BOT_TOKEN"
    " eintragen."
)
NETWORK_REMEDY = (
    "Die Adresse dieses Rechners in den Slack-Einstellungen erlauben (erlaubte IP-Adressen der App oder Organisation)."
)

STATUS = "fragt die PBX ..."
MEANWHILE = "Slack lässt Park gerade keine Karten posten. Die Karte folgt, sobald es geht."
ASK_WHERE = "Wo soll die Bestätigung stehen? Ein Klick führt die Änderung aus und postet sie dort."
ONLY_HERE, A_CHANNEL = "Nur hier", "Ein Kanal"
AS_PLAIN_TEXT = (
    "Slack hat das Layout dieser Nachricht nicht angenommen, deshalb fehlen die Schaltflächen. Befehle lassen sich"
    " eingeben."
)

NOT_SIGNED_IN = "Park ist noch nicht bei Slack angemeldet"
TELL_ADMIN = "Bitte den Betreibern von Park melden: Ein neuer Versuch hilft nicht."
ARCHIVED = "er ist archiviert"
SHARED_CHANNEL = "er ist mit anderen Firmen geteilt"
NOT_IN_CHANNEL = "Sie sind nicht darin, oder er ist privat und Park sieht ihn nicht"
UNKNOWN_USER_GROUPS = "Slack kann gerade nicht sagen, wer in welcher Benutzergruppe ist"


def remedy(code: str, scope: str | None = None) -> str:
    match code:
        case "missing_scope":
            return (
                "https://api.slack.com/apps > Park > OAuth & Permissions öffnen, den Scope"
                f" {scope or '(den fehlenden)'} hinzufügen und die App erneut im Workspace installieren."
            )
        case "accesslimited":
            return NETWORK_REMEDY
        case "link_disabled" | "socket_mode_not_enabled":
            return ENABLE_SOCKET_MODE
        case "org_install":
            return ORG_INSTALL
        case "method_deprecated" | "deprecated_endpoint" | "unknown_method":
            return "Park aktualisieren: Slack bietet eine Methode, die Park benutzt, nicht mehr an."
        case _:
            return REINSTALL


def connection_refused(code: str) -> str:
    if code in ("link_disabled", "socket_mode_not_enabled"):
        return f"Socket Mode ist für die App ausgeschaltet. {ENABLE_SOCKET_MODE}"
    return f"Slack lehnt SLACK_APP_TOKEN ab ({code}). {GENERATE_APP_LEVEL}"


def app_refused(code: str, scope: str | None = None) -> str:
    if code == "missing_scope":
        return f"Park fehlt die Slack-Berechtigung {scope or '(Slack sagt nicht, welche)'}. {TELL_ADMIN}"
    return f"Slack nimmt die Anmeldung von Park nicht mehr an ({code}). {TELL_ADMIN}"


def refused(code: str) -> str:
    return f"Slack hat das abgelehnt ({code})."


def cannot_post(since: datetime, reason: str) -> str:
    return f"kann nicht posten seit {since:%Y-%m-%d %H:%M} UTC: {reason}"


def file_not_sent(why: str) -> str:
    return f"Die Datei konnte nicht gesendet werden. {why}"


def part(title: str, number: int, of: int) -> str:
    return f"{title} ({number} von {of})"


def posted_in(channel: str) -> str:
    return f"Die Bestätigung steht dann in {channel or 'einem Kanal, in dem Sie sind'}."


def mention_late(age: timedelta) -> str:
    minutes = max(1, round(age.total_seconds() / 60))
    ago = "1 Minute" if minutes == 1 else f"{minutes} Minuten"
    return f"Das wurde vor {ago} geschrieben, und Slack hat es erst jetzt zugestellt."

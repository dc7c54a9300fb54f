"""Builds the parts of this package: what calls Slack, the listeners, and the receiver."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slack_bolt import App
from slack_sdk import WebClient

from bot.journal.database import Database
from bot.journal.journal import Journal
from bot.journal.notes import NoteStore
from bot.journal.storage import DestinationStore
from bot.planning.forms import FormService
from bot.runtime.threads import ThreadPool
from bot.settings.environment import Settings, parse_listen_address, secret_text
from bot.slack.bolt_app import Dispatches, Receiver, build_app
from bot.slack.client import Identity, ReadToken, SlackClient
from bot.slack.direct_messages import MessagesTab
from bot.slack.forms.submission import FormListeners
from bot.slack.forms.views import Destinations
from bot.slack.home import HomeTabs
from bot.slack.listeners import RequestInbox, register_listeners
from bot.slack.messenger import SlackMessenger
from bot.slack.notes import ProgressNotes
from bot.slack.outgoing import Outgoing
from bot.slack.posting import PostingState
from bot.slack.reader_languages import ReaderLanguages
from bot.slack.requests import RequestFactory
from bot.slack.socket_mode import SocketMode
from bot.slack.users import SlackUserDirectory
from bot.slack.web_api import ChatApi, ViewsApi
from bot.times.model import Clock

if TYPE_CHECKING:
    from bot.slack.http_mode import Pages
    from bot.slack.installed import InstalledWorkspaces

FORM_THREADS = 20
"""Forms opened or reviewed at once; each may wait for a slow PBX."""
VIEW_THREADS = 8
"""Loading views sent to Slack at once; they never wait for the PBX."""
REPLY_THREADS = 4
"""Answers of listeners sent to Slack at once."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """What all PBXs of one Slack workspace share: the client, what it knows of people, and whether it can post."""

    client: SlackClient
    users: SlackUserDirectory
    posting: PostingState


@dataclass(frozen=True, slots=True)
class SlackParts:
    """Access to Slack for one PBX, and the thread pools of its listeners."""

    client: SlackClient
    outgoing: Outgoing
    requests: RequestFactory
    users: SlackUserDirectory
    chat: ChatApi
    messenger: SlackMessenger
    views: ViewsApi
    reply_pool: ThreadPool
    view_pool: ThreadPool
    form_pool: ThreadPool


def build_slack(workspace: Workspace, journal: Journal, now: Clock, outgoing: Outgoing, language: str) -> SlackParts:
    """Builds what calls Slack; the listeners follow once there is something for them to call.

    Args:
        language: That of people whose language Park lacks.
    """
    client, users = workspace.client, workspace.users.limited_to(outgoing.owns, language)
    chat, views = ChatApi(client, outgoing), ViewsApi(client, outgoing)
    reply_pool, view_pool = ThreadPool("reply", REPLY_THREADS), ThreadPool("view", VIEW_THREADS)
    form_pool = ThreadPool("form", FORM_THREADS)
    requests = RequestFactory(None, now, client.clock)
    messenger = SlackMessenger(chat, users, ProgressNotes(chat, NoteStore(journal.database)), now)
    return SlackParts(client, outgoing, requests, users, chat, messenger, views, reply_pool, view_pool, form_pool)


def build_listeners(
    slack: SlackParts,
    identity: Identity,
    journal: Journal,
    form_service: FormService,
    dispatcher: RequestInbox,
    home_tabs: HomeTabs,
) -> App:
    """Builds the Bolt app and registers all listeners."""
    slack.requests.identify(identity)
    app, messenger = build_app(slack.client, identity, slack.outgoing), slack.messenger
    app.languages = ReaderLanguages(slack.users, slack.reply_pool)
    destinations = Destinations(slack.users, DestinationStore(journal.database))
    view_pool, form_pool = slack.view_pool, slack.form_pool
    forms = FormListeners(
        slack.views, dispatcher, form_service, messenger, slack.requests, view_pool, form_pool, destinations
    )
    register_listeners(app, dispatcher, messenger, slack.requests, slack.reply_pool, forms)
    forms.connect(app)
    MessagesTab(slack.chat, form_service, slack.requests, form_pool).connect(app)
    home_tabs.connect(app)
    return app


def build_receiver(
    settings: Settings, app: Dispatches, client: WebClient, read_app_token: ReadToken, pages: "Pages | None" = None
) -> Receiver:
    """Builds Socket Mode if there is an app-level token, else HTTP mode.

    Args:
        pages: Pages for people, which are served over HTTP in either mode.
    """
    socket_mode = None
    if settings.slack_app_token is not None:
        token = settings.slack_app_token.get_secret_value()
        socket_mode = SocketMode(app, client, token, read_token=read_app_token)
        if pages is None:
            return socket_mode
    from bot.slack.http_mode import HTTPMode, SocketModeWithPages  # with a server, which Socket Mode does not need

    secret, listen = secret_text(settings.slack_signing_secret), parse_listen_address(settings.park_http_listen)
    http_mode = HTTPMode(app, secret, listen, proxy=settings.park_http_trusted_proxy, pages=pages)
    return SocketModeWithPages(socket_mode, http_mode) if socket_mode else http_mode


def build_installed(
    settings: Settings,
    database: Database,
    clients: Mapping[str | None, SlackClient],
    connect: Callable[[str | None, Identity], Dispatches],
    read_app_token: ReadToken,
    now: Clock | None,
) -> "InstalledWorkspaces":
    """Builds the connection to the workspaces that the app is installed in, and the pages that install it."""
    from bot.slack.installations import Installations  # with the SDK's OAuth, which one workspace does not need
    from bot.slack.installed import InstalledWorkspaces
    from bot.slack.installing import InstallFlow

    client_id = str(settings.slack_client_id)
    installations = Installations(database, client_id, settings.token_keys)
    allowed = settings.park_install_teams or ()
    connection = InstalledWorkspaces(installations, clients, connect, now, allowed=allowed)
    flow = InstallFlow(
        installations,
        client_id=client_id,
        client_secret=str(secret_text(settings.slack_client_secret)),
        allowed=allowed,
        api_url=settings.slack_api_url,
        on_installed=lambda _: connection.wake(),
    )
    client = next(iter(clients.values()))
    connection.receive_with(build_receiver(settings, connection, client, read_app_token, flow))
    return connection

"""Builds the parts of this package: what calls Slack, the listeners, and the receiver."""

from dataclasses import dataclass

from slack_bolt import App
from slack_sdk import WebClient

from bot.journal.journal import Journal
from bot.journal.notes import NoteStore
from bot.journal.storage import DestinationStore
from bot.planning.forms import FormService
from bot.runtime.threads import ThreadPool
from bot.settings import Settings, parse_listen_address, secret_text
from bot.slack.bolt_app import Receiver, build_app
from bot.slack.client import Identity, ReadToken
from bot.slack.direct_messages import MessagesTab
from bot.slack.forms.submission import FormListeners
from bot.slack.forms.views import Destinations
from bot.slack.home import HomeTabs
from bot.slack.listeners import RequestInbox, register_listeners
from bot.slack.messenger import SlackMessenger
from bot.slack.notes import ProgressNotes
from bot.slack.reader_languages import ReaderLanguages
from bot.slack.requests import RequestFactory
from bot.slack.socket_mode import SocketMode
from bot.slack.users import SlackUserDirectory
from bot.slack.web_api import ChatApi, ViewsApi
from bot.times.model import Clock

FORM_THREADS = 20
"""Forms opened or reviewed at once; each may wait for a slow PBX."""
VIEW_THREADS = 8
"""Loading views sent to Slack at once; they never wait for the PBX."""
REPLY_THREADS = 4
"""Answers of listeners sent to Slack at once."""


@dataclass(frozen=True, slots=True)
class SlackParts:
    """Access to Slack, and the thread pools of its listeners."""

    client: WebClient
    requests: RequestFactory
    users: SlackUserDirectory
    chat: ChatApi
    messenger: SlackMessenger
    views: ViewsApi
    reply_pool: ThreadPool
    view_pool: ThreadPool
    form_pool: ThreadPool


def build_slack(client: WebClient, journal: Journal, now: Clock, language: str) -> SlackParts:
    """Builds what calls Slack; the listeners follow once there is something for them to call.

    Args:
        language: That of people whose language Park lacks.
    """
    users = SlackUserDirectory(client, now=journal.now, default_language=language)
    chat, views = ChatApi(client), ViewsApi(client)
    reply_pool, view_pool = ThreadPool("reply", REPLY_THREADS), ThreadPool("view", VIEW_THREADS)
    form_pool = ThreadPool("form", FORM_THREADS)
    requests = RequestFactory(None, now)
    messenger = SlackMessenger(chat, users, ProgressNotes(chat, NoteStore(journal.database)), now)
    return SlackParts(client, requests, users, chat, messenger, views, reply_pool, view_pool, form_pool)


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
    app, messenger = build_app(slack.client, identity), slack.messenger
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


def build_receiver(settings: Settings, app: App, client: WebClient, read_app_token: ReadToken) -> Receiver:
    """Builds Socket Mode if there is an app-level token, else HTTP mode."""
    if settings.slack_app_token is not None:
        return SocketMode(app, client, settings.slack_app_token.get_secret_value(), read_token=read_app_token)
    from bot.slack.http_mode import HTTPMode  # with its server, which Socket Mode does not need

    secret, listen = secret_text(settings.slack_signing_secret), parse_listen_address(settings.park_http_listen)
    return HTTPMode(app, str(secret), listen, proxy=settings.park_http_trusted_proxy)

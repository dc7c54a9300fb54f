"""The installation of the app over OAuth: /slack/install, and the address that Slack sends people back to."""

import html
import logging
from collections.abc import Callable, Collection, Sequence
from typing import Any

from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.error import BoltError
from slack_bolt.oauth import OAuthFlow
from slack_bolt.oauth.callback_options import CallbackOptions, FailureArgs, SuccessArgs
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web import SlackResponse

from bot.errors import JournalUnavailable, SlackFailure, SlackUnavailable
from bot.slack.app_config import OPTIONAL_SCOPES, REQUIRED_SCOPES
from bot.slack.app_manifest import INSTALL_PATH, REDIRECT_PATH
from bot.slack.client import SlackClient, api_failure, translate_errors
from bot.slack.installations import STATE_SECONDS, Installations
from bot.slack.posting import PostingState
from bot.texts import installing as texts

log = logging.getLogger(__name__)


class _InstallClient(SlackClient):
    """Raises SlackUnavailable where Slack gives no answer, so that Bolt does not take that for a wrong code."""

    def api_call(self, api_method: str, **arguments: Any) -> SlackResponse:
        try:
            return super().api_call(api_method, **arguments)
        except SlackApiError as error:
            failure = api_failure(error.response)
            if isinstance(failure, SlackUnavailable):
                raise failure from error
            raise


class InstallFlow(OAuthFlow):
    """Bolt's flow, which keeps a token only for a workspace or an organization that may install the app."""

    def __init__(
        self,
        installations: Installations,
        *,
        client_id: str,
        client_secret: str,
        allowed: Collection[str],
        api_url: str,
        on_installed: Callable[[str], None],
    ) -> None:
        """Prepares the flow.

        Args:
            allowed: Ids of workspaces (T...) and organizations (E...).
            api_url: Ends with a slash, as in https://slack.com/api/.
            on_installed: Called with the id of what the app was installed in.
        """
        settings = OAuthSettings(
            client_id=client_id,
            client_secret=client_secret,
            scopes=sorted(REQUIRED_SCOPES),
            user_scopes=[],
            installation_store=installations.store,
            state_store=installations.states,
            state_expiration_seconds=STATE_SECONDS,
            authorization_url=f"{api_url.removesuffix('api/')}oauth/v2/authorize",
            callback_options=CallbackOptions(success=_installed, failure=_failed),
        )
        super().__init__(client=_InstallClient("", api_url, posting=PostingState()), logger=log, settings=settings)
        self._allowed, self._on_installed = frozenset(allowed), on_installed

    def handle(self, request: BoltRequest, path: str) -> BoltResponse | None:
        """Answers a request for one of the two paths; None for any other."""
        pages = {INSTALL_PATH: self.handle_installation, REDIRECT_PATH: self.handle_callback}
        return self._available(pages[path], request) if path in pages else None

    def _available(self, handle: Callable[[BoltRequest], BoltResponse], request: BoltRequest) -> BoltResponse:
        try:
            with translate_errors():
                return handle(request)
        except (JournalUnavailable, SlackFailure) as failure:
            log.warning("an installation was not carried out: %s", failure)
            return page(503, texts.UNAVAILABLE)

    def run_installation(self, code: str) -> Installation | None:
        """Exchanges the code for a token; None if Slack refuses it. Raises SlackUnavailable if Slack is away."""
        installation = super().run_installation(code)
        if installation is not None and not installation.bot_token:
            log.warning("Slack gave no bot token for the installation")
            return None
        return installation

    def store_installation(self, request: BoltRequest, installation: Installation) -> None:
        """Stores a token, or has Slack revoke it; raises BoltError for what may not install the app."""
        id = (None if installation.is_enterprise_install else installation.team_id) or installation.enterprise_id or ""
        if not self._allowed & {installation.team_id, installation.enterprise_id} - {None}:
            self._revoke(str(installation.bot_token))
            log.warning("%s may not install the app: it is not in PARK_INSTALL_TEAMS", id)
            raise BoltError(id)
        missing = REQUIRED_SCOPES - OPTIONAL_SCOPES.keys() - set(_scopes(installation))
        super().store_installation(request, installation)
        log.info("the app was installed in %s by %s", id, installation.user_id)
        if missing:
            log.warning("the installation in %s lacks scopes that Park needs: %s", id, ", ".join(sorted(missing)))
        self._on_installed(id)

    def _revoke(self, token: str) -> None:
        try:
            self.client.auth_revoke(token=token)
        except SlackApiError as error:
            log.warning("Slack did not revoke the token: %s", error.response.get("error"))


def _scopes(installation: Installation) -> list[str]:
    scopes = installation.bot_scopes or []
    return scopes.split(",") if isinstance(scopes, str) else list(scopes)


def _installed(args: SuccessArgs) -> BoltResponse:
    installed = args.installation
    name = (installed.enterprise_name if installed.is_enterprise_install else installed.team_name) or ""
    return page(200, texts.installed(name), cookie=args.settings.state_utils.build_set_cookie_for_deletion())


def _failed(args: FailureArgs) -> BoltResponse:
    reason = "not_allowed" if isinstance(args.error, BoltError) else args.reason
    status = 403 if reason == "not_allowed" else args.suggested_status_code
    text = texts.failed(reason, str(args.error))
    return page(status, text, cookie=args.settings.state_utils.build_set_cookie_for_deletion())


def page(status: int, text: str, *, cookie: str | None = None) -> BoltResponse:
    """Returns a page with one text, to be read by whoever installs the app."""
    title, _, rest = text.partition("\n")
    body = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Park</title></head>'
        f"<body><h1>{html.escape(title)}</h1><p>{html.escape(rest)}</p></body></html>"
    )
    headers: dict[str, str | Sequence[str]] = {"Content-Type": "text/html; charset=utf-8"}
    if cookie is not None:
        headers["Set-Cookie"] = [cookie]
    return BoltResponse(status=status, headers=headers, body=body)

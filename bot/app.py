"""Composition root: builds all parts from the settings, starts them and stops them."""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bot.errors import ParkError
from bot.journal.journal import LEASE
from bot.messages import slash_command
from bot.runtime.checks import Condition, HealthChecks, PartChecks
from bot.runtime.health import HealthServer
from bot.runtime.turns import TurnRunner
from bot.settings.environment import Settings, SlackTokens, secret_text
from bot.settings.tenants import TenantSettings, serves_all
from bot.slack.bolt_app import Dispatches, Receiver
from bot.slack.client import Identity, ReadToken, SlackClient, connect_client
from bot.slack.connection import Connection, SlackConnection
from bot.slack.parts import Workspace, build_installed, build_receiver
from bot.slack.posting import PostingState
from bot.slack.users import SlackUserDirectory
from bot.tenants.serving import ServedPbxs
from bot.tenants.tenant import Tenant
from bot.times.model import Clock, utc_now
from bot.worker.lease import RetryPolicy

if TYPE_CHECKING:
    from bot.tenants.router import Router

log = logging.getLogger(__name__)


class Park:
    """The whole bot: handles requests from `start` until `stop`."""

    def __init__(
        self,
        *given: TenantSettings,
        retry_policy: RetryPolicy | None = None,
        now: Clock | None = None,
        lease: timedelta = LEASE,
        read_tokens: Callable[[], SlackTokens] | None = None,
    ) -> None:
        """Builds all parts; `start` signs in to Slack.

        Args:
            given: What is set for each PBX, at least one; what they have in common is the first one's.
            now: Replaces the journal's clock.
            lease: Duration of a lease, the same on all replicas, at least twice `pbx_deadline`.
            read_tokens: Reads Slack's tokens again, after Slack has rejected one.

        Raises:
            ParkError: The policy, the PBX settings or the journal can't be used. Of several PBXs, all of them.
        """
        self.settings, self._given = given[0].settings, given
        self._read_tokens = read_tokens
        self._workspaces = _build_workspaces(given, read_tokens, now or utc_now)
        self._turns, self._identities, self._connecting = TurnRunner(), dict[str | None, Identity](), Lock()
        new = partial(Tenant, turns=self._turns, retry_policy=retry_policy, now=now, lease=lease)
        self._served = ServedPbxs(given, lambda one: new(one, self._workspace_of(one.workspace)), now)
        try:
            self._routers = {id: self._build_router(id) for id in self._workspaces}
            for id, workspace in self._workspaces.items():
                workspace.posting.on_recovery = partial(self._retry_untold, id)
            self.connection = self._build_connection(now)
            self.health = HealthServer(self.settings.park_health_listen, self._checks())
        except BaseException:
            self._served.close()
            raise
        self._served.on_served = self._serve

    @property
    def tenants(self) -> Sequence[Tenant]:
        """The PBXs that are served, at least one."""
        return self._served.tenants

    @property
    def faults(self) -> Mapping[str, ParkError]:
        """Why a PBX is not served, by its name."""
        return self._served.faults

    def _serve(self, tenant: Tenant) -> None:
        """Has a PBX take part that could not be served before."""
        id = tenant.given.workspace if tenant.given.workspace in self._workspaces else None
        with self._connecting:
            if (identity := self._identities.get(id)) is not None:
                tenant.connect(identity)
        if (router := self._routers[id]) is not None:
            router.serve(tenant)

    def _workspace_of(self, workspace: str | None) -> Workspace:
        """Returns access to a Slack workspace by its id; None: the only one."""
        return self._workspaces.get(workspace) or self._workspaces[None]

    def _tenants_of(self, workspace: str | None) -> list[Tenant]:
        return [one for one in self.tenants if self._workspace_of(one.given.workspace) is self._workspaces[workspace]]

    def _build_router(self, workspace: str | None) -> "Router | None":
        """Builds what chooses among the PBXs of a workspace, or says that none of them is served.

        None where one PBX gets all payloads from there.
        """
        shared = self._workspaces[workspace]
        given = [one for one in self._given if self._workspace_of(one.workspace) is shared]
        tenants = self._tenants_of(workspace)
        if tenants and serves_all(given):
            return None
        from bot.tenants.router import Router  # an installation with one PBX has nothing to choose

        return Router(tenants, given, shared)

    def _build_connection(self, now: Clock | None) -> Connection:
        """Builds the connection: with SLACK_BOT_TOKEN to one workspace, else to those that the app is installed in."""
        if self.settings.slack_client_id is not None:
            return build_installed(
                self.settings,
                self._first().journal.database,
                {id: one.client for id, one in self._workspaces.items()},
                self._connect,
                self._read_app_token,
                now,
            )
        workspace = self._workspaces[None]
        return SlackConnection(
            *(workspace.client, workspace.posting, self._build_receiver), has_work=self._has_open_entries, now=now
        )

    @property
    def tenant(self) -> Tenant:
        """What serves the only PBX."""
        (one,) = self.tenants
        return one

    def start(self) -> Self:
        """Starts all parts: entries left by an earlier process are processed first, then Slack is connected.

        While Slack is away, the worker and the clock run without it.

        Raises:
            SettingsError: An address can't be listened on, or Slack rejects a token and nothing is due without it.
        """
        slash_command.use(self.settings.park_command)
        try:
            for tenant in self.tenants:
                tenant.start()
            self.health.start()
            self.connection.start()
            if self.faults:
                self._served.start_in(self._turns)
        except BaseException:  # threads that run already would keep the process alive
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Accepts no more requests and finishes what is running; the rest stays in the journal.

        The health endpoint is not stopped in its turn: it reports that Park is stopping before the first part stops,
        and answers until the last one has.
        """
        self.health.stopping()
        self._served.stop()
        self.connection.stop()
        for router in filter(None, self._routers.values()):
            router.close()
        with ThreadPoolExecutor(len(self.tenants)) as pool:  # so that none waits for another one's PBX
            list(pool.map(Tenant.stop, self.tenants))
        self._turns.close()
        self.health.stop()

    def read_policy(self) -> None:
        """Reads the policy files again, even if they seem unchanged."""
        for tenant in self.tenants:
            tenant.policy_watcher.wake()

    def wake(self) -> None:
        """Looks for work that is due, after the clock was set."""
        for tenant in self.tenants:
            tenant.wake()
        self._served.wake()
        self.connection.wake()

    @property
    def idle(self) -> bool:
        """Whether all requests are answered."""
        routers = filter(None, self._routers.values())
        return all(router.idle for router in routers) and all(tenant.idle for tenant in self.tenants)

    @property
    def receiver(self) -> Receiver:
        """What receives payloads from Slack; Park must have signed in."""
        assert self.connection.receiver is not None  # noqa: S101 - asked for by callers that have started Park
        return self.connection.receiver

    def _build_receiver(self, identity: Identity) -> Receiver:
        """Builds the listeners and what receives for them, once it is known who the bot is."""
        listeners = self._connect(None, identity)
        return build_receiver(self.settings, listeners, self._workspaces[None].client, self._read_app_token)

    def _connect(self, workspace: str | None, identity: Identity) -> Dispatches:
        """Builds the listeners for a workspace, once it is known who the bot is there."""
        with self._connecting:  # a PBX that is served from now on is connected by what comes last
            self._identities[workspace] = identity
            apps = [tenant.connect(identity) for tenant in self._tenants_of(workspace)]
        return self._routers[workspace] or apps[0]

    @property
    def _read_app_token(self) -> ReadToken:
        return partial(_app_token, self._read_tokens) if self._read_tokens else None

    @property
    def posting(self) -> PostingState:
        """Whether Park can post: of the first workspace where it can't, or else of the first one."""
        states = [one.posting for one in self._workspaces.values()]
        return next((one for one in states if one.problem is not None), states[0])

    def _first(self) -> Tenant:
        """Returns the first PBX, whose journal holds the installations; raises ParkError if it can't be served."""
        if (fault := self.faults.get(self._given[0].name)) is not None:
            raise fault
        return self.tenants[0]

    def _has_open_entries(self) -> bool:
        return any(tenant.has_open_entries() for tenant in self.tenants)

    def _retry_untold(self, workspace: str | None) -> None:
        for tenant in self._tenants_of(workspace):
            tenant.workers.worker.retry_untold()

    def _checks(self) -> HealthChecks:
        """Returns what the health endpoint reports."""
        return HealthChecks(
            shared=PartChecks(
                threads={"slack": lambda: self.connection.running},
                conditions={
                    "slack": lambda: _slack_condition(self.connection),
                    "posting": lambda: Condition(self.posting.problem is None, self.posting.problem or "can post"),
                },
            ),
            read_pbxs=lambda: {one.name: one.checks for one in self.tenants},
            read_not_served=lambda: {name: str(fault) for name, fault in self.faults.items()},
        )

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __str__(self) -> str:
        urls = ((one.title, one.settings.pbx_url) for one in self._given)
        pbxs = ", ".join(f"{title} ({url})" if title else f"{url}" for title, url in urls)
        identity, receiver = self.connection.identity, self.connection.receiver
        if identity is None or receiver is None:
            return f"Park waits for Slack and changes {pbxs}"
        return f"Park answers {identity.team_name} in Slack ({receiver.where}) and changes {pbxs}"


def _build_workspaces(
    given: Sequence[TenantSettings], read_tokens: Callable[[], SlackTokens] | None, now: Clock
) -> dict[str | None, Workspace]:
    """Returns access to each workspace by its id; None is the only one, as there is with SLACK_BOT_TOKEN."""
    settings = given[0].settings
    if settings.slack_client_id is None:
        clients: dict[str | None, SlackClient] = {None: _build_client(settings, PostingState(now), read_tokens)}
    else:
        ids = dict.fromkeys(one.workspace for one in given)
        clients = {
            id: connect_client("", settings.slack_api_url, posting=PostingState(now, installed=True, workspace=id))
            for id in ids
        }
    return {id: Workspace(one, SlackUserDirectory(one, now=now), one.posting) for id, one in clients.items()}


def _build_client(
    settings: Settings, posting: PostingState, read_tokens: Callable[[], SlackTokens] | None
) -> SlackClient:
    token, url = settings.slack_bot_token.get_secret_value(), settings.slack_api_url
    read_token = partial(_bot_token, read_tokens) if read_tokens else None
    return connect_client(token, url, posting=posting, read_token=read_token)


def _bot_token(read: Callable[[], SlackTokens]) -> str:
    return read().slack_bot_token.get_secret_value()


def _app_token(read: Callable[[], SlackTokens]) -> str:
    return secret_text(read().slack_app_token) or ""


def _slack_condition(connection: Connection) -> Condition:
    return Condition.of(connection.connected, "connected", connection.problem or "not connected")

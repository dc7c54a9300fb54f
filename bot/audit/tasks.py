"""Builds the background tasks of the audit from the settings."""

from datetime import timedelta

from bot.audit.daily import DailyTask
from bot.audit.drift.monitor import DriftMonitor
from bot.journal.journal import Journal
from bot.pbx.client import PbxClient
from bot.policy.store import PolicyStore
from bot.settings.environment import Settings
from bot.setups.past import SetupHistory
from bot.slack.messenger import SlackMessenger
from bot.times.model import Clock


def build_audit_tasks(
    settings: Settings,
    journal: Journal,
    pbx: PbxClient,
    policy_store: PolicyStore,
    messenger: SlackMessenger,
    now: Clock | None,
) -> tuple[DailyTask, DriftMonitor]:
    """Builds the tasks that keep the journal small and verifiable, and look for changes made outside Park."""
    days, minutes = settings.park_retention_days, settings.park_drift_interval
    keep = None if days is None else timedelta(days=days)
    snapshot = SetupHistory(journal, pbx).take_daily
    daily = DailyTask(
        journal,
        messenger,
        policy_store.now.announce,
        keep=keep,
        snapshot=snapshot,
        keep_snapshots=timedelta(days=settings.park_snapshot_days),
        now=now,
    )
    most, own = settings.park_drift_requests, settings.pbx_username
    return daily, DriftMonitor(journal, pbx, messenger, policy_store, minutes=minutes, most=most, own=own, now=now)

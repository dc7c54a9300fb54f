"""All that is looked at, in the order in which it is told."""

from bot.doctor.base_path import base_path
from bot.doctor.base_path import clock as pbx_clock
from bot.doctor.channels import channels, ids
from bot.doctor.environment import read_only, settings
from bot.doctor.examine import Check
from bot.doctor.journal import pause, place, space, tables
from bot.doctor.machine import time_zones
from bot.doctor.network import address, port, tls
from bot.doctor.pbx import call_park, role, sign_in
from bot.doctor.policy import lint, policy
from bot.doctor.probe.probe import probe
from bot.doctor.slack import bot_token, scopes, way_in
from bot.doctor.slack import clock as slack_clock

_SLACK = ("SLACK_API_URL", "SLACK_BOT_TOKEN")
_PBX = ("PBX_TOKEN", "PBX_USERNAME", "PBX_PASSWORD", "PBX_DOMAIN")

PROBE = Check(id="probe", look=probe, needs=("read_only", "pbx.call_park", "pause"))
"""Only when it is asked for: it is the one that changes something, and changes it back."""
CHECKS = (
    Check(id="settings", look=settings),
    Check(id="read_only", look=read_only, variables=("PARK_READ_ONLY",)),
    Check(id="time_zones", look=time_zones),
    Check(id="policy", look=policy, variables=("PARK_POLICY",)),
    Check(id="policy.lint", look=lint, needs=("policy",)),
    Check(id="slack.bot_token", look=bot_token, variables=_SLACK),
    Check(id="slack.scopes", look=scopes, needs=("slack.bot_token",)),
    Check(id="slack.way_in", look=way_in, variables=("SLACK_API_URL", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")),
    Check(id="slack.clock", look=slack_clock, needs=("slack.bot_token",)),
    Check(id="slack.channels", look=channels, needs=("policy", "slack.bot_token")),
    Check(id="slack.ids", look=ids, needs=("policy", "slack.bot_token")),
    Check(id="pbx.address", look=address, variables=("PBX_URL",)),
    Check(id="pbx.port", look=port, needs=("pbx.address",)),
    Check(id="pbx.tls", look=tls, needs=("pbx.port",), variables=("PBX_CA_FILE", "PBX_VERIFY_TLS")),
    Check(id="pbx.base_path", look=base_path, needs=("pbx.tls",)),
    Check(id="pbx.clock", look=pbx_clock, needs=("pbx.base_path",)),
    Check(id="pbx.sign_in", look=sign_in, needs=("pbx.base_path",), variables=_PBX),
    Check(id="pbx.role", look=role, needs=("pbx.sign_in",)),
    Check(id="pbx.call_park", look=call_park, needs=("pbx.role",)),
    Check(id="journal.place", look=place, variables=("DATABASE_URL",)),
    Check(id="journal.tables", look=tables, needs=("journal.place",)),
    Check(id="pause", look=pause, needs=("journal.tables",)),
    Check(id="journal.space", look=space, needs=("journal.place",)),
)

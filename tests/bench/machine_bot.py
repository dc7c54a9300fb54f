"""The recall change as a plug-in of slack-machine, a framework for chat bots: what Park is compared with as a peer.

`python -m tests.bench.machine_bot` with Park's environment, in the virtual environment of `make peers`.
It makes the calls that the bare Bolt app makes.
"""

import asyncio
import json
import os
import signal
from functools import partial
from typing import Any
from urllib.parse import quote

import httpx
from machine import Machine, core
from machine.clients.slack import SlackClient
from machine.plugins.base import MachineBasePlugin
from machine.plugins.command import Command
from machine.plugins.decorators import command
from machine.utils.collections import CaseInsensitiveDict

Json = dict[str, Any]


class RecallPlugin(MachineBasePlugin):
    """Understands `/park recall Group 00001 to 6001` and nothing else."""

    async def init(self) -> None:
        self.calls: Json = json.loads(os.environ["BARE_CALLS"])
        self.url = os.environ["PBX_URL"]
        self.pbx = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {os.environ['PBX_TOKEN']}"},
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=100),
        )
        self.ids: dict[str, str] = {}
        while page := (await self._get("call_park_groups", skip=len(self.ids), top=100))["items"]:
            self.ids |= {one["name"]: one["id"] for one in page}

    async def _get(self, path: str, **query: int) -> Json:
        answer: Json = (await self.pbx.get(f"{self.url}/{path}", params=query)).raise_for_status().json()
        return answer

    @command("/park")
    async def change(self, asked: Command) -> None:
        name, _, to = asked.text.removeprefix("recall ").partition(" to ")
        path = f"call_park_groups/{quote(self.ids[name], safe='')}"
        before = [await self._get(path) for _ in range(self.calls["before"])][-1]
        settings = {key: value for key, value in before.items() if key != "id"}
        ring_group = {"recall_to": "RING_GROUP_ONLY", "ring_group_id": self.calls["ring_group"]}
        target = {"recall_to": "USER_ONLY"} if to == "user" else ring_group
        (await self.pbx.post(f"{self.url}/{path}", json=settings | target)).raise_for_status()
        for _ in range(self.calls["after"]):
            await self._get(path)
        channel = asked._cmd_payload["channel_id"]
        posted = await self.web_client.chat_postMessage(channel=channel, text=f"Recalls of {name} changed")
        await self.web_client.chat_postMessage(channel=channel, text="Done", thread_ts=posted["ts"])


async def _without_caches(client: SlackClient) -> None:
    """Takes the place of the framework's reading of all users and channels, which this command does not need."""
    client._bot_info = {"user_id": "", "name": ""}


async def _run() -> None:
    SlackClient.setup = _without_caches
    core.AsyncWebClient = partial(core.AsyncWebClient, base_url=os.environ["SLACK_API_URL"])
    machine = Machine(
        CaseInsensitiveDict(
            PLUGINS=["tests.bench.machine_bot.RecallPlugin"],
            SLACK_APP_TOKEN=os.environ["SLACK_APP_TOKEN"],
            SLACK_BOT_TOKEN=os.environ["SLACK_BOT_TOKEN"],
            LOG_HANDLED_MESSAGES=False,
            LOG_LEVEL="WARNING",
            HTTP_PROXY=None,
            TZ="UTC",
        )
    )
    await machine.run()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    asyncio.run(_run())

"""A bare Bolt app that makes the calls which Park makes for a change, and nothing else: what Park is compared with.

`python -m tests.bench.bare` with Park's environment, and in BARE_CALLS how often it reads the group before and after.
"""

import json
import os
import signal
import threading
from typing import Any
from urllib.parse import quote

import httpx
from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

Json = dict[str, Any]


def main() -> None:
    """Until SIGTERM: `/park recall Group 00001 to 6001` is all that it understands."""
    calls: Json = json.loads(os.environ["BARE_CALLS"])
    pbx = httpx.Client(
        headers={"Authorization": f"Bearer {os.environ['PBX_TOKEN']}"},
        limits=httpx.Limits(max_connections=100, max_keepalive_connections=100),
    )
    base = os.environ["PBX_URL"]
    ids = {one["name"]: one["id"] for one in _groups(pbx, base)}
    client = WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = App(client=client, token=client.token)

    def change(ack: Ack, command: Json) -> None:
        ack()
        name, _, to = command["text"].removeprefix("recall ").partition(" to ")
        url = f"{base}/call_park_groups/{quote(ids[name], safe='')}"
        before = [pbx.get(url).raise_for_status().json() for _ in range(calls["before"])][-1]
        settings = {key: value for key, value in before.items() if key != "id"}
        ring_group = {"recall_to": "RING_GROUP_ONLY", "ring_group_id": calls["ring_group"]}
        target = {"recall_to": "USER_ONLY"} if to == "user" else ring_group
        pbx.post(url, json=settings | target).raise_for_status()
        for _ in range(calls["after"]):
            pbx.get(url).raise_for_status()
        posted = client.chat_postMessage(channel=command["channel_id"], text=f"Recalls of {name} changed")
        client.chat_postMessage(channel=command["channel_id"], text="Done", thread_ts=posted["ts"])

    app.command("/park")(change)
    handler = SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"])
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    handler.connect()  # type: ignore[no-untyped-call]
    stopped.wait()
    os._exit(0)  # its threads are not waited for


def _groups(pbx: httpx.Client, base: str) -> list[Json]:
    found: list[Json] = []
    while True:
        page = pbx.get(f"{base}/call_park_groups", params={"skip": len(found), "top": 100}).json()["items"]
        if not page:
            return found
        found += page


if __name__ == "__main__":
    main()

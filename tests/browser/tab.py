"""A page in Chromium, driven over the DevTools protocol as by a user's mouse and keyboard."""

import base64
import json
from itertools import count
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection

SEEN = 60.0
"""Seconds after which what should be seen is missing: a machine may be busy."""
TRIES = 5
"""Clicks at something that moves."""
LOOKS = (Path(__file__).parent / "looks.js").read_text(encoding="utf-8")


class Tab:
    """What is named by its words is found as people find it: visible, and by its label."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection, self._ids = connection, count(1)
        self.faults: list[str] = []
        """What the page's own console complained of."""
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.addScriptToEvaluateOnNewDocument", source=LOOKS)

    def call(self, method: str, **params: Any) -> Any:
        """The protocol's answer; AssertionError for its refusals."""
        id = next(self._ids)
        self._connection.send(json.dumps({"id": id, "method": method, "params": params}))
        while True:
            message = json.loads(self._connection.recv(timeout=SEEN + 5))
            if message.get("id") == id:
                assert "error" not in message, message
                return message["result"]
            self._heard(message)

    def _heard(self, event: dict[str, Any]) -> None:
        params = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            self.faults.append(params["exceptionDetails"]["exception"].get("description", str(params)))
        if event.get("method") == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.faults.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")

    def faultless(self) -> None:
        """Nothing went wrong in the page, and nothing was asked of another place."""
        assert not self.faults, self.faults

    def js(self, expression: str) -> Any:
        """Its value, a promise's when it is kept; AssertionError for what it throws."""
        done = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]["exception"].get("description", done)
        return done["result"].get("value")

    def go(self, url: str) -> None:
        self.call("Page.navigate", url=url)
        self.until("document.body?.dataset.drawn")

    def leave(self) -> None:
        """Leaves the page, whose server may end then."""
        self.call("Page.navigate", url="about:blank")
        self.until("document.URL === 'about:blank'")
        self.faults.clear()

    def show(self, width: int, height: int, *, dark: bool = False, scale: int = 1) -> None:
        """As a window of that size, in CSS pixels."""
        size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.call("Emulation.setEmulatedMedia", features=[scheme, still])

    def until(self, condition: str, seconds: float = SEEN) -> Any:
        """The condition's first true value, looked at whenever the page changes."""
        script = f"parkLooks ? parkLooks.until(() => ({condition}), {seconds * 1000}) : false"
        try:
            return self.js(script)
        except AssertionError as fault:
            raise AssertionError(f"{condition}\n{fault}\n{self.text('main')}") from None

    def see(self, words: str, within: str = "main", *, times: int = 1) -> str:
        """Wait until these words stand there in sight, and return all that does."""
        where, what = json.dumps(within), json.dumps(words)
        self.until(f"parkLooks.times({where}, {what}) >= {times}")
        return self.text(within)

    def search(self, text: str, option: str) -> None:
        """Type into the picker with the focus until it offers the option.

        A search that takes longer than Slack waits is not answered: then again, as people do."""
        shown = f"parkLooks.times('#modal [role=listbox]', {json.dumps(option)}) >= 1"
        for _ in range(TRIES):
            self.type(text)
            try:
                self.until(shown, SEEN / TRIES)
            except AssertionError:
                self.js("document.activeElement.select?.()")  # what is typed next replaces it
            else:
                return
        self.until(shown)

    def see_no_more(self, words: str, within: str = "main") -> None:
        self.until(f"parkLooks.times({json.dumps(within)}, {json.dumps(words)}) === 0")

    def text(self, within: str = "body") -> str:
        return str(self.js(f"document.querySelector({json.dumps(within)}).innerText"))

    def click(self, label: str, within: str = "body") -> None:
        """The last thing in sight with that label that can be clicked: with the mouse, in its middle.

        What comes in meanwhile may move it from under the mouse: then again, as people do."""
        for _ in range(TRIES):
            x, y = self.until(f"parkLooks.aim({json.dumps(label)}, {json.dumps(within)})")
            self.click_at(x, y)
            if self.js("parkLooks.wasHit()"):
                return
        raise AssertionError(f"{label!r} was never under the mouse long enough")

    def click_at(self, x: float, y: float) -> None:
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def choose(self, value: str, label: str) -> None:
        """In a native menu."""
        found = f"parkLooks.labelled({json.dumps(label)})"
        self.until(found)
        self.js(f"parkLooks.choose({found}, {json.dumps(value)})")

    def type(self, text: str, label: str | None = None) -> None:
        """Into the field with that label, or where the focus is."""
        if label:
            self.until(f"parkLooks.focus({json.dumps(label)})")
        self.call("Input.insertText", text=text)

    def attach(self, file: Path, label: str) -> None:
        """To the field for files with that label, as from the machine's own dialogue."""
        found = f"parkLooks.labelled({json.dumps(label)})"
        self.until(found)
        field = self.call("Runtime.evaluate", expression=found)["result"]["objectId"]
        self.call("DOM.setFileInputFiles", files=[str(file)], objectId=field)

    def press(self, key: str, *, shift: bool = False) -> None:
        code = {"Enter": 13, "Tab": 9, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38, "Backspace": 8}[key]
        said = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        text = {"text": "\r"} if key == "Enter" else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", **said, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", **said)

    def say(self, line: str) -> None:
        """Type it into the message box, and send it."""
        self.type(line, "Message")
        self.press("Enter")

    def picture(self, file: Path) -> None:
        """Without the mouse in it."""
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=0, y=0)
        shot = self.call("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(shot["data"]))

"""So many commands a second for so long: whether memory, threads or open files grow. `python -m tests.bench.load 30`.

Minutes, 30 unless said otherwise; 20 commands a second, of which every fourth is a change.
"""

import sys
import threading
import time
from itertools import count

from bot.sandbox.environment import Sandbox
from tests.bench.bots import PEOPLE, Bot, running, sandboxes

RATE = 20
GROUPS = 400
LINES = ("groups 0001", "group {group}", "recall {group} to {to}", "recal {group}")


def ask(sandbox: Sandbox, number: int, failed: list[str]) -> None:
    """The next command, as the next person."""
    group, to = f"Group {number // 4 % GROUPS + 1:05}", "user" if number // 4 // GROUPS % 2 else "6001"
    line = LINES[number % len(LINES)].format(group=group, to=to)
    ack = sandbox.slack.slash(sandbox.people[f"person{number % PEOPLE}"], sandbox.channels["phones"], line)
    if not ack.ok:
        failed.append(f"{line}: {ack.error}")


def forget(sandbox: Sandbox) -> None:
    """The sandboxes keep all that they see: that is theirs, and not what is measured."""
    with sandbox.slack.state.changed:
        del sandbox.slack.state.posts[:-2000]
    sandbox.slack.deliveries.made.clear()
    sandbox.slack.calls.clear()
    sandbox.pbx.requests.clear()
    sandbox.pbx.state.audit.clear()


def look(bot: Bot, minutes: float) -> None:
    print(f"{minutes:6.1f} min {bot.memory:8.1f} MiB {bot.threads:4} threads {bot.handles:4} open files", flush=True)


def main(minutes: float) -> None:
    """Print what it holds, as time goes by."""
    failed: list[str] = []
    with sandboxes(GROUPS) as sandbox, running(sandbox, "bot run") as bot:
        begun, told = time.monotonic(), 0.0
        for number in count():
            due = begun + number / RATE
            if (now := time.monotonic()) - begun > minutes * 60:
                break
            time.sleep(max(0.0, due - now))
            threading.Thread(target=ask, args=(sandbox, number, failed)).start()
            if now - begun >= told:
                look(bot, (now - begun) / 60)
                forget(sandbox)
                told += minutes * 60 / 10
        time.sleep(5)
        look(bot, (time.monotonic() - begun) / 60)
    print(f"{number} commands, {len(failed)} not acknowledged {failed[:3]}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0)

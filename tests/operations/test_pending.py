"""What `pending` and the Home tab count is what they list."""

from pathlib import Path

import pytest

from bot.operations.parser import parse_unconfirmed
from bot.operations.pending import ending
from tests.bot_harness import ANA, BEN, bot_harness


@pytest.mark.parametrize("user", [ANA, BEN])
def test_the_end_of_a_pause_counts_as_no_temporary_change(tmp_path: Path, user: str) -> None:
    with bot_harness(tmp_path) as park:
        for line in ("recall Sales to Night Desk for 1h", "recall Billing to Night Desk for 1h"):
            park.do(line)
        (button,) = park.answer("pause for 2h").offers
        assert park.ask("pause for 2h", expects=button.expects) is None
        park.work()
        assert park.planner.repository.pause() is not None
        request = park.request("pending", user=user)
        context = park.planner.context(request, parse_unconfirmed("pending")[0])
        assert [(len(rows), total) for rows, total in (ending(context, 1), ending(context, 5))] == [(1, 2), (2, 2)]

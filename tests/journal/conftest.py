from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journal.making import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.journal.close()

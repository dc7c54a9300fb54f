"""Several PBXs with the same names, and one Park."""

from collections.abc import Iterator

import pytest

from tests.tenants.several import SeveralPbxs


@pytest.fixture
def park(http: bool) -> Iterator[SeveralPbxs]:
    with SeveralPbxs(http=http) as running:
        yield running


@pytest.fixture
def one_way() -> Iterator[SeveralPbxs]:
    """Over Socket Mode only, where the way in makes no difference."""
    with SeveralPbxs() as running:
        yield running

"""Users read which fault of the PBX it is: a refused connection, an error, a time-out or a broken connection."""

import pytest

from bot.errors import PBXError, UnknownOutcome
from bot.pbx.auth import Credentials
from bot.pbx.client import PbxClient
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.texts import pbx as texts


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(kind=FaultKind.STATUS, status=503, times=None), "The PBX reports an internal error (HTTP 503)."),
        (Fault(kind=FaultKind.GATEWAY, times=None), "The PBX reports an internal error (HTTP 502)."),
        (Fault(kind=FaultKind.SLOW, seconds=3, times=None), texts.TIMED_OUT),
        (Fault(kind=FaultKind.DROP_BEFORE, times=None), texts.CONNECTION_BROKE),
        (Fault(kind=FaultKind.MALFORMED, times=None), texts.UNUSABLE),
    ],
    ids=lambda value: value.kind.name if isinstance(value, Fault) else "",
)
def test_each_fault_is_told_apart(fault: Fault, said: str) -> None:
    with FakePbx() as pbx:
        deadline = 1.0 if fault.kind is FaultKind.SLOW else 20.0
        client = PbxClient(pbx.url, Credentials(token=pbx.token), deadline=deadline)
        pbx.faults.add(fault)
        with pytest.raises(PBXError) as caught:
            client.server()
        assert caught.value.said == said
        assert client.trouble == (said if fault.kind is not FaultKind.MALFORMED else "")
        client.close()


def test_a_refused_connection_is_no_time_out() -> None:
    with FakePbx() as pbx:
        client = PbxClient(pbx.url, Credentials(token=pbx.token), deadline=20.0)
        pbx.stop()
        with pytest.raises(PBXError) as caught:
            client.server()
        assert caught.value.said == client.trouble == texts.CONNECTION_REFUSED
        pbx.start()
        client.server()
        assert client.trouble == ""
        client.close()


def test_a_write_without_an_answer_says_why() -> None:
    with FakePbx() as pbx:
        client = PbxClient(pbx.url, Credentials(token=pbx.token), deadline=20.0)
        pbx.faults.add(Fault(kind=FaultKind.STATUS, match="POST *", status=500, times=None))
        with pytest.raises(UnknownOutcome) as caught:
            client.create_group({"name": "Nights", "recall_to": "USER_ONLY"})
        assert caught.value.said == "The PBX reports an internal error (HTTP 500)."
        client.close()

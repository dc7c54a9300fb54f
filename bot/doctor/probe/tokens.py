"""What becomes of a refresh token that was used."""

from bot.doctor.probe.ground import Ground
from bot.doctor.probe.trying import Learnt, NotLearnt
from bot.pbx.deadline import Deadline

_SECONDS = 10.0


def refresh_tokens(ground: Ground) -> Learnt:
    """Only of the doctor's own sign-in: what Park holds stays as it is."""
    rotates = ground.pbx.sign_in.rotates(Deadline(_SECONDS))
    if rotates is None:
        raise NotLearnt("the PBX was shown PBX_TOKEN, with which no refresh token comes")
    if rotates:
        return "rotate", "refresh tokens rotate: each renewal brings another"
    return "stay", "refresh tokens stay: the same one renews again and again"

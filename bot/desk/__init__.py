"""What one request sees of the PBX."""

from bot.desk.desk import Desk
from bot.desk.homes import Progress
from bot.desk.past import Past, waits
from bot.desk.ring_groups import ring_group_label

__all__ = ["Desk", "Past", "Progress", "ring_group_label", "waits"]

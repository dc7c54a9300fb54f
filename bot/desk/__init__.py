"""What one request sees of the PBX."""

from bot.desk.desk import Desk
from bot.desk.homes import Progress
from bot.desk.past import Past, waits
from bot.desk.ring_groups import ring_group_label
from bot.desk.sounds import Attached, Files, Sounds

__all__ = ["Attached", "Desk", "Files", "Past", "Progress", "Sounds", "ring_group_label", "waits"]

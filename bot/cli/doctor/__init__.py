"""The command `doctor`: checks of an installation, and the probe of what a PBX does that is undocumented.

A check only reads, and yields findings with stable ids and remedies. The probe writes, but only to park groups that it
created itself. What the running bot checks about itself belongs in `bot.runtime.health`.
"""

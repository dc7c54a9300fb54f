"""`doctor --probe`: what the PBX does that is documented nowhere, learnt on groups that are made for it and removed."""

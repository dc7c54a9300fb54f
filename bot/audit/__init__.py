"""Auditing on top of the journal: history records, verification of the chain of events, daily tasks, drift detection.

Reads the journal and the PBX and reports; never changes the PBX, and receives no requests.
"""

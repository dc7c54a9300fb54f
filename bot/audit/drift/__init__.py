"""Drift detection: finds changes that were made on the PBX outside Park, and posts them.

Putting a change back is an operation, which does not belong here.
"""

"""One Park for several PBXs: all parts of one PBX, and the choice of the PBX that a payload from Slack is about.

Nothing is shared between two PBXs but the connection to Slack, the client of a workspace, the health server and the
metrics. Knows how the parts are built and Slack's payloads; knows nothing of operations or plans.
"""

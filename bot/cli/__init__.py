"""The commands of `python -m bot`: argument parsing, terminal output and exit statuses.

A command calls the packages below for everything that is not specific to a terminal. Nothing that a running bot needs
belongs here, and the sandbox is not imported: `bot.__main__` passes the demo in.
"""

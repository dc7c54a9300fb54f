"""The doors that are clicked: every operation's form, made from its own declaration."""

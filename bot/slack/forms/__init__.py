"""Modal forms: their views, inputs and state, and the Bolt listeners for opening, filling, reviewing and submitting.

Which values a form offers and what it changes is decided in `bot.planning`; the Home tab is in `bot.slack.home`.
"""

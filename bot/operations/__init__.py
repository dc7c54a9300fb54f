"""What can be requested: declarations of operations, their argument types, and the parser.

An operation reads or plans through `OperationContext`. It decides no permission, writes nothing and knows neither
Slack nor the worker: authorization and name resolution belong to `bot.planning`, applying a plan to `bot.worker`.
A new verb is one class in one of these modules and one line in `catalog.py`.
"""

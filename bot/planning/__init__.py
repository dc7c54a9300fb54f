"""Turns an operation and its requester into an answer or an authorized plan.

Name resolution, authorization, previews, denial messages, and the options of forms and pickers belong here. The
package reads the PBX, the journal and Slack's user records (through protocols) and writes nothing: `bot.worker` applies
plans, `bot.slack` renders messages.
"""

"""The catalogue of texts in English, by kind: plain functions and constants that return strings.

A module holds the texts of one kind (cards, refusals, questions ...), so that they can be read as a list. Nothing here
decides what is said or when, and nothing knows Slack's markup.
"""

"""The first hour: a few questions, each checked at once, and an environment and a policy that Park starts with."""

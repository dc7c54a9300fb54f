"""Block Kit as pydantic models, with the limits of https://docs.slack.dev/reference/block-kit.

A property or a value that is not modelled here is rejected, as Slack would reject it."""

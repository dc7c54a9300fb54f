"""What the app is granted."""

SCOPES = frozenset(
    {"commands", "app_mentions:read", "chat:write", "chat:write.public", "im:write", "files:write", "files:read"}
    | {"channels:read", "groups:read", "users:read", "users:read.email", "usergroups:read"}
)
"""Those of manifest.yaml, which says what each is for."""

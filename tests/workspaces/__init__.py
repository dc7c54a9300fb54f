"""One Park in several Slack workspaces, in which its app is installed over OAuth."""

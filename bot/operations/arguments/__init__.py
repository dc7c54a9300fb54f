"""Types of arguments: how each is read from words, written back as text, and shown in a form."""

"""What the corpus is kept in: its database, and the repositories that it is read from."""

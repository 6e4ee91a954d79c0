"""Render the sections of the first answer: the request, and what the repository says of it."""

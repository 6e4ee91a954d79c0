"""Completion of code as one types: suggestions, and the servers that editors and the page ask."""

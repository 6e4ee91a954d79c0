"""Find how a repository checks itself, and what those checks need."""

"""GitHub, as a GitHub App, through PyGithub."""

"""How the tables of the corpus came to be as they are, version by version, for alembic."""

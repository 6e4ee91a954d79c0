"""Here live the readers, one file for each family of tools."""

"""Parsers of what failed steps print, one file for each family of tools."""

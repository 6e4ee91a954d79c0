"""The commands of `greenlit`, one a file."""

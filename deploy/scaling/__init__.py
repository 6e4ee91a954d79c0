"""What a fleet takes for so many runs a day: the tables of SCALING.md."""

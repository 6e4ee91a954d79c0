"""Models that tell which character of code comes next, and how they are learnt from a corpus."""

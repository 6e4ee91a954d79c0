"""The text that completion is learnt from: which files are kept, as what, and for whom."""

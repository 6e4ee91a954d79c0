"""One recorded act a file: a function of the ports and of values, which may be repeated."""

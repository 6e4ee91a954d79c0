"""Run a repository's code on this machine where it can do no harm, or not at all."""

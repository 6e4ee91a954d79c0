"""Greenlit: a GitHub App that turns a labelled issue into a pull request that is already
green.
"""

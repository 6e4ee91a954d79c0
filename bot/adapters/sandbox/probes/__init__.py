"""The attacks that a sandbox must keep out, as one program that runs inside it.

It imports the standard library alone and runs under Python 3.8 and later: `python3 -m probes FILE`,
where FILE tells what there is outside to reach for. Each attack is a function whose docstring is
its name. It raises OSError when it is kept out, and returns what it could do when it was not.

As it may run where nothing keeps it out, no attack does harm: it opens and does not write, and asks
the kernel for what is impossible, so that the kernel's refusal tells whether it was allowed.
"""

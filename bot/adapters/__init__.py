"""The adapters: one vendor, one package."""

import os

# Without it, to import GitPython fails where there is no git, before anybody could be told so.
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # noqa: TID251 - a setting of the library's, not of ours

"""Where GitHub is."""

from typing import Final

GITHUB_API_URL: Final = "https://api.github.com"  # of an Enterprise server it is HOST/api/v3

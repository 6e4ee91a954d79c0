"""Here lives a GitHub in a box, for the demo and the tests: REST, GraphQL, git, webhooks and CI,
all over real HTTP.
"""

from bot.forge.faults import Fault, Faults
from bot.forge.forge import Forge
from bot.forge.forge_server import forge_app, serving
from bot.forge.hooks import Delivery
from bot.forge.records import AppKeys, Comment, Issue, Job, Pull, Reaction

__all__ = [
    "AppKeys",
    "Comment",
    "Delivery",
    "Fault",
    "Faults",
    "Forge",
    "Issue",
    "Job",
    "Pull",
    "Reaction",
    "forge_app",
    "serving",
]

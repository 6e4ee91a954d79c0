"""A GitHub in a box for the demo and the tests: REST, GraphQL, git, webhooks and CI over HTTP."""

from bot.forge.fault_injection import FaultInjector, InjectedFault
from bot.forge.forge import Forge
from bot.forge.forge_records import (
    AppKeys,
    CommentRecord,
    IssueRecord,
    JobRecord,
    PullRecord,
    ReactionRecord,
    StatusDetails,
)
from bot.forge.forge_server import build_forge_app, serve_forge
from bot.forge.review_records import (
    NewThread,
    ReviewCommentRecord,
    ReviewRecord,
    ThreadPlace,
    ThreadRecord,
)
from bot.forge.webhook_delivery import WebhookDelivery

__all__ = [
    "AppKeys",
    "CommentRecord",
    "FaultInjector",
    "Forge",
    "InjectedFault",
    "IssueRecord",
    "JobRecord",
    "NewThread",
    "PullRecord",
    "ReactionRecord",
    "ReviewCommentRecord",
    "ReviewRecord",
    "StatusDetails",
    "ThreadPlace",
    "ThreadRecord",
    "WebhookDelivery",
    "build_forge_app",
    "serve_forge",
]

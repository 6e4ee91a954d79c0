"""Render how a run stands, as Markdown for people; nothing here fetches or writes."""

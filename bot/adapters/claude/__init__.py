"""Claude, by Anthropic, behind the port Model."""

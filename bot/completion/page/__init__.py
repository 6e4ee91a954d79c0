"""The page that completes code as one types: an editor in files of its own, no other host asked."""

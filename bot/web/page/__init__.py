"""Here lives what the page is made of: safe markup, the reading of records, and the style."""

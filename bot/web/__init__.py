"""What speaks HTTP to the outside: the door for webhooks, and the page of runs."""

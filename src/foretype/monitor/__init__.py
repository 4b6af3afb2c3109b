"""What the running service tells about itself: metrics and logs, never a user's text."""

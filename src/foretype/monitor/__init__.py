"""What the running service tells about itself: metrics, alarms and logs, never a user's text."""

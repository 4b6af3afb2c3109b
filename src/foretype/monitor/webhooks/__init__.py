"""Alarms told to others: signed, queued on disk, sent until they are taken, and every attempt written down."""

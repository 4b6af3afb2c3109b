"""What people wrote: learned at once, kept durably, listed, exported and forgotten. Read store.py first."""

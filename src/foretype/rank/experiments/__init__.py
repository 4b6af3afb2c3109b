"""A/B experiments: who is in which arm (plan.py), what came of it (book.py), and what may be said of it (verdict.py)."""

"""Learning which proposal to show, how much of it, and when to be silent: features, outcomes, rankers."""

"""Learning on with many servers: their outcomes go through Redis to one learner, and what it learned comes back."""

"""Rankers that are networks, and the trees they are compared with: for training, nothing that serves loads it."""

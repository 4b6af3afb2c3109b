"""Private statistics where they meet disk and network: a device's book, what it watches and sends, an aggregator's sums."""

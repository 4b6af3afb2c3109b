"""What one writer wrote, as counts that any order of n-gram can ask: a token stream with an inverted index.

It does not know where the stream is kept on disk, nor how its counts are weighed.
"""

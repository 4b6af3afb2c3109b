"""Running an exported language model: reading checkpoints, writing the graph, sessions, caches and batching.

Needs onnxruntime only, no torch. Read engine.py first, then scheduler.py and cache.py; export.py and
checkpoint.py are the way in for a new model. It does not know what the log probabilities are used for.
"""

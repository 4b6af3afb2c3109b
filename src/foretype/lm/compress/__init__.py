"""Making a trained network smaller: parts taken out, bits taken away, a teacher imitated; then which mix to choose.

Needs the train extra. It does not know how a stored model runs: runtime/ does.
"""

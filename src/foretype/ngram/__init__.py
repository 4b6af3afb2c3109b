"""N-gram models: a packed background model, and a memory of what one writer wrote."""

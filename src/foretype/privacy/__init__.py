"""What must never be learned, and proofs that it was not."""

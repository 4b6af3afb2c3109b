"""What a text looks like to the models."""

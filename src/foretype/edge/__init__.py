"""The whole engine as a static folder: what a browser needs to suggest with no server at all."""

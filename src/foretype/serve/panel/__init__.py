"""The control panel's figures and settings, for whoever administers the server."""

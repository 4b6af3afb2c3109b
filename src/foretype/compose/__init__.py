"""From a key to a suggestion. The file to read first is composer.py."""

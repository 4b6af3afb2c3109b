"""What goes on being learned while foretype serves; worker.py turns the minute, and the file to read first is learner.py."""

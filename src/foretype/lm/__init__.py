"""Networks and their training; everything here needs the train extra (torch)."""

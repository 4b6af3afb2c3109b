"""From files to documents: who wrote what, answering what."""

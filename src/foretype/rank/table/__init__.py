"""A table of small vectors for very many ids: cuckoo hashing, filters, expiry, snapshots, a journal and replicas."""

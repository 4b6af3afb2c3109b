"""HTTP and WebSocket: the protocol without I/O, and a thin shell around it."""

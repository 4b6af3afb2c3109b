"""What clients of other servers ask: OpenAI's completions and llama.cpp's infill, answered by the same composer."""

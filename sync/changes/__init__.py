"""The front rooms of changes: tried without being kept, taken back, let pass, asked for by the web."""

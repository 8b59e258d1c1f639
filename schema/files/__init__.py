"""Files given over HTTP: where each stands, and its acceptance."""

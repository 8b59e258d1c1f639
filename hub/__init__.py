"""The ground: what is stored, who may see it, and the two processes that serve it."""

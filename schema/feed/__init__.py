"""What changed, event by event, and who is told of it."""

"""Changes told without being asked: endpoints, messages made of the feed, sending, what follows."""

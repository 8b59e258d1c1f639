"""What the feed tells that no change of people tells, and how long it is kept."""

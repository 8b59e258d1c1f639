"""From rows that name pairs to mentorships, their members and the facts that counts read."""

"""What partners push: cards and mentorships, and the answer for each."""

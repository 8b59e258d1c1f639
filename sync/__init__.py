"""The work: the way of a record from a source to people, mentorships and counts."""

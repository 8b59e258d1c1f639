"""Programmes and mentorships: who mentors whom."""

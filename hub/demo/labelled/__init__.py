"""Labelled records for judging the matcher: invented people, their cards, and who is who."""

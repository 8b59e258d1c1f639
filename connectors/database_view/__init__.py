"""A table or a view of somebody else's database, read in transactions that cannot write."""

"""Matching on Spark: keys joined in its SQL, records and pairs compared by the same functions."""

"""Consents, what subjects demand, and entering both."""

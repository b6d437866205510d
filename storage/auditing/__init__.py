"""Fills the audit's ports: facts out of the database, a page at a time, read only."""

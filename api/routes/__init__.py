"""The JSON API under /api/v1: parse, check the caller, call the core, answer."""

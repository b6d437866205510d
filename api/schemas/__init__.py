"""JSON shapes of the API, one file per resource. No rule lives here."""

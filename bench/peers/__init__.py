"""What peers run, each in its own environment: line of JSON in, line of JSON out."""

"""Where the signing page looks for the agent; neither loads the other."""

DEFAULT_PORT = 17463

"""What the service says about itself: metrics and log lines.

meter        what is measured, as the rest of the program sees it; start reading here
prometheus   fills `Meter` with Prometheus metrics
processes    one sum over the files of several processes
gauges       what is read at the moment of a scrape
port         where metrics are served, apart from the service's own port
archive      the wrapper around the archive (api/signing_keys/watched.py: around keys)
issuing      what stands around the main job: a time and a log line for each step
logs         one JSON object per line, for every process and library
errors       what an exception is called
bounded      a question to a dependency that may hang
clocks       how far other clocks are from ours

`api/scrape.py` and `api/readiness.py` ask the built service with these.

Nothing here holds a rule, and nothing it says holds a name, a code or a secret: labels
are error codes, step names, route templates and the operator's own words.
"""

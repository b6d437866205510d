"""What signing a copy costs, beside a floor and beside peers. Start: `make bench`.

    inputs.py    a development PKI, scans of 1, 4 and 30 pages, orders
    ours.py      the floor and step 6 of the main job
    others.py    plain pyHanko, endesive, openssl and the pyHanko command
    peers/       what the others run, each in an environment of its own
    whole.py     steps 4 to 9 through IssueCopy
    memory.py    growth of a fresh signing process
    measure.py   interleaved rounds, medians, spread
    report.py    JSON, Markdown, SVG

Figures are CPU time per copy; machines differ, so read the ratios.
"""

"""Run untrusted work in a child process with limits (design §4.6).

Entry point: `runner.IsolatedRunner`. A *zygote* process imports the readers once and
forks one fresh child per job (about 10 ms instead of seconds of imports). Each child
has limits on memory, CPU, wall time, file size and open files, and no network. Only
JSON comes back, never pickle: a hostile PDF may own the child.

    runner.py   the caller's side        zygote.py  forks, watches the clock, reaps
    turns.py    how many run at once
    limits.py   what a job may use       sandbox.py what runs inside the child
"""

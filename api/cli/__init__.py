"""The command line: `certify <command>`.

`app.py` declares the commands and nothing else; each has a module of its own that is
imported when it runs, so that `certify --help` answers at once. `desk_work.py` is
what `copy` and `demo` share: one paper from the desk to the released file.
"""

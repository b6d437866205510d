"""`certify audit`: archive, books and trail held against each other; changes nothing.

finding     what can be found: a closed list of codes, each with its sentences
part        what a part of the audit is; `run` walks them one after the other
tree        the public trail against every checkpoint
editions    every released file: as the trail says, and in the archive as it must be
objects     every object of the archive belongs to something; nobody wrote over one
numbers     every number of every book, from 1 to the last
chain       the trail of every authority from its first row
records     every row of the register that the trail commits to

Each part is a generator over a port of `ports`; a new one is a file here and one line
in `api.wiring.audit`. `certify.trail_audit` walks those that need the database alone.
"""

"""Pages for people, rendered here, in Vietnamese; the small scripts only add comfort.

`public` is open to everybody. `desk`, `papers` and `issuance` are the development
desk: they act as the development officer and signatory, on loopback only.
"""

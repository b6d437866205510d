"""Where finished copies are kept: one file per kind of object store.

`open.py` picks one. A kind shares the contract test with the others, not code.
"""

"""Signing keys in use: from a row of the registry to a key that signs.

secret.py        references to secrets, read from private files or the environment
backends.py      a row's parameters to the settings of its backend
opening.py       a row to an opened key
ring.py          the keys that may sign now, opened when they are first needed
making.py        new keys and their certification requests
certificates.py  the certificate that comes back from the CA
room.py          what the commands on keys work with
"""

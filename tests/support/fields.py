"""Keys of personal fields, for databases of tests."""

from storage.personal import FieldKeys

FIELDS = FieldKeys(bytes(range(32)))

"""Keeps what the core must not forget: rows in SQL, files in write-once folders.

Entry points, each filling one port of `certify.ports` (or `certify.access`):

    SqlPeople, SqlCases, SqlRegister, SqlAuditTrail, SqlApiKeys    over `Database`
    FolderScanStore, `archive.open.open_archive`                   over encrypted files

`Database` is one face for SQLite (`sqlite`) and PostgreSQL (`postgresql`). There a
transaction that writes locks what it decides by: case, attestation, authority.
`Database.migrate()` brings a database up to date; nothing else creates tables.
`audit.append` is the only writer of the audit trail and works inside its caller's
transaction, so that no state change is ever committed without its record.

This package MUST NOT decide anything about certifying (that is `certify`), sign
(`signing`), read the environment (`api.settings`) or put personal data, keys or page
images into the trail, a log or an error.
"""

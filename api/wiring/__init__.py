"""Builds the system. The only package that imports concrete code of the others.

service         the service itself: start reading here
keys            the registry of signing keys, and what opens them
stores          what stands on the database
objects         where finished copies are kept
privacy         purge of working scans, demands of persons
outside         whom we trust and ask; the sealer and the renewer
verification    the reader of signed files and the signed lists
"""

from api.wiring.keys import open_key_room
from api.wiring.objects import (
    build_archive_audit,
    build_s3_archive,
    make_s3_bucket,
)
from api.wiring.privacy import PersonDesk, build_person_desk, build_purge
from api.wiring.service import build_intake, build_services
from api.wiring.stores import Storage, open_database, open_storage
from api.wiring.verification import (
    build_inspector,
    build_lists,
    build_publisher,
    build_signed_reports,
    build_verifier,
)

__all__ = [
    "PersonDesk",
    "Storage",
    "build_archive_audit",
    "build_inspector",
    "build_intake",
    "build_lists",
    "build_person_desk",
    "build_publisher",
    "build_purge",
    "build_s3_archive",
    "build_services",
    "build_signed_reports",
    "build_verifier",
    "make_s3_bucket",
    "open_database",
    "open_key_room",
    "open_storage",
]

"""Builds the system. The only package that imports concrete code of the others.

service         the service itself: start reading here
intake          the reader of scans
keys            the registry of signing keys, and what opens them
stores          what stands on the database
objects         where finished copies are kept
backup          backup and restore
audit           what holds archive, books and trail against each other
privacy         purge of working scans, demands of persons
public_trail    what publishes checkpoints, proves and checks
outside         whom we trust and ask; the sealer and the renewer
work_queue      jobs for workers, with PostgreSQL
verification    the reader of signed files and the signed lists
"""

from api.wiring.audit import build_audit
from api.wiring.backup import build_backup, build_restore
from api.wiring.intake import build_intake
from api.wiring.keys import open_key_room
from api.wiring.objects import build_s3_archive, make_s3_bucket
from api.wiring.privacy import PersonDesk, build_person_desk, build_purge
from api.wiring.public_trail import build_standing, open_trail_room
from api.wiring.service import build_services
from api.wiring.stores import Storage, open_database, open_storage
from api.wiring.verification import (
    build_inspector,
    build_lists,
    build_note_dates,
    build_publisher,
    build_signed_reports,
    build_verifier,
)
from api.wiring.work_queue import build_runner, open_queue, share

__all__ = [
    "PersonDesk",
    "Storage",
    "build_audit",
    "build_backup",
    "build_inspector",
    "build_intake",
    "build_lists",
    "build_note_dates",
    "build_person_desk",
    "build_publisher",
    "build_purge",
    "build_restore",
    "build_runner",
    "build_s3_archive",
    "build_services",
    "build_signed_reports",
    "build_standing",
    "build_verifier",
    "make_s3_bucket",
    "open_database",
    "open_key_room",
    "open_queue",
    "open_storage",
    "open_trail_room",
    "share",
]

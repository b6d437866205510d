"""Builds the system. The only package that imports concrete code of the others.

service         the service itself: start reading here
stores          what stands on the database
outside         whom we trust and ask; the sealer and the renewer
verification    the reader of signed files and the signed lists
"""

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
    "Storage",
    "build_inspector",
    "build_intake",
    "build_lists",
    "build_publisher",
    "build_services",
    "build_signed_reports",
    "build_verifier",
    "open_database",
    "open_storage",
]

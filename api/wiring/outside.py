"""Whom we trust and ask: TSAs, OCSP and CRL, and what signs with their answers.

pyHanko is imported inside the functions that need it: `certify check` does not wait.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from api.development import SEAL_KEY, SIGNATORY_KEY
from api.development_keys import pki_address
from api.settings import Settings
from api.trust_services import TsaChoice, hosts_of
from api.wiring.observed import note_tsa
from api.wiring.plan import Plan
from certify.errors import StoredDataDamaged
from certify.renewal import Renewer
from certify.trust import Purpose
from keys.base import SigningKey
from signing.fetch import LOOPBACK, Fetcher, FetchPolicy
from signing.inspector import (
    list_addresses,
)
from signing.pictures import Picture, load_picture
from signing.revocation import RevocationClient
from signing.timestamp import TimestampClient, TimestampSettings
from signing.timestamps import Timestamps
from signing.trust import TrustAnchors, load_trust_anchors

if TYPE_CHECKING:
    from signing.sealer import PadesSealer


@dataclass(frozen=True)
class Outside:
    """Whom we trust and ask: one memory of outages and quotas for all who ask."""

    trust: TrustAnchors
    timestamp_trust: TrustAnchors
    timestamps: Timestamps
    revocation: RevocationClient


def build_outside(plan: Plan) -> Outside:
    """Read the trust folder and know every service; none is asked yet."""
    now = plan.clock.now()
    documents = (Purpose.SIGNATURE, Purpose.SEAL)
    timestamp_trust = load_trust_anchors(plan.folder.trust, now, Purpose.TIMESTAMP)
    return Outside(
        trust=load_trust_anchors(plan.folder.trust, now, *documents),
        timestamp_trust=timestamp_trust,
        timestamps=_timestamps(plan, timestamp_trust),
        revocation=RevocationClient(
            clock=plan.clock,
            fetcher=build_fetcher(plan.folder.trust, plan.settings),
            ocsp_max_age=plan.settings.ocsp_max_age,
        ),
    )


def _timestamps(plan: Plan, trust: TrustAnchors) -> Timestamps:
    """Know the TSAs in the operator's order; the development one when there is none."""
    development = TsaChoice(url=f"{pki_address(plan.choices.pki_port)}/tsa")
    return Timestamps(
        [
            TimestampClient(
                settings=TimestampSettings(**tsa.arguments()),
                trust=trust,
                clock=plan.clock,
                watch=partial(note_tsa, plan),
            )
            for tsa in plan.settings.tsas or (development,)
        ]
    )


def build_fetcher(trust: Path, settings: Settings) -> Fetcher:
    """Reach the hosts that the operator named, and no other."""
    hosts = hosts_of(list_addresses(trust)) | settings.extra_hosts
    inside = settings.inside_networks
    if settings.env == "development":
        inside = (*inside, *LOOPBACK)
    return Fetcher(FetchPolicy(hosts=hosts, networks=inside))


def build_sealer(
    plan: Plan, keys: Mapping[str, SigningKey], outside: Outside
) -> "PadesSealer":
    """Load pictures and fonts; reach for TSA and revocation evidence when asked."""
    from signing.embed import FontPrograms  # noqa: PLC0415
    from signing.sealer import PadesSealer  # noqa: PLC0415

    return PadesSealer(
        keys=keys,
        pictures=_pictures(plan),
        fonts=FontPrograms(plan.folder.cache),
        timestamps=outside.timestamps,
        revocation=outside.revocation,
        trust=outside.trust,
        clock=plan.clock,
    )


def build_renewer(plan: Plan, outside: Outside) -> Renewer:
    """Build what adds a further archive timestamp."""
    from signing.renewer import PadesRenewer  # noqa: PLC0415

    return PadesRenewer(
        timestamps=outside.timestamps,
        revocation=outside.revocation,
        trust=outside.timestamp_trust,
        clock=plan.clock,
    )


def _pictures(plan: Plan) -> Mapping[str, Picture]:
    """Load the pictures that init made, and only those, by the id of their holder."""
    # Up to version 0.1 a picture was named after the key it came with.
    older = {
        SIGNATORY_KEY: plan.choices.signatory_id,
        SEAL_KEY: plan.choices.authority_id,
    }
    pictures = {}
    for name, digest in plan.choices.picture_digests.items():
        file = plan.folder.pictures / f"{name}.png"
        try:
            intact = hashlib.sha256(file.read_bytes()).hexdigest() == digest
        except OSError as error:
            raise StoredDataDamaged(what=f"hình {file.name}") from error
        if not intact:
            raise StoredDataDamaged(what=f"hình {file.name}")
        pictures[older.get(name, name)] = load_picture(file)
    return pictures

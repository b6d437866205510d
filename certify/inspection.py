"""What a signed PDF says about itself, as read by a stranger.

The facts are gathered in a child process by `signing.inspect` and cross the border
as JSON. Judging them is `certify.verify`'s work. Terms: ETSI EN 319 102-1.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from certify.trust import Vouching


class Indication(StrEnum):
    """ETSI EN 319 102-1 §5.1.3."""

    TOTAL_PASSED = "TOTAL-PASSED"
    TOTAL_FAILED = "TOTAL-FAILED"
    INDETERMINATE = "INDETERMINATE"


# No path to a trust anchor of ours, or one that fails.
CHAIN_MISSING = frozenset(
    {"NO_CERTIFICATE_CHAIN_FOUND", "CERTIFICATE_CHAIN_GENERAL_FAILURE"}
)
# A current list of the CA says so, for the proven time or before it.
REVOKED = "REVOKED"


@dataclass(frozen=True)
class SignatureFacts:
    """One signature or document timestamp of the file.

    Attributes:
        field: its form field name.
        kind: "signature" or "timestamp".
        indication, sub_indication: ETSI EN 319 102-1; sub_indication is "" if passed.
        signer, organisation, title: from the certificate; never an ID number.
        certificate_sha256: of the signer's certificate, hex.
        intact: the covered bytes hash to the signed digest, and the CMS verifies.
        claimed_time: signing-time or /M as written by the signer, ISO 8601.
        timestamped: carries an intact timestamp, trusted or not.
        proven_time: genTime of its timestamp (its own for a timestamp), where that
            timestamp is trusted; None proves nothing.
        revision_end: offset where the revision it covers ends.
        changes_since: "none", "allowed" or "forbidden".
        docmdp_ok: the certification's permissions are respected.
        certification: this is a certification signature (DocMDP), P given.
        locks_all: a /Lock over every field of a copy that permits no change (P=1).
        vouching: the anchors of the trust folder that its certificate leads up to.
        level: PAdES baseline level of this signature (EN 319 142-1 §6), "" for a
            timestamp and for what is not intact.
        coverage: "file", "revision" (everything there was when it was made) or
            "part"; "" where nobody could tell.
        chain: names of the CAs above the signer, from its issuer upwards, as far as
            the file and the trust folder show them.
        valid_from, valid_to: of the signer's certificate, ISO 8601.
    """

    field: str
    kind: str
    indication: Indication
    sub_indication: str
    signer: str
    organisation: str
    title: str
    certificate_sha256: str
    intact: bool
    claimed_time: str | None
    timestamped: bool
    proven_time: str | None
    revision_end: int
    changes_since: str
    docmdp_ok: bool
    certification: int | None
    locks_all: bool
    vouching: tuple[Vouching, ...] = ()
    level: str = ""
    coverage: str = ""
    chain: tuple[str, ...] = ()
    valid_from: str | None = None
    valid_to: str | None = None


@dataclass(frozen=True)
class Inspection:
    """Everything read from one file.

    Attributes:
        problem: "" or why the file could not be read: "not_pdf", "damaged",
            "encrypted", "limits" (too large), "time" (not judged in time).
        container_problems: codes of `signing.container` (strict container, design §6).
        level: lowest PAdES level over both signatures, "" when there is none.
        page_digest: recomputed from the page images; "" when the pages do not have
            the shape of a certified copy.
        page_count: pages of the file.
        record: the signed metadata of a certified copy; empty if none.
        protected_until: ISO 8601, when the first certificate that the last document
            timestamp rests on ends; None without such a timestamp or a known root.
        algorithms: that it rests on; see `certify.protection`.
    """

    sha256: str
    size_bytes: int
    problem: str = ""
    container_problems: tuple[str, ...] = ()
    signatures: tuple[SignatureFacts, ...] = ()
    level: str = ""
    page_digest: str = ""
    page_count: int = 0
    record: Mapping[str, str] = field(default_factory=dict)
    protected_until: str | None = None
    algorithms: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values for the border of the child process and the API."""
        return asdict(self)


def inspection_from_json(row: Mapping[str, Any]) -> Inspection:
    """Inverse of `Inspection.to_json`.

    Raises:
        TypeError, ValueError, KeyError: a child sent something else.
    """
    signatures = tuple(
        SignatureFacts(
            **{
                **s,
                "indication": Indication(s["indication"]),
                "vouching": tuple(
                    Vouching(v["hierarchy"], tuple(v["purposes"]))
                    for v in s["vouching"]
                ),
                "chain": tuple(s["chain"]),
            }
        )
        for s in row["signatures"]
    )
    return Inspection(
        **{
            **row,
            "signatures": signatures,
            "container_problems": tuple(row["container_problems"]),
            "algorithms": tuple(row["algorithms"]),
        }
    )

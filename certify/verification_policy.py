"""By what a file was judged: named in every report, so that it can be judged again.

The rules of this version, the trust manifest and the issue of each signed list. Two
reports with the same digest were made by the same rules from the same trust.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from certify.canonical_json import canonical_json

POLICY_ID = "certified-copy-verification/1"  # counts up when a rule changes

# What a certified copy is held to, besides ETSI EN 319 102-1 (design §5, §6). The code
# that asks for it stands in `signing`; a test keeps both the same.
STRICTNESS: Mapping[str, object] = {
    "level": "PAdES-B-LTA",
    "container": "one spelling for every byte, byte ranges over the whole file",
    "digests": ["sha256", "sha384", "sha512"],
    "min_rsa_bits": 2048,
    "min_ec_bits": 256,
    "clock_skew_seconds": 300,
    "revocation": "required for every certificate of a path",
    "public_trail": "a release that contradicts a checkpoint is undetermined",
}


@dataclass(frozen=True)
class VerificationPolicy:
    """What one judgement rested on.

    Attributes:
        manifest_sha256: of the trust manifest's bytes, hex; "" without one.
        roster, annulments: "<id of the series>#<sequence>", "" where there is none
            to be believed.
        register_asked: the register was asked as well.
    """

    manifest_sha256: str = ""
    roster: str = ""
    annulments: str = ""
    register_asked: bool = False
    id: str = POLICY_ID

    def to_json(self) -> dict[str, Any]:
        """Plain values, with the digest over all of them."""
        return {**asdict(self), "digest": self.digest}

    @property
    def digest(self) -> str:
        """SHA-256 over the rules and everything above, hex."""
        value = {**asdict(self), "strictness": dict(STRICTNESS)}
        return hashlib.sha256(canonical_json(value).encode()).hexdigest()

    @property
    def shown(self) -> str:
        """The version as people quote it."""
        return f"{self.id}, {self.digest[:16]}"


NO_POLICY = VerificationPolicy()  # until it is named

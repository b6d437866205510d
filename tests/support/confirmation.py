"""A signatory's second factor in software, with real keys."""

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certify.confirmation import Assertion, EnrolledKey, challenge, enrolment_mac
from certify.identifiers import new_id
from tests.support.builders import SERVICE_KEY, SIGNATORY_ID
from tests.support.clock import MORNING


class SoftwareConfirmation:
    """A person's second factor in software: enrols itself and makes assertions."""

    def __init__(
        self, person_id: str = SIGNATORY_ID, service_key: bytes = SERVICE_KEY
    ) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        public = self._private.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
        key_id = new_id()
        self.enrolled = EnrolledKey(
            id=key_id,
            person_id=person_id,
            kind="software-p256",
            public_key=public,
            enrolment_mac=enrolment_mac(
                service_key,
                key_id=key_id,
                person_id=person_id,
                kind="software-p256",
                public_key=public,
            ),
        )

    def assertion(self, *statement_digests: str) -> Assertion:
        return Assertion(
            kind="software-p256",
            key_id=self.enrolled.id,
            statement_digests=statement_digests,
            signature=self._private.sign(
                challenge(statement_digests), ec.ECDSA(SHA256())
            ),
            made_at=MORNING,
        )

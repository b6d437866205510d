"""Prove that a key signs: a random digest, and its public key says yes."""

import secrets

from cryptography.exceptions import InvalidSignature

from keys.base import KeyRefused, RefusalReason, SigningKey
from keys.schemes import verify_digest


def prove(key: SigningKey) -> None:
    """Sign a random digest and verify the signature with the certificate.

    Raises:
        KeyRefused: KEY_MISMATCH for a signature that does not verify, or the key's own.
        KeyUnreachable: the backend is away.
    """
    digest = secrets.token_bytes(key.scheme.hash_algorithm.digest_size)
    signature = key.sign_digest(digest)
    public_key = key.certificate.public_key()
    try:
        verify_digest(public_key, key.scheme, digest, signature)
    except InvalidSignature as error:
        raise KeyRefused(RefusalReason.KEY_MISMATCH, key_id=key.key_id) from error

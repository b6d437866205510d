"""Signature schemes as ASN.1 names them (RFC 5754, RFC 4055 §3.1, RFC 5758)."""

from asn1crypto import algos

from keys.base import SignatureScheme


def algorithm_identifier(scheme: SignatureScheme) -> algos.SignedDigestAlgorithm:
    """Return the AlgorithmIdentifier that goes beside a signature of a scheme."""
    match scheme:
        case SignatureScheme.RSA_PKCS1_SHA256:
            return algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"})
        case SignatureScheme.ECDSA_SHA256:
            return algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})
        case SignatureScheme.ECDSA_SHA384:
            return algos.SignedDigestAlgorithm({"algorithm": "sha384_ecdsa"})
        case SignatureScheme.RSA_PSS_SHA256:
            parameters = {
                "hash_algorithm": {"algorithm": "sha256"},
                "mask_gen_algorithm": {
                    "algorithm": "mgf1",
                    "parameters": {"algorithm": "sha256"},
                },
                "salt_length": 32,
            }
            return algos.SignedDigestAlgorithm(
                {
                    "algorithm": "rsassa_pss",
                    "parameters": algos.RSASSAPSSParams(parameters),
                }
            )

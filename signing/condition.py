"""Fills `certify.condition.SigningCondition` from what signing knows anyway."""

from collections.abc import Iterator
from contextlib import suppress

from certify.condition import CertificateTerm, Condition, ServiceState
from certify.errors import CertifyError, ServiceUnavailable, SignatoryAbsent
from keys.base import SigningKey
from signing.certificates import CertificateGuard, fingerprint
from signing.names import holder_of
from signing.revocation import REVOCATION_SERVICE
from signing.timestamps import CertificatePath, Timestamps


class KnownCondition:
    """Looks at what is known; only `refresh` asks, and no TSA at all.

    A health check every few seconds would use up a TSA's quota.
    """

    def __init__(self, *, guard: CertificateGuard, timestamps: Timestamps) -> None:
        """Take the collaborators of the sealer."""
        self._guard = guard
        self._timestamps = timestamps
        self._revocation_problem = ""
        self._key_problems: dict[str, str] = {}

    def look(self) -> Condition:
        """Tell how everything stands, from memory."""
        revocation = ServiceState(
            "revocation", REVOCATION_SERVICE, self._revocation_problem
        )
        return Condition(
            services=(*self._tsas(), revocation, *self._keys()),
            terms=tuple(self._terms()),
        )

    def refresh(self) -> int:
        """Fetch revocation data of keys and TSAs ahead; ask whether keys are there."""
        self._key_problems = {k: self._away(k) for k in self._guard.keys}
        problem = ""
        missing = self._guard.refresh()
        for path in (*self._key_paths(), *self._tsa_paths()):
            try:
                self._guard.check_status(path)
            except CertifyError as error:
                missing += 1
                problem = problem or str(error).rstrip(".")
        self._revocation_problem = problem
        return missing

    def _away(self, key_id: str) -> str:
        try:
            self._guard.check_reachable(key_id)
        except SignatoryAbsent:
            return ""  # people come and go; the copies that wait say so
        except ServiceUnavailable:
            return "tạm thời không phản hồi"
        except CertifyError as error:
            return str(error).rstrip(".")
        return ""

    def _key_paths(self) -> Iterator[CertificatePath]:
        for key_id in self._guard.keys:
            with suppress(CertifyError):  # `_keys` says what is wrong with it
                yield self._guard.path(key_id)

    def _tsa_paths(self) -> Iterator[CertificatePath]:
        for tsa in self._timestamps.clients:
            yield from tsa.paths

    def _tsas(self) -> list[ServiceState]:
        states = []
        for tsa in self._timestamps.conditions():
            problem = ""
            if tsa.failures:
                problem = f"không phục vụ {tsa.failures} lượt gọi gần nhất"
            elif tsa.seconds_away:
                problem = f"hết lượt gọi, chờ {tsa.seconds_away:.0f} giây"
            name = f"Dịch vụ cấp dấu thời gian {tsa.name}"
            states.append(ServiceState("tsa", name, problem))
        return states

    def _keys(self) -> Iterator[ServiceState]:
        for key_id in self._guard.keys:
            name = f"Khóa ký {key_id}"
            problem = self._key_problems.get(key_id, "")
            try:
                certificate = self._guard.key(key_id).certificate
                name = f"Khóa ký của {holder_of(certificate)}"
                self._guard.path(key_id)
            except CertifyError as error:
                problem = str(error).rstrip(".")
            yield ServiceState("keys", name, problem)

    def _opened(self) -> Iterator[SigningKey]:
        for key_id in self._guard.keys:
            with suppress(CertifyError):  # `_keys` says what is wrong with it
                yield self._guard.key(key_id)

    def _terms(self) -> list[CertificateTerm]:
        ours = [(key.certificate, *key.chain) for key in self._opened()]
        tsas = list(self._tsa_paths())
        known: dict[bytes, CertificateTerm] = {}
        issuer = ("nơi cấp", "issuer")
        for leaf, paths in ((("ký", "key"), ours), (("dấu thời gian", "tsa"), tsas)):
            for path in paths:
                for number, one in enumerate(path):
                    role, kind = leaf if number == 0 else issuer
                    term = CertificateTerm(
                        role=role,
                        holder=holder_of(one),
                        not_after=one.not_valid_after_utc,
                        kind=kind,
                        sha256=fingerprint(one),
                    )
                    known.setdefault(one.signature, term)
        return list(known.values())

"""Everything to check a copy without us, in one ZIP: file, chain, lists, steps.

The same copy and the same trust folder give the same bytes: names sorted, one fixed
time, nothing compressed.
"""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from api.trust_folder import PUBLIC_PARTS, read_anchors
from certify.attestation import CertifiedCopy
from certify.identifiers import show_verification_code

COPY = "ban-sao.pdf"
_TIME = (1980, 1, 1, 0, 0, 0)  # the first that ZIP knows; a bundle has no time
_MODE = 0o644 << 16
TEXTS = ("HUONG-DAN.txt", "CHINH-SACH-KIEM-TRA.txt")


class VerificationBundle:
    """Writes bundles from one trust folder."""

    def __init__(
        self,
        *,
        trust: Path,
        certificates: Callable[[Path], Mapping[str, bytes]],
        refresh: Callable[[], object],
    ) -> None:
        """Take the folder.

        Args:
            trust: its public parts are copied.
            certificates: reads the chain out of a released file: SHA-256 → PEM.
            refresh: issues the signed lists again where they are about to be old.
        """
        self._trust = trust
        self._certificates = certificates
        self.refresh_lists = refresh

    def __call__(self, copy: CertifiedCopy, pdf: Path, target: Path) -> None:
        """Write the bundle of a released copy.

        Args:
            copy: what the register says of it.
            pdf: its newest edition.
            target: the ZIP to write.

        Raises:
            InvalidInput: the trust folder is none.
            StoredDataDamaged: the file carries no chain.
        """
        self.refresh_lists()
        parts = {
            COPY: pdf.read_bytes(),
            **dict(self._texts(copy)),
            **dict(self._trust_parts()),
            **{
                f"chuoi-chung-thu/{digest[:16]}.pem": pem
                for digest, pem in self._certificates(pdf).items()
            },
        }
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as bundle:
            for name, data in sorted(parts.items()):
                entry = zipfile.ZipInfo(name, _TIME)
                entry.external_attr = _MODE
                bundle.writestr(entry, data)

    def _texts(self, copy: CertifiedCopy) -> Iterator[tuple[str, bytes]]:
        words = {
            "number": copy.shown_number,
            "authority": copy.statement.authority_name,
            "code": show_verification_code(copy.statement.verification_code),
            "sha256": copy.newest.stored.sha256,
        }
        for name in TEXTS:
            text = files("api").joinpath("bundle_texts", name).read_text("utf-8")
            for word, value in words.items():
                text = text.replace(f"[[{word}]]", value)
            yield name, text.replace("\n", "\r\n").encode()  # read on Windows too

    def _trust_parts(self) -> Iterator[tuple[str, bytes]]:
        """Copy what the manifest lists and the lists, and nothing that lies about."""
        names = [*PUBLIC_PARTS, *(anchor.file for anchor in read_anchors(self._trust))]
        for name in names:
            file = self._trust / name
            if file.is_file():
                yield f"trust/{name}", file.read_bytes()

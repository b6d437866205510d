"""The rules of certifying an electronic copy of a paper original.

Read this first. A citizen's visit is a *case* (hồ sơ). It holds *originals*
(bản chính). Each original is scanned, checked (`intake`), compared with the paper
(`compare.py`), approved by the signatory (`approve.py`) and then becomes one
*attestation* (chứng thực): one number, one book row, one signed PDF.

    open_case → attach_scan → record_comparison → approve → IssueCopy → VerifyCopy

`issue.py` is the main job, nine numbered steps on one screen. `ports.py` says what
the core needs of the outside world; `signing` and `storage` provide it.

This package imports no sibling and no framework. It knows nothing of HTTP, SQL,
PKCS#11 or pyHanko.
"""

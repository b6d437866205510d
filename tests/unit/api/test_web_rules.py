"""Small rules of the web side that need no service."""

import pytest
from starlette.datastructures import FormData

from api import errors as web_errors
from api import limits
from api.common_papers import OTHER_TYPE, public_type
from api.limits import TokenBuckets
from api.pages.desk_form import DeskForm
from api.pages.paper_size import stated_size
from api.rendering import dong, megabytes, vietnamese_time
from certify import errors
from certify.errors import CertifyError, InvalidInput


def tree(root: type[CertifyError]) -> list[type[CertifyError]]:
    found = [root]
    for child in root.__subclasses__():
        found += tree(child)
    return [kind for kind in found if kind.__module__ == errors.__name__]


@pytest.mark.parametrize("kind", tree(CertifyError), ids=lambda kind: kind.__name__)
def test_every_error_has_a_status(kind: type[CertifyError]) -> None:
    status = web_errors.STATUS[kind]
    assert (status == 503) == kind.retryable
    assert (status >= 500) == (kind.exit_code != 2)


def test_buckets_refill_and_are_separate(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(limits.time, "monotonic", lambda: now)
    buckets = TokenBuckets(per_minute=60, burst=2)
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 1]
    assert buckets.take("b") == 0
    now = 101.0
    assert buckets.take("a") == 0
    assert buckets.take("a") == 1


def test_buckets_have_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_CLIENTS", 3)
    buckets = TokenBuckets(per_minute=1, burst=1)
    for client in "abcde":
        buckets.take(client)
    assert len(buckets._buckets) == 3
    assert buckets.take("e") > 0


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Giấy khai sinh của Lò Thị Mai", "Giấy khai sinh"),
        ("THẺ CĂN CƯỚC CÔNG DÂN số 012", "Thẻ căn cước công dân"),
        ("Đơn của Lò Thị Mai", OTHER_TYPE),
    ],
)
def test_the_public_sees_the_type_and_never_the_title(title: str, shown: str) -> None:
    assert public_type(title) == shown


@pytest.mark.parametrize(
    ("chosen", "text", "size"),
    [
        ("", "", None),
        ("210x297", "", (210, 297)),
        ("85.6x54", "", (85.6, 54)),
        ("other", "190 × 265", (190, 265)),
        ("other", "85,6x54", (85.6, 54)),
    ],
)
def test_paper_sizes(chosen: str, text: str, size: tuple[float, float] | None) -> None:
    form = DeskForm(FormData({"paper": chosen, "paper_mm": text}))
    assert stated_size(form) == size


@pytest.mark.parametrize("text", ["", "A4", "5x5", "9999x100", "1e3x1e3"])
def test_other_paper_sizes_are_refused(text: str) -> None:
    form = DeskForm(FormData({"paper": "other", "paper_mm": text}))
    with pytest.raises(InvalidInput):
        stated_size(form)


def test_numbers_read_as_vietnamese() -> None:
    assert dong(12000) == "12.000 đồng"
    assert megabytes(100 * 1024 * 1024) == "100 MB"
    assert megabytes(1_500_000) == "1,4 MB"
    assert vietnamese_time("2026-11-22T18:00:00+00:00") == (
        "01:00:00 ngày 23/11/2026 (+07)"
    )

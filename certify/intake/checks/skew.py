"""Do the lines run straight?"""

from collections.abc import Iterator

from certify.intake.checks.check import SCAN_RULE, Check, Remark
from certify.intake.facts import DocumentFacts
from certify.scan import Severity

MOST_DEGREES = 1.5  # one degree is what feeders do and is hardly seen


def _skewed(facts: DocumentFacts) -> Iterator[Remark]:
    for look in facts.looks:
        if abs(look.skew_degrees) >= MOST_DEGREES:
            angle = f"{abs(look.skew_degrees):.1f}".replace(".", ",")
            yield Remark(
                look.number,
                f"Trang bị nghiêng khoảng {angle} độ. "
                "Hãy đặt giấy thẳng và chụp lại nếu khó đọc.",
                f"The page is skewed by about {abs(look.skew_degrees):.1f} degrees.",
            )


SKEWED = Check("page.skewed", Severity.WARN, SCAN_RULE, _skewed)

"""Every row of the register that the trail commits to."""

import json
from collections.abc import Iterator

from certify.auditing.finding import Finding
from certify.auditing.part import PAGE, Step
from certify.auditing.ports import AuditedRecords


class RecordsPart:
    """Walks one kind of row after the other."""

    name = "records"
    title = "Hồ sơ đối chiếu với nhật ký"

    def __init__(self, *, records: AuditedRecords) -> None:
        """Take the rows."""
        self._records = records

    def count(self) -> int:
        """Count the rows of all kinds."""
        return sum(self._records.count(kind) for kind in self._records.kinds)

    def walk(self, after: str) -> Iterator[Step]:
        """Hold each row against the trail."""
        kinds = self._records.kinds
        kind, position = json.loads(after) if after else (kinds[0], "")
        for each in kinds[kinds.index(kind) :]:
            last = position if each == kind else ""
            while page := self._records.page(each, last, PAGE):
                for row in page:
                    found = (Finding(f"record.{one}", row.id) for one in row.problems)
                    last = row.id
                    yield Step(json.dumps([each, last]), tuple(found))

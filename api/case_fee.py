"""The fee of a visit, from what its papers' records say."""

from collections.abc import Sequence

from api.services import Services
from certify.case import Original
from certify.clock import vietnamese_day
from certify.fees import CaseFee, case_fee, tariff_in_force


def fee_of(services: Services, originals: Sequence[Original]) -> CaseFee:
    """Sum up the fees of a case's originals.

    A confirmed paper costs what its authorised statement says; a compared one what
    today's tariff would put there. A refused or reported one costs nothing.
    """
    originals = _charged(services, originals)
    tariff = tariff_in_force(vietnamese_day(services.clock.now()))
    confirmed: list[int] = []
    expected: list[int] = []
    for original in originals:
        if original.attestation_id is None:
            continue
        statement = services.cases.attestation(original.attestation_id).statement
        if statement is not None:
            confirmed.append(statement.fee_dong)
        elif original.scan is not None:
            record = services.cases.comparison(original.attestation_id)
            pages = record.pages_with_information
            expected.append(tariff.fee(pages, original.copies))
    return case_fee(confirmed, expected, len(originals))


def _charged(services: Services, originals: Sequence[Original]) -> Sequence[Original]:
    if not originals:
        return originals
    records = services.records.records(originals[0].case_id)
    closed = {record.original_id for record in records if record.in_force}
    return [original for original in originals if original.id not in closed]

"""One faulty PKI for all tests of trust; each test heals what it broke."""

from collections.abc import Iterator

import pytest

from certify.clock import SystemClock
from tests.support.faulty_pki import FaultyPki, serving
from tests.support.pki import HOLDERS, make_pki


@pytest.fixture(scope="session")
def faulty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultyPki]:
    folder = tmp_path_factory.mktemp("faulty") / "pki"
    with serving(make_pki(folder, clock=SystemClock(), holders=HOLDERS)) as made:
        yield made


@pytest.fixture
def faulty(faulty_server: FaultyPki) -> Iterator[FaultyPki]:
    yield faulty_server
    faulty_server.set()

"""The registry of signing keys in SQL."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, insert, update
from sqlalchemy.exc import IntegrityError

from certify.attestation import Act
from certify.clock import Clock
from certify.errors import WrongState
from certify.signing_key import KeyRecord
from storage import audit
from storage.columns import utc_text
from storage.database import Database
from storage.people_reads import read_authority
from storage.signing_key_rows import found, key_values, read_key, read_keys
from storage.tables import signing_keys


class SqlSigningKeys:
    """Fills the `SigningKeys` port."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        """Keep the registry in this database; the clock dates the trail."""
        self._database = database
        self._clock = clock

    def key(self, key_id: str) -> KeyRecord:
        """Return a key. Raises NotFound."""
        with self._database.reading() as connection:
            return found(read_key(connection, key_id))

    def keys(self, authority_id: str) -> Sequence[KeyRecord]:
        """Return an authority's keys in order of creation."""
        with self._database.reading() as connection:
            return read_keys(connection, authority_id)

    def add(self, key: KeyRecord, act: Act) -> None:
        """Put a key on record.

        Raises:
            WrongState: the id is taken, or the row breaks a rule of the table.
            NotFound: no such authority.
        """
        try:
            with self._database.writing() as connection:
                read_authority(connection, key.authority_id)
                connection.execute(
                    insert(signing_keys).values(
                        **key_values(key), changed_at=self._clock.now()
                    )
                )
                self._record(connection, key, act)
        except IntegrityError as error:
            raise WrongState(
                reason=f"mã khóa {key.id} đã có, hoặc người giữ khóa chưa có trong hệ "
                "thống"
            ) from error

    def change(
        self, key_id: str, change: Callable[[KeyRecord], KeyRecord], act: Act
    ) -> KeyRecord:
        """Change a key by a rule of `certify.signing_key`.

        Raises:
            NotFound: no such key.
            CertifyError: from the rule; nothing was changed.
        """
        with self._database.writing() as connection:
            changed = change(found(read_key(connection, key_id, lock=True)))
            connection.execute(
                update(signing_keys)
                .where(signing_keys.c.id == key_id)
                .values(**key_values(changed), changed_at=self._clock.now())
            )
            self._record(connection, changed, act)
        return changed

    def _record(self, connection: Connection, key: KeyRecord, act: Act) -> None:
        audit.append(
            connection,
            authority_id=key.authority_id,
            act=act,
            subject=key.id,
            details={
                "role": key.role.value,
                "person": key.person_id,
                "backend": key.backend,
                "certificate": key.certificate_sha256,
                "state": key.state.value,
                "frozen": int(key.frozen),
                "from": utc_text(key.active_from) if key.active_from else None,
                "to": utc_text(key.active_to) if key.active_to else None,
                "uses": key.uses,
                "limit": key.use_limit,
            },
            at=self._clock.now(),
        )

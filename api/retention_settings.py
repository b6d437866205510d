"""Settings of personal data at rest: how long scans stay, which key seals fields."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings

from certify.retention import RetentionRule

_DEFAULT = RetentionRule()


class RetentionSettings(BaseSettings):
    """The periods of `certify.retention`; dated defaults 2026-11-22, unconfirmed.

    Attributes:
        purge_released_days: working scans go so long after their copy was released.
        purge_unreleased_days: scans of papers that were refused, or never released,
            go so long after the last act about them.
        purge_fingerprint_days: the layout of a released paper, which tells the desk
            that it was certified before, is forgotten so long after release.
        field_key: generation of the key that seals personal fields; after counting it
            up, `certify database reseal` writes them anew.
    """

    purge_released_days: int = Field(default=_DEFAULT.released.days, ge=1, le=3660)
    purge_unreleased_days: int = Field(default=_DEFAULT.unreleased.days, ge=1, le=3660)
    purge_fingerprint_days: int = Field(
        default=_DEFAULT.fingerprints.days, ge=1, le=36600
    )
    field_key: int = Field(default=1, ge=1, le=1000)

    @property
    def retention_rule(self) -> RetentionRule:
        """The rule in force on this installation."""
        return RetentionRule(
            released=timedelta(days=self.purge_released_days),
            unreleased=timedelta(days=self.purge_unreleased_days),
            fingerprints=timedelta(days=self.purge_fingerprint_days),
        )

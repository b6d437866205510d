"""Settings of how long working scans are kept; `api.settings` reads them with all."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings

from certify.retention import RetentionRule

_DEFAULT = RetentionRule()


class RetentionSettings(BaseSettings):
    """How long working scans are kept; dated defaults of 2026-11-22, unconfirmed.

    Attributes:
        purge_released_days: working scans go so long after their copy was released.
        purge_unreleased_days: scans of papers that were refused, or never released,
            go so long after the last act about them.
        purge_fingerprint_days: the layout of a released paper, which tells the desk
            that it was certified before, is forgotten so long after release.
    """

    purge_released_days: int = Field(default=_DEFAULT.released.days, ge=1, le=3660)
    purge_unreleased_days: int = Field(default=_DEFAULT.unreleased.days, ge=1, le=3660)
    purge_fingerprint_days: int = Field(
        default=_DEFAULT.fingerprints.days, ge=1, le=36600
    )

    @property
    def retention_rule(self) -> RetentionRule:
        """The rule in force on this installation."""
        return RetentionRule(
            released=timedelta(days=self.purge_released_days),
            unreleased=timedelta(days=self.purge_unreleased_days),
            fingerprints=timedelta(days=self.purge_fingerprint_days),
        )

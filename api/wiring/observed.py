"""What measures the parts, and the plan that carries it to them."""

from api.data_folder import DataFolder
from api.observe.clocks import OtherClocks
from api.observe.meter import Meter, Unmetered
from api.observe.processes import SharedFolder
from api.settings import Settings
from api.wiring.plan import Plan
from certify.clock import Clock
from certify.errors import InvalidInput
from signing.timestamp import TsaCall


def build_plan(settings: Settings, clock: Clock) -> Plan:
    """Begin building the service.

    Raises:
        InvalidInput: not initialised.
    """
    folder = DataFolder(settings.data)
    choices = folder.choices()
    return Plan(
        settings,
        clock,
        folder,
        choices,
        OtherClocks(clock),
        build_meter(settings, folder),
    )


def build_meter(settings: Settings, folder: DataFolder) -> Meter:
    """Build this process's meter; measures nothing where nobody can look.

    Raises:
        InvalidInput: the folder of the numbers cannot be written.
    """
    if settings.metrics_port is None:
        return Unmetered()
    try:
        shared = SharedFolder(settings.metrics_folder or folder.metrics)
        from prometheus_client import CollectorRegistry  # noqa: PLC0415 - after its folder

        return shared.meter(CollectorRegistry())
    except OSError as error:
        raise InvalidInput(
            field="CERTIFY_METRICS_FOLDER", reason="không ghi được vào thư mục này"
        ) from error


def note_tsa(plan: Plan, call: TsaCall) -> None:
    """Measure one call to a TSA."""
    outcome = "ok" if call.refusal is None else call.refusal.name.lower()
    plan.meter.tsa(call.name, outcome, call.seconds)
    if call.ahead_seconds is not None:
        plan.clocks.note_tsa(call.ahead_seconds)
        plan.meter.clock_drift("tsa", call.ahead_seconds)

"""`CHECKS`: everything intake looks for, in the order shown to the officer.

To add one: a file here with a `Check`, and its name in the tuple.
"""

from certify.intake.checks.active_content import ACTIONS, ATTACHMENTS
from certify.intake.checks.blank import ALL_BLANK, BLANK_PAGE
from certify.intake.checks.blur import BLURRED
from certify.intake.checks.colour import CMYK, NO_COLOUR, PROFILE
from certify.intake.checks.content import ANNOTATIONS, HIDDEN_TEXT, LINKS, RENDERED
from certify.intake.checks.cropped import CROPPED
from certify.intake.checks.duplicate import DUPLICATE, SAME_SHEET
from certify.intake.checks.exposure import TOO_DARK, TOO_LIGHT
from certify.intake.checks.file import (
    DAMAGED,
    ENCRYPTED,
    NO_PAGES,
    REPAIRED,
    TOO_LARGE,
    TOO_LARGE_DECODED,
    TOO_MANY_PAGES,
    UNRECOGNISED,
    UNSUPPORTED,
)
from certify.intake.checks.forms import ACROFORM, XFA
from certify.intake.checks.layers import LAYERS
from certify.intake.checks.orientation import MIXED, SIDEWAYS_PRINT, TURNED
from certify.intake.checks.page_size import (
    ABSURD,
    MIXED_SIZES,
    SMALL,
    STATED_OFF,
    TOO_MANY_PIXELS,
)
from certify.intake.checks.resolution import LOW, MISSING
from certify.intake.checks.signatures import SIGNED
from certify.intake.checks.skew import SKEWED
from certify.intake.checks.source import CERTIFIED_COPY, OTHER_CODE

CHECKS = (
    TOO_LARGE,
    UNRECOGNISED,
    ENCRYPTED,
    DAMAGED,
    UNSUPPORTED,
    TOO_LARGE_DECODED,
    NO_PAGES,
    TOO_MANY_PAGES,
    XFA,
    ACROFORM,
    ACTIONS,
    ATTACHMENTS,
    SIGNED,
    LAYERS,
    TOO_MANY_PIXELS,
    ABSURD,
    MISSING,
    LOW,
    ALL_BLANK,
    CERTIFIED_COPY,
    OTHER_CODE,
    REPAIRED,
    BLANK_PAGE,
    DUPLICATE,
    SAME_SHEET,
    CROPPED,
    BLURRED,
    TOO_DARK,
    TOO_LIGHT,
    STATED_OFF,
    SMALL,
    SKEWED,
    SIDEWAYS_PRINT,
    MIXED,
    CMYK,
    RENDERED,
    LINKS,
    ANNOTATIONS,
    NO_COLOUR,
    PROFILE,
    TURNED,
    MIXED_SIZES,
    HIDDEN_TEXT,
)

"""One colour rule: sRGB or gray, 8 bit or 1 bit, nothing transparent (design §5).

"Pixels equal" is measured after this: CMYK and foreign profiles become sRGB, alpha
is flattened on white, 16 bit become 8, palettes become what they stand for.
"""

from io import BytesIO

import numpy as np
from PIL import Image, ImageCms

from certify.intake.facts import Conversion
from certify.intake.geometry import Pixels, Turn
from certify.intake.picture import Picture, simplest

NEARLY = 2  # of 255: profiles that differ less describe sRGB
_STEPS = (0, 51, 102, 153, 204, 255)


class UnreadableImage(Exception):
    """A pixel layout we do not take."""


def to_picture(image: Image.Image, turn: Turn = Turn.NONE) -> Picture:
    """Apply the rule to a Pillow image, and turn it upright.

    Raises:
        UnreadableImage: a mode we do not take (floating point, …).
    """
    profile = image.info.get("icc_profile")
    alpha = None
    if image.mode == "1" and not image.has_transparency_data:
        return Picture(turn.apply(np.asarray(image)))
    if image.mode.startswith("I;16") or image.mode == "I":
        return Picture(turn.apply(simplest(_to_8_bit(image))))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
        image = image.convert("RGB")
    elif image.mode in ("P", "PA", "RGBX", "YCbCr"):
        image = image.convert("RGB")
    image, conversion = _to_srgb(image, profile)
    if alpha is not None:
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image.convert("RGB"), mask=alpha)
        image = paper
    return Picture(turn.apply(simplest(np.asarray(image))), conversion)


def _to_8_bit(image: Image.Image) -> Pixels:
    """16 to 8 bit, rounding: 65535 is white, so 257 per step."""
    wide = np.clip(np.asarray(image), 0, 65535).astype(np.uint32)
    if isinstance(clear := image.info.get("transparency"), int):
        wide[wide == clear] = 65535  # a colour that stands for paper
    return np.asarray((wide + 128) // 257, np.uint8)


def _to_srgb(
    image: Image.Image, profile: bytes | None
) -> tuple[Image.Image, Conversion]:
    match image.mode:
        case "RGB" | "L":
            if profile is None or is_srgb(profile, image.mode):
                return image, Conversion.NONE
            return _through_profile(image, profile), Conversion.PROFILE
        case "CMYK":
            if profile is None or _broken(profile, "CMYK"):
                return image.convert("RGB"), Conversion.CMYK
            return _through_profile(image, profile), Conversion.CMYK
        case "LAB":
            lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
            return _through_profile(image, lab.tobytes()), Conversion.PROFILE
        case _:
            raise UnreadableImage(image.mode)


def is_srgb(profile: bytes, mode: str) -> bool:
    """Tell whether a profile gives sRGB's colours, by trying it, not by its name.

    A profile that is broken or of another colour space is ignored, as PDF and image
    readers do, and so counts as sRGB.
    """
    if _broken(profile, mode):
        return True
    if mode == "L":
        probe = Image.fromarray(np.arange(256, dtype=np.uint8)[None, :])
        wanted = np.asarray(probe.convert("RGB"))
    else:
        grid = np.array(np.meshgrid(_STEPS, _STEPS, _STEPS), np.uint8)
        wanted = grid.reshape(3, -1).T[None, :]
        probe = Image.fromarray(np.ascontiguousarray(wanted))
    got = np.asarray(_through_profile(probe, profile).convert("RGB"))
    return int(np.abs(got.astype(int) - wanted).max()) <= NEARLY


def _broken(profile: bytes, mode: str) -> bool:
    try:
        space = ImageCms.ImageCmsProfile(BytesIO(profile)).profile.xcolor_space.strip()
    except (OSError, ImageCms.PyCMSError):
        return True
    return bool(space != {"L": "GRAY"}.get(mode, mode))


def _through_profile(image: Image.Image, profile: bytes) -> Image.Image:
    """Convert to sRGB; gray stays gray.

    Raises:
        UnreadableImage: lcms refuses the profile.
    """
    try:
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            image.mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        converted = ImageCms.applyTransform(image, transform)
    except ImageCms.PyCMSError as error:
        raise UnreadableImage("colour profile") from error
    if converted is None:
        raise UnreadableImage("colour profile")
    return converted.getchannel("G") if image.mode == "L" else converted

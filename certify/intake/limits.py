"""How big a scan may be. Each number bounds memory or time of the child."""

UPLOAD_BYTES = 100 * 1024 * 1024  # the one size limit of uploads; the desk uses it too
PAGES = 300
PAGE_PIXELS = 150_000_000  # A0 at 300 dpi; A3 at 600 dpi is half of it
DEEP_PAGE_PIXELS = 50_000_000  # JPEG 2000 takes 14 bytes per pixel; A4 at 700 dpi
SIDE_PIXELS = 25_000
PAGE_LONGEST_MM = 1300.0  # A0 is 1189 mm long
PAGE_SHORTEST_MM = 20.0
LEAST_DPI = 200.0  # NĐ 30/2020/NĐ-CP Phụ lục I
RENDER_DPI = 300
"""Of pages that are not one image."""


def too_many_pixels(width: int, height: int, most: int = PAGE_PIXELS) -> bool:
    """Tell whether an image is refused before decoding."""
    return max(width, height) > SIDE_PIXELS or width * height > most

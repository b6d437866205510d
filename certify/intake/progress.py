"""More time once a page is done: "20 s at most" is for a file that gets nowhere.

A hostile file is stopped after 20 s of CPU; 200 honest pages take longer than that. So
a child starts with 20 s and earns `SECONDS_PER_PAGE` with every page it finishes, up to
what `limits.PAGES` pages earn. A file that spends more per page runs out of time, and
the kernel stops it wherever it is (SIGXCPU, "file.too_slow"). CPU time, because a busy
machine is not the file's fault; a child has nothing to wait for but the processor.
"""

import resource

from certify.intake import limits

START_SECONDS = 20
SECONDS_PER_PAGE = 1.5
"""An A4 colour page at 300 dpi takes 0.4 s, as JPEG 2000 0.8 s (bench/RESULTS.md)."""
MOST_SECONDS = START_SECONDS + round(SECONDS_PER_PAGE * limits.PAGES)


class PageTime:
    """The limit of CPU time of this process, raised page by page."""

    def __init__(self) -> None:
        self._start, self._most = resource.getrlimit(resource.RLIMIT_CPU)
        self._pages = 0

    def page_done(self) -> None:
        """Raise the soft limit; it stays below the hard one. No limit stays none."""
        self._pages += 1
        if self._start == resource.RLIM_INFINITY:
            return
        soft = self._start + round(self._pages * SECONDS_PER_PAGE)
        if self._most != resource.RLIM_INFINITY:
            soft = min(soft, self._most - 1)
        resource.setrlimit(resource.RLIMIT_CPU, (soft, self._most))

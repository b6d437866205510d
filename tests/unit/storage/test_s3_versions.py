"""Which version is ours, whatever was put around it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.archive.s3_versions import Standing, Version, judged


@settings(deadline=None)  # a busy machine is no fault
@given(
    st.dictionaries(
        st.text("ab/", min_size=1, max_size=4), st.integers(0, 4), max_size=6
    ),
    st.randoms(use_true_random=False),
)
def test_the_last_listed_version_of_a_key_is_the_first_written(
    newer: dict[str, int], chance: object
) -> None:
    listed = [
        Version(key, f"{key}-{number}", 1)
        for key in sorted(newer)
        for number in range(newer[key], -1, -1)
    ]
    markers = [Version(key, f"{key}-gone", 0, is_delete_marker=True) for key in newer]
    for marker in markers:  # the SDK puts them anywhere
        listed.insert(chance.randint(0, len(listed)), marker)  # type: ignore[attr-defined]  # a Random
    found = list(judged(listed))
    assert {version for version, _ in found} == set(listed)
    firsts = [version.id for version, s in found if s is Standing.FIRST]
    assert firsts == [f"{key}-0" for key in sorted(newer)]
    gone = [version for version, s in found if s is Standing.DELETE_MARKER]
    assert set(gone) == set(markers)
    assert sum(s is Standing.NEWER for _, s in found) == sum(newer.values())


def test_a_key_with_nothing_but_a_marker_has_no_first_version() -> None:
    marker = Version("a", "m", 0, is_delete_marker=True)
    assert list(judged([marker])) == [(marker, Standing.DELETE_MARKER)]

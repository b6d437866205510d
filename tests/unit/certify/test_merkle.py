"""The tree of RFC 6962: known vectors, and the RFC's own recursive definition."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.merkle import (
    EMPTY_ROOT,
    Frontier,
    MerkleError,
    TreeHead,
    check_consistency,
    check_inclusion,
    consistency_path,
    fold,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_of,
)

# The eight entries and roots that Certificate Transparency's own implementations test
# against (merkle_tree_test of google/certificate-transparency).
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = {  # (index, size) → audit path, same source
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}
GROWTH = {  # (old, new) → consistency proof, same source
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}


def naive_root(entries: list[bytes]) -> bytes:
    """MTH as RFC 6962 §2.1 defines it."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = largest_power_below(len(entries))
    return sha256(b"\x01" + naive_root(entries[:k]) + naive_root(entries[k:])).digest()


def naive_path(m: int, entries: list[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of RFC 6962 §2.1.1."""
    if len(entries) <= 1:
        return []
    k = largest_power_below(len(entries))
    if m < k:
        return [*naive_path(m, entries[:k]), naive_root(entries[k:])]
    return [*naive_path(m - k, entries[k:]), naive_root(entries[:k])]


def naive_proof(m: int, entries: list[bytes], *, whole: bool = True) -> list[bytes]:
    """SUBPROOF(m, D[n], b) of RFC 6962 §2.1.2."""
    if m == len(entries):
        return [] if whole else [naive_root(entries)]
    k = largest_power_below(len(entries))
    if m <= k:
        return [*naive_proof(m, entries[:k], whole=whole), naive_root(entries[k:])]
    return [*naive_proof(m - k, entries[k:], whole=False), naive_root(entries[:k])]


def largest_power_below(count: int) -> int:
    power = 1
    while power * 2 < count:
        power *= 2
    return power


class Stored:
    """Complete subtrees computed from all leaves."""

    def __init__(self, entries: list[bytes]) -> None:
        self.leaves = [leaf_hash(entry) for entry in entries]

    def __call__(self, level: int, position: int) -> bytes:
        width = 1 << level
        part = self.leaves[position * width : (position + 1) * width]
        assert len(part) == width, "asked for a subtree that is not complete"
        return fold(part)


@pytest.mark.parametrize("size", range(1, 9))
def test_known_roots(size: int) -> None:
    assert root_of(Stored(ENTRIES), size).hex() == ROOTS[size - 1]
    frontier = Frontier()
    for entry in ENTRIES[:size]:
        frontier.add(leaf_hash(entry))
    assert frontier.root().hex() == ROOTS[size - 1]


def test_the_empty_tree() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root_of(Stored([]), 0) == Frontier().root() == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == empty


@pytest.mark.parametrize(("index", "size"), PATHS)
def test_known_audit_paths(index: int, size: int) -> None:
    path = inclusion_path(Stored(ENTRIES), index, size)
    assert [one.hex() for one in path] == PATHS[index, size]


@pytest.mark.parametrize(("old", "new"), GROWTH)
def test_known_consistency_proofs(old: int, new: int) -> None:
    path = consistency_path(Stored(ENTRIES), old, new)
    assert [one.hex() for one in path] == GROWTH[old, new]


entries = st.lists(st.binary(max_size=4), min_size=1, max_size=70)


@given(entries=entries, data=st.data())
@settings(max_examples=60, deadline=None)
def test_proofs_are_those_of_the_definition_and_verify(
    entries: list[bytes], data: st.DataObject
) -> None:
    new = len(entries)
    old = data.draw(st.integers(1, new))
    index = data.draw(st.integers(0, new - 1))
    stored = Stored(entries)
    head = TreeHead(new, root_of(stored, new))
    assert head.root == naive_root(entries)
    path = inclusion_path(stored, index, new)
    assert list(path) == naive_path(index, entries)
    check_inclusion(leaf_hash(entries[index]), index, path, head)
    earlier = TreeHead(old, naive_root(entries[:old]))
    growth = consistency_path(stored, old, new)
    assert list(growth) == naive_proof(old, entries)
    check_consistency(earlier, head, growth)


@given(entries=entries, data=st.data())
@settings(max_examples=60, deadline=None)
def test_whatever_is_changed_is_refused(
    entries: list[bytes], data: st.DataObject
) -> None:
    new = len(entries)
    index = data.draw(st.integers(0, new - 1))
    stored = Stored(entries)
    head = TreeHead(new, root_of(stored, new))
    path = list(inclusion_path(stored, index, new))
    with pytest.raises(MerkleError):
        check_inclusion(leaf_hash(b"another entry"), index, path, head)
    with pytest.raises(MerkleError):
        check_inclusion(leaf_hash(entries[index]), new, path, head)
    with pytest.raises(MerkleError):
        check_inclusion(leaf_hash(entries[index]), index, [*path, bytes(32)], head)
    old = data.draw(st.integers(1, new))
    other = TreeHead(old, naive_root([b"another entry", *entries[1:old]]))
    growth = consistency_path(stored, old, new)
    with pytest.raises(MerkleError):
        check_consistency(other, head, growth)
    with pytest.raises(MerkleError):
        check_consistency(
            TreeHead(old, naive_root(entries[:old])), head, [*growth, bytes(32)]
        )
    if growth:
        with pytest.raises(MerkleError):
            check_consistency(
                TreeHead(old, naive_root(entries[:old])), head, growth[:-1]
            )


def test_what_is_no_proof_is_refused() -> None:
    stored, head = Stored(ENTRIES), TreeHead(8, bytes.fromhex(ROOTS[7]))
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion_path(stored, 8, 8)
    with pytest.raises(ValueError, match="out of order"):
        consistency_path(stored, 9, 8)
    with pytest.raises(MerkleError, match="smaller"):
        check_consistency(TreeHead(9, bytes(32)), head, [])
    with pytest.raises(MerkleError, match="not a hash"):
        check_inclusion(leaf_hash(b""), 0, [b"short"], head)
    with pytest.raises(MerkleError, match="same size"):
        check_consistency(TreeHead(8, bytes(32)), head, [])
    with pytest.raises(MerkleError, match="empty"):
        check_consistency(TreeHead(3, bytes(32)), head, [])
    with pytest.raises(ValueError, match="power of two"):
        fold([bytes(32)] * 3)
    assert node_hash(b"a", b"b") != node_hash(b"b", b"a")

"""Changes in the tree of a DER value, with lengths that are right again."""

from dataclasses import dataclass, field

from signing.der import tlv
from tests.fuzz.chance import Random, odd_number

_CONSTRUCTED = 0x20
_OCTETS, _BITS, _OID, _INTEGER = 0x04, 0x03, 0x06, 0x02
_TAGS = (1, 2, 3, 4, 5, 6, 10, 12, 19, 22, 23, 24, 30, 0x30, 0x31, 0x80, 0xA0, 0xA1)
_OIDS = (  # of other algorithms, attributes and content types
    bytes.fromhex("608648016503040201"),  # SHA-256
    bytes.fromhex("2b0e03021a"),  # SHA-1
    bytes.fromhex("2a864886f70d0205"),  # MD5
    bytes.fromhex("2a864886f70d01010b"),  # SHA-256 with RSA
    bytes.fromhex("2a864886f70d01010a"),  # RSASSA-PSS
    bytes.fromhex("2a8648ce3d040302"),  # ECDSA with SHA-256
    bytes.fromhex("2b6570"),  # Ed25519
    bytes.fromhex("2a864886f70d010701"),  # data
    bytes.fromhex("2a864886f70d010702"),  # signed data
    bytes.fromhex("2a864886f70d0109100104"),  # TSTInfo
    bytes.fromhex("2a864886f70d010904"),  # message digest
    bytes.fromhex("2a864886f70d010905"),  # signing time
    bytes.fromhex("2a864886f70d010910022f"),  # signing certificate v2
    b"",
    b"\x80",
    b"\xff" * 40,
)


@dataclass
class Node:
    """One element; `parts` when its content is elements."""

    tag: int
    content: bytes = b""
    parts: list["Node"] = field(default_factory=list)
    prefix: bytes = b""  # the count of unused bits of a BIT STRING around elements
    whole: bytes | None = None  # written as it is, right or wrong

    def write(self) -> bytes:
        if self.whole is not None:
            return self.whole
        if self.parts:
            return tlv(self.tag, self.prefix, *(part.write() for part in self.parts))
        return tlv(self.tag, self.content)


def read(data: bytes) -> Node | None:
    """Return the first element of `data`; None when there is none."""
    found = _read(data, 0)
    return found[0] if found else None


def _read(data: bytes, at: int) -> tuple[Node, int] | None:
    if at + 2 > len(data):
        return None
    tag, length, start = data[at], data[at + 1], at + 2
    if length >= 0x80:
        count = length & 0x7F
        length, start = (
            int.from_bytes(data[start : start + count], "big"),
            start + count,
        )
    end = start + length
    if end > len(data):
        return None
    content = data[start:end]
    node = Node(tag, content)
    if tag & _CONSTRUCTED or (tag == _OCTETS and content[:1] in (b"\x30", b"\x04")):
        node.parts = _read_all(content)
    elif tag == _BITS and content[:2] == b"\x00\x30":
        node.prefix, node.parts = b"\x00", _read_all(content[1:])
    return node, end


def _read_all(content: bytes) -> list[Node]:
    """Every element, or nothing when the bytes are not elements throughout."""
    parts: list[Node] = []
    at = 0
    while at < len(content):
        found = _read(content, at)
        if found is None:
            return []
        parts.append(found[0])
        at = found[1]
    return parts


def change_der(data: bytes, rng: Random) -> bytes:
    """Change one to three nodes of the tree."""
    root = read(data)
    if root is None:
        return data
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        _change(root, rng)
    return root.write()


def _change(root: Node, rng: Random) -> None:
    parents = [node for node in walk(root) if node.parts]
    if not parents:
        return
    parent = rng.choice(parents)
    at = rng.randrange(len(parent.parts))
    node = parent.parts[at]
    match rng.randrange(9):
        case 0:
            parent.parts.pop(at)
        case 1:
            parent.parts.insert(at, node)
        case 2:
            rng.shuffle(parent.parts)
        case 3:
            other = rng.choice(parents)
            if all(inner is not parent for inner in walk(other)):  # stay a tree
                parent.parts[at] = other
        case _:
            _change_node(node, rng)


def _change_node(node: Node, rng: Random) -> None:
    match rng.randrange(5):
        case 0:
            node.tag = rng.choice(_TAGS)
        case 1:
            node.whole = _badly_written(node, rng)
        case _:
            leaf = rng.choice([leaf for leaf in walk(node) if not leaf.parts])
            leaf.content = _other_content(leaf, rng)


def walk(node: Node) -> list[Node]:
    """Return a node and everything in it."""
    found = [node]
    for at in found:  # grows while it is read
        found.extend(at.parts)
    return found


def _badly_written(node: Node, rng: Random) -> bytes:
    """The same content under a length or a form that DER forbids, or endless."""
    inner = node.write()
    body = b"".join(part.write() for part in node.parts) or node.content
    match rng.randrange(6):
        case 0:  # longer than needed
            return b"%c\x84" % node.tag + len(body).to_bytes(4, "big") + body
        case 1:  # indefinite
            return b"%c\x80" % (node.tag | _CONSTRUCTED) + body + b"\x00\x00"
        case 2:  # a lie
            return (
                b"%c\x82" % node.tag
                + odd_number(rng, len(body)).to_bytes(20, "big", signed=True)[-2:]
                + body
            )
        case 3:  # tag of many bytes
            return b"\x1f\xff\xff\x7f" + inner[1:]
        case 4:
            return b"\x30\x80" * rng.choice((10, 900, 5000)) + inner
        case _:
            return b""


def _other_content(leaf: Node, rng: Random) -> bytes:
    content = leaf.content
    if leaf.tag == _OID and rng.random() < 0.7:
        return rng.choice(_OIDS)
    if leaf.tag == _INTEGER and rng.random() < 0.7:
        number = odd_number(rng, int.from_bytes(content[:8], "big", signed=True))
        return number.to_bytes(20, "big", signed=True)[-rng.randint(1, 20) :]
    at = rng.randrange(len(content) + 1)
    return rng.choice(
        (
            b"",
            content[:at],
            content + rng.randbytes(rng.choice((1, 8, 200))),
            rng.randbytes(len(content)),
            content[:at] + rng.randbytes(1) + content[at + 1 :],
        )
    )

"""The signed metadata of a copy: its register row, the trail's head, a checkpoint.

Written as XMP properties with a PDF/A extension schema (ISO 19005-2 §6.6.2.3), so
that any tool reads them and no validator complains. The requester's name is left
out: the file travels to banks and schools, the book does not.
"""

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

from certify.attestation import CopyOrder
from certify.clock import paper_time

NAMESPACE = "urn:certified-copy:record:2"
PRODUCER = "certified-copy"

# property → what it means, for the extension schema
PROPERTIES: Mapping[str, str] = {
    "code": "Verification code",
    "number": "Register number as printed",
    "book": "Register book",
    "authority_id": "Identifier of the authority",
    "authority": "Full name of the authority",
    "attested_at": "Time of attestation, ISO 8601",
    "title": "Name of the original paper",
    "issuer": "Office that issued the original, empty when not named",
    "original_pages": "Pages of the original with information",
    "copies": "Number of copies under this register number",
    "signatory": "Name of the person who attested",
    "fee_dong": "Fee in dong",
    "wording": "Version of the attestation text",
    "page_digest": "SHA-256 over the page images and their geometry",
    "statement_digest": "SHA-256 of the authorised statement",
    "trail_sequence": "Audit trail: number of the newest record at making",
    "trail_digest": "Audit trail: digest of the newest record at making",
    "checkpoint_size": "Public trail: rows of the newest checkpoint at making, or 0",
    "checkpoint_root": "Public trail: its Merkle root (RFC 6962), or empty",
}
# Copies made before there were checkpoints; they are read for ever.
_VERSION_1 = frozenset(PROPERTIES) - {"checkpoint_size", "checkpoint_root"}
_VERSIONS = (frozenset(PROPERTIES), _VERSION_1)


def copy_record(order: CopyOrder) -> dict[str, str]:
    """Return the record of a copy; keys are those of `PROPERTIES`."""
    statement, checkpoint = order.statement, order.checkpoint
    return {
        "code": statement.verification_code,
        "number": order.shown_number,
        "book": order.number.book,
        "authority_id": statement.authority_id,
        "authority": statement.authority_name,
        "attested_at": paper_time(order.attested_at),
        "title": statement.original_title,
        "issuer": statement.original_issuer,
        "original_pages": str(statement.original_pages),
        "copies": str(statement.copies),
        "signatory": statement.signatory_name,
        "fee_dong": str(statement.fee_dong),
        "wording": statement.wording,
        "page_digest": statement.page_digest,
        "statement_digest": statement.digest,
        "trail_sequence": str(order.trail_head.sequence),
        "trail_digest": order.trail_head.digest,
        "checkpoint_size": str(checkpoint.size if checkpoint else 0),
        "checkpoint_root": checkpoint.root.hex() if checkpoint else "",
    }


def xmp_packet(record: Mapping[str, str]) -> bytes:
    """Return the XMP packet of a copy: PDF/A-2b identification and the record."""
    values = "\n".join(
        f"   <ccr:{name}>{escape(value)}</ccr:{name}>" for name, value in record.items()
    )
    schema = "\n".join(_PROPERTY.format(name=n, text=t) for n, t in PROPERTIES.items())
    return _PACKET.format(
        namespace=NAMESPACE,
        producer=PRODUCER,
        title=escape(record["title"]),
        time=record["attested_at"],
        values=values,
        schema=schema,
    ).encode()


def read_record(packet: bytes) -> dict[str, str]:
    """Read the record of a packet written by `xmp_packet`; empty if it is not one.

    Only our own flat form is read, by pattern and not by an XML parser: the bytes
    come from strangers.
    """
    text = packet.decode("utf-8", errors="replace")
    # An XML writer may shorten an empty value to one tag.
    text = re.sub(r"<ccr:([a-z_]+)\s?/>", r"<ccr:\1></ccr:\1>", text)
    found = re.findall(r"<ccr:([a-z_]+)>([^<]{0,2000})</ccr:\1>", text)
    names = [name for name, _ in found]
    if len(set(names)) != len(names) or set(names) not in _VERSIONS:
        return {}
    return {name: _unescape(value) for name, value in found}


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


_PROPERTY = """      <rdf:li rdf:parseType="Resource">
       <pdfaProperty:name>{name}</pdfaProperty:name>
       <pdfaProperty:valueType>Text</pdfaProperty:valueType>
       <pdfaProperty:category>external</pdfaProperty:category>
       <pdfaProperty:description>{text}</pdfaProperty:description>
      </rdf:li>"""

_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
    xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
    xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
    xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
    xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"
    xmlns:ccr="{namespace}">
   <pdfaid:part>2</pdfaid:part>
   <pdfaid:conformance>B</pdfaid:conformance>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
   <xmp:CreateDate>{time}</xmp:CreateDate>
   <xmp:CreatorTool>{producer}</xmp:CreatorTool>
   <pdf:Producer>{producer}</pdf:Producer>
{values}
   <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
     <pdfaSchema:schema>Certified copy record</pdfaSchema:schema>
     <pdfaSchema:namespaceURI>{namespace}</pdfaSchema:namespaceURI>
     <pdfaSchema:prefix>ccr</pdfaSchema:prefix>
     <pdfaSchema:property><rdf:Seq>
{schema}
     </rdf:Seq></pdfaSchema:property>
   </rdf:li></rdf:Bag></pdfaExtension:schemas>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>
"""

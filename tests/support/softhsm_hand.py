"""An administrator's hand on a token, in a process of its own: JSON in, JSON out."""

import json
import sys
from base64 import b64decode
from typing import Any

import pkcs11
from pkcs11 import Attribute, Token
from pkcs11.util.ec import decode_ec_private_key, decode_ec_public_key
from pkcs11.util.rsa import decode_rsa_private_key
from pkcs11.util.x509 import decode_x509_certificate

DECODE = {
    "rsa": decode_rsa_private_key,
    "ec": decode_ec_private_key,
    "ec public": decode_ec_public_key,
    "x509": decode_x509_certificate,
}


def put(
    token: Token,
    *,
    pin: str,
    label: str,
    key_id: str,
    objects: list[tuple[str, str]],
    always_authenticate: bool = False,
) -> None:
    with token.open(rw=True, user_pin=pin) as session:
        for number, (kind, der) in enumerate(objects):
            attributes: dict[Attribute, Any] = DECODE[kind](b64decode(der))
            attributes |= {Attribute.TOKEN: True, Attribute.LABEL: label}
            if number == 0 or objects[number - 1][0] != "x509":
                attributes[Attribute.ID] = bytes.fromhex(key_id)
            if kind in ("rsa", "ec"):
                attributes |= {
                    Attribute.PRIVATE: True,
                    Attribute.SENSITIVE: True,
                    Attribute.EXTRACTABLE: False,
                    Attribute.SIGN: True,
                    Attribute.ALWAYS_AUTHENTICATE: always_authenticate,
                }
            session.create_object(attributes)


def login(token: Token, *, pin: str) -> None:
    token.open(user_pin=pin).close()


def set_pin(token: Token, *, old: str, new: str) -> None:
    with token.open(rw=True, user_pin=old) as session:
        session.set_pin(old, new)


def remove(token: Token, *, pin: str) -> None:
    with token.open(rw=True, user_pin=pin) as session:
        for found in list(session.get_objects()):
            found.destroy()


def serial(token: Token) -> str:
    return token.serial.decode()


def flags(token: Token) -> int:
    return int(token.flags)


def main() -> None:
    given = json.load(sys.stdin)
    library = pkcs11.lib(given.pop("module"))
    token = library.get_token(token_label=given.pop("token"))
    acts = {"put": put, "login": login, "flags": flags, "set_pin": set_pin}
    act = (acts | {"remove": remove, "serial": serial})[given.pop("act")]
    json.dump(act(token, **given), sys.stdout)


if __name__ == "__main__":
    main()

"""Keys made on a real SoftHSM2 token: they never were and never can be outside."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key

from certify.clock import SystemClock
from keys.generate import KeyAlgorithm
from keys.open import open_key
from keys.placeholder import placeholder_certificate
from keys.proof import prove
from keys.request import certification_request, pem_request
from tests.support.openssl import openssl
from tests.support.softhsm import SoftHsm, SoftToken

# In a process of its own, as the command does: this one has the module open already.
GENERATE = """
import json, sys
from pathlib import Path
from keys.base import KeyBackendError
from keys.generate import KeyAlgorithm
from keys.pkcs11_generate import generate_pkcs11_key
from keys.settings import Pkcs11KeySettings
given = json.load(sys.stdin)
algorithm = KeyAlgorithm(given.pop("algorithm"))
settings = Pkcs11KeySettings(**(given | {"module": Path(given["module"])}))
try:
    print(generate_pkcs11_key(settings, algorithm).hex())
except KeyBackendError as error:
    print(getattr(error, "reason", "unreachable"))
except FileExistsError:
    print("taken")
"""
LOOK = """
import json, sys
import pkcs11
from pkcs11 import Attribute, ObjectClass
given = json.load(sys.stdin)
token = pkcs11.lib(given["module"]).get_token(token_label=given["token_label"])
names = ("LOCAL", "SENSITIVE", "ALWAYS_SENSITIVE", "NEVER_EXTRACTABLE", "EXTRACTABLE")
with token.open(user_pin=given["pin"]) as session:
    (key,) = session.get_objects(
        {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: given["key_label"]}
    )
    print(json.dumps({name: key[Attribute[name]] for name in names}))
"""


def child(program: str, token: SoftToken, **given: object) -> str:
    settings = asdict(token.settings("moi")) | given
    for name in ("certificates", "scheme", "kind"):
        settings.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(settings, default=str),
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    "algorithm", [KeyAlgorithm.RSA_3072, KeyAlgorithm.P_256, KeyAlgorithm.P_384]
)
def test_a_key_made_on_the_token_signs_its_request(
    softhsm: SoftHsm, tmp_path: Path, algorithm: KeyAlgorithm
) -> None:
    token = softhsm.new_token()
    spki = bytes.fromhex(child(GENERATE, token, algorithm=algorithm))
    assert json.loads(child(LOOK, token)) == {
        "LOCAL": True,
        "SENSITIVE": True,
        "ALWAYS_SENSITIVE": True,
        "NEVER_EXTRACTABLE": True,
        "EXTRACTABLE": False,
    }
    assert child(GENERATE, token, algorithm=algorithm) == "taken"
    public_key = load_der_public_key(spki)
    pem = tmp_path / "placeholder.pem"
    pem.write_bytes(
        placeholder_certificate(
            public_key,  # type: ignore[arg-type]  # of a key we made
            SystemClock().now(),
        ).public_bytes(Encoding.PEM)
    )
    key = open_key(token.settings("moi", certificates=pem))
    prove(key)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "UBND xã Thử")])
    file = tmp_path / "moi.csr"
    file.write_text(pem_request(certification_request(key, name)))
    openssl("req", "-in", file, "-verify", "-noout")


def test_a_wrong_pin_and_a_missing_token_make_no_key(softhsm: SoftHsm) -> None:
    token = softhsm.new_token()
    p_256 = KeyAlgorithm.P_256
    assert child(GENERATE, token, algorithm=p_256, pin="00000000") == "pin_wrong"
    gone = child(GENERATE, token, algorithm=p_256, token_label="none")  # noqa: S106 - a name
    assert gone == "unreachable"

"""Private keys, and nothing else.

Purpose: open a signing key from its settings, prove that it fits its certificate,
and sign digests with it. Beside that, the development PKI (`keys.devpki`) and the
development signatory's confirmation key (`keys.confirmation`).

Entry point: `keys.open.open_key(settings)` returns a `keys.base.SigningKey`.

    base.py          what every key can do, and the errors
    settings.py      one settings class per backend, joined as a tagged union
    open.py          settings to key: one `match`
    fitness.py       strength, usage, validity, key against certificate
    file.py          PKCS#12 or PEM file, parsed once
    external.py      a key in its owner's hands; signatures come over an exchange
    pkcs11.py        token or HSM, with pkcs11_*.py beside it
    schemes.py       which scheme fits a public key; does a signature verify
    csc.py           a key at a remote signing service (CSC API 1.0.4); beside it
        csc_calls.py       the three calls        csc_access.py      access tokens
        csc_http.py        TLS, time, size        csc_answers.py     forms of answers
        csc_refusals.py    errors of the service  csc_algorithms.py  OIDs, verification
        csc_pin.py         a wrong PIN is sent once
    recent_check.py  is the backend there? Asked every few seconds at most
    per_process.py   locks and connections that a forked child must not share
    chain.py         order the certificates that come with a key
    generate.py      new keys in files; pkcs11_generate.py: on a token
    request.py       certification requests; placeholder.py: opens a key without one
    proof.py         a random digest signed and verified
    algorithms.py    schemes as ASN.1 names them
    private_file.py  reading and writing files nobody else may read
    confirmation.py  software P-256 confirmation key (development only)
    devpki/          development CA, OCSP, CRL and TSA as pure functions

It must not: import a sibling package, know documents, PDFs or the register, read
the environment or the clock, speak HTTP outside `csc_http.py`, or put a key,
passphrase, PIN, token or SAD into a log, an error or a `repr`.
"""

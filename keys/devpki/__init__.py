"""Development PKI: certification authorities, OCSP, CRLs and timestamps to try with.

Purpose: let the whole service run, and be tested, on one machine without a State CA.
Everything it issues says "THỬ NGHIỆM" in its subject; production refuses it.

Entry points: `issue.create_development_pki` makes the folder once,
`issue.issue_certificate` and `issue.revoke` change it later,
`responders.DevelopmentPki` answers requests as pure functions of bytes and a time.

    holders.py      who gets a certificate, and the names that are written into it
    profiles.py     what stands in each kind of certificate
    folder.py       the files, and the index of what was issued and revoked
    issue.py        create, issue, revoke
    ocsp.py crl.py timestamp.py   one answerer each; timestamp_request.py reads
    der.py          the few bytes of DER the timestamp needs fast
    responders.py   all answers of one folder

It must not: speak HTTP (that is `api.devpki`), read the clock, or be used to sign
anything that looks real.
"""

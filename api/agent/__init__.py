"""The signing agent: lets a web page use the USB token of the machine it runs on.

It runs on the signatory's own machine, needs no data folder, no database and no other
package of the service, and signs nothing but the CMS attributes of a copy:

    command.py            `certify agent`: build, announce, serve
    protocol.py           what the page and the agent say to each other
    server.py             loopback HTTPS; who may ask (origin, host), one at a time
    signing.py            one batch: check, show, ask the person, sign
    signed_attributes.py  only attributes of a PAdES signature are ever signed
    consent.py            the terminal: what is going to be signed, the PIN
    identity.py           the certificate of localhost and its CA

The token itself, through PKCS#11, is `keys.persons_token`.

It must not: take a PIN from anywhere but the terminal, keep one longer than asked,
try a PIN twice, or sign what it has not made the digest of itself.
"""

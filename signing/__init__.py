"""Makes and reads the sealed PDF: composition, PAdES-B-LTA, inspection.

Entry points: `sealer.PadesSealer` (fills the `Sealer` port), `inspect.inspect_file`
(run in a child process by `inspector.SandboxedInspector`).

It alone calls pyHanko. It sees `keys` and `certify`; it never sees `storage` or
`api`, opens no database and makes no decision about who may sign.
"""

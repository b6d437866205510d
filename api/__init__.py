"""HTTP, pages, command line and settings: the outside of the service.

`wiring` alone builds concrete objects; everything else here sees them through
`services.Services` and the core's ports. No rule of certifying lives here.
"""

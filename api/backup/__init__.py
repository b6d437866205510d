"""Backup and restore: database and objects to one point.

parts       what a backup consists of, and who reads and writes it
manifest    says what one point consists of; made last, under a MAC
passphrase  seals the service key inside a backup
make        `certify backup`
restore     `certify restore`
"""

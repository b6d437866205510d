"""The work queue on PostgreSQL: the only package that imports Procrastinate.

It dispatches, orders by priority and schedules. What has to be done, and who may, is
not in it: that is the attestation's row and its lease (design §5). A queue that is
emptied, or restored from an older day, loses nothing.

schema      its tables, in a schema of their own
job         what is in a job: a name, a priority and one id
dispatch    putting jobs in; used by the web server and the reconciling duty
worker      Procrastinate's worker, with what it leaves to chance mended
runner      taking jobs out; `certify worker`
"""

/* What the service asks often, in the words of SQLAlchemy's statements. */

/* desk: a page of cases, and their number */
SELECT * FROM cases WHERE authority_id = 'a'
    ORDER BY opened_at DESC, code DESC LIMIT 50 OFFSET 0;
SELECT count(*) FROM cases WHERE authority_id = 'a';

/* desk: papers of a case, the newest scan of each, refusals */
SELECT o.*, a.id FROM originals o LEFT JOIN attestations a ON a.original_id = o.id
    WHERE o.case_id = 'c' ORDER BY o.position;
SELECT * FROM scans s WHERE s.original_id IN ('o', 'p')
    AND s.sequence = (SELECT max(l.sequence) FROM scans l
        WHERE l.original_id = s.original_id);
SELECT r.id FROM desk_records r LEFT JOIN withdrawals w ON w.record_id = r.id
    WHERE r.original_id = 'o' AND r.kind = 'refusal' AND w.record_id IS NULL;

/* trail: head and chain of an authority */
SELECT sequence, digest FROM trail WHERE authority_id = 'a'
    ORDER BY sequence DESC LIMIT 1;
SELECT * FROM trail t LEFT JOIN trail_reasons r
    ON r.authority_id = t.authority_id AND r.sequence = t.sequence
    WHERE t.authority_id = 'a' ORDER BY t.sequence;

/* worker: claim, number, what is unfinished */
SELECT * FROM attestations WHERE id = 'x' AND lease_owner = 'w' AND fence = 1
    AND lease_until > '2026' FOR UPDATE;
SELECT * FROM book_rows WHERE attestation_id = 'x' AND state <> 'void';
SELECT number FROM book_rows WHERE attestation_id = 'x' LIMIT 1;
SELECT * FROM books WHERE authority_id = 'a' AND kind = 'k' AND year = 2026 FOR UPDATE;
SELECT min(number) FROM free_numbers
    WHERE authority_id = 'a' AND kind = 'k' AND year = 2026;
SELECT a.id FROM attestations a JOIN originals o ON o.id = a.original_id
    WHERE a.step IN ('approved', 'reserved', 'intended')
    AND (a.lease_until IS NULL OR a.lease_until <= '2026')
    ORDER BY a.approved_at, a.id;

/* verification: by code, by file, by attestation */
SELECT * FROM attestations a JOIN book_rows b ON b.attestation_id = a.id
    WHERE a.code = '0123456789ABCDEF' AND a.step = 'released' AND b.state = 'complete';
SELECT * FROM attestations a JOIN book_rows b ON b.attestation_id = a.id
    WHERE a.id IN (SELECT e.attestation_id FROM editions e WHERE e.sha256 = 'h')
    AND a.step = 'released' AND b.state = 'complete';
SELECT * FROM editions WHERE attestation_id = 'x' ORDER BY sequence;
SELECT * FROM recovered_copies WHERE code = '0123456789ABCDEF';
SELECT * FROM annulments WHERE attestation_id = 'x';
SELECT * FROM annulments WHERE authority_id = 'a' AND trail_sequence > 3
    ORDER BY trail_sequence LIMIT 100;

/* intake: the very pages, pages like these */
SELECT attestation_id, authority_id FROM known_papers WHERE page_digest = 'd'
    AND attestation_id NOT IN (SELECT id FROM attestations WHERE original_id = 'o');
SELECT attestation_id, authority_id FROM known_papers WHERE page_count = 2
    AND spread_down BETWEEN 100 AND 120 AND spread_across BETWEEN 100 AND 120
    ORDER BY CASE WHEN authority_id = 'a' THEN 0 ELSE 1 END, released_at DESC LIMIT 120;
SELECT * FROM known_layouts WHERE attestation_id IN ('x', 'y')
    ORDER BY attestation_id, page;

/* renewal: what is due */
SELECT attestation_id FROM renewals
    WHERE (protected_until IS NULL OR protected_until <= '2027')
    AND (retry_at IS NULL OR retry_at <= '2026')
    AND (lease_until IS NULL OR lease_until <= '2026')
    ORDER BY coalesce(protected_until, ''), attestation_id LIMIT 5;

/* callers: an API key, the keys of an authority */
SELECT * FROM api_keys WHERE id = 'k';
SELECT * FROM api_keys WHERE authority_id = 'a' ORDER BY created_at DESC, id;

/* deletion of a draft looks for who still names it */
SELECT 1 FROM book_rows WHERE attestation_id = 'x' FOR KEY SHARE;

/* purge: scans whose time may have come, and purged ones that may have files */
SELECT DISTINCT original_id FROM scans WHERE files_removed_at IS NULL
    AND purged_at IS NULL AND created_at <= '2026' AND original_id > 'o'
    ORDER BY original_id LIMIT 100;
SELECT DISTINCT original_id, purged_at FROM scans WHERE files_removed_at IS NULL
    AND purged_at IS NOT NULL ORDER BY purged_at, original_id LIMIT 100

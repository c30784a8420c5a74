WITH input AS MATERIALIZED (
    SELECT i.*, nextval('hookvet.delivery_seq') AS own_seq, hookvet.now_ms() AS now
    FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bytea[],
                $10::boolean[], $11::bigint[], $12::bigint[])
         WITH ORDINALITY
         AS i (vendor, key, digest, id, type, subject, verdict, headers, body, is_quarantined, duration, max_attempts, n)
),
known AS (
    -- In one order everywhere, so that two of these wait for each other in a line and not in a circle.
    INSERT INTO hookvet.seen AS seen (vendor, key, is_quarantined, variant, digest, seq, seen_at)
    SELECT vendor, key, is_quarantined, ''::bytea, digest, own_seq, now FROM input WHERE key IS NOT NULL
    ORDER BY vendor, key, is_quarantined
    ON CONFLICT (vendor, key, is_quarantined, variant)
        DO UPDATE SET hits = seen.hits + (seen.digest = excluded.digest)::int
    RETURNING vendor, key, is_quarantined, digest, seq
),
variant AS (
    INSERT INTO hookvet.seen AS seen (vendor, key, is_quarantined, variant, digest, seq, seen_at)
    SELECT vendor, key, is_quarantined, input.digest, input.digest, own_seq, now
    FROM input JOIN known USING (vendor, key, is_quarantined) WHERE known.digest <> input.digest
    ORDER BY vendor, key, is_quarantined
    ON CONFLICT (vendor, key, is_quarantined, variant) DO UPDATE SET hits = seen.hits + 1
    RETURNING vendor, key, is_quarantined, seq
),
placed AS MATERIALIZED (
    SELECT input.*, coalesce(variant.seq, known.seq, own_seq) AS seq, variant.seq IS NOT NULL AS is_conflict
    FROM input
    LEFT JOIN known USING (vendor, key, is_quarantined)
    LEFT JOIN variant USING (vendor, key, is_quarantined)
),
inserted AS (
    INSERT INTO hookvet.delivery (seq, received_at, due_at, token, attempts, state, is_conflict, vendor, key, id, type, subject,
                                  digest, verdict, headers, body)
    SELECT seq, now,
           CASE WHEN is_quarantined THEN NULL ELSE now + coalesce(duration, 0) END,
           (duration IS NOT NULL AND NOT is_quarantined)::int,
           (duration IS NOT NULL AND NOT is_quarantined)::int,
           CASE WHEN is_quarantined THEN 4 WHEN duration IS NULL THEN 0 ELSE 1 END,
           is_conflict, vendor, key, id, type, subject, digest, verdict, headers, body
    FROM placed WHERE seq = own_seq
),
taken AS (
    UPDATE hookvet.delivery AS d
    SET state = CASE WHEN d.attempts < p.max_attempts THEN 1 ELSE 3 END,
        due_at = CASE WHEN d.attempts < p.max_attempts THEN p.now + p.duration END,
        attempts = d.attempts + (d.attempts < p.max_attempts)::int,
        token = d.token + 1
    FROM placed AS p
    WHERE d.seq = p.seq AND p.seq <> p.own_seq AND p.duration IS NOT NULL
      AND (d.state = 0 OR (d.state = 1 AND d.due_at <= p.now))
    RETURNING d.seq, d.state, d.token
)
SELECT placed.seq, placed.seq = placed.own_seq, placed.is_conflict, before.state, taken.state, taken.token
FROM placed
LEFT JOIN hookvet.delivery AS before ON before.seq = placed.seq
LEFT JOIN taken ON taken.seq = placed.seq
ORDER BY n

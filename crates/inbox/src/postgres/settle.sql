WITH input AS (
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::bigint[], $5::text[]) WITH ORDINALITY
         AS i (seq, token, state, after, note, n)
),
settled AS (
    UPDATE hookvet.delivery AS d
    SET state = i.state, due_at = hookvet.now_ms() + i.after, token = d.token + (i.state <> 1)::int,
        note = coalesce(i.note, d.note)
    FROM input AS i
    WHERE d.seq = i.seq AND d.token = i.token AND d.state = 1
    RETURNING d.seq
)
SELECT settled.seq IS NOT NULL FROM input LEFT JOIN settled USING (seq) ORDER BY n

WITH taken AS (
    UPDATE hookvet.delivery
    SET state = CASE WHEN attempts < $3 THEN 1 ELSE 3 END,
        due_at = CASE WHEN attempts < $3 THEN hookvet.now_ms() + $2 END,
        attempts = attempts + (attempts < $3)::int,
        token = token + 1
    WHERE seq = $1 AND $2 IS NOT NULL AND (state = 0 OR (state = 1 AND due_at <= hookvet.now_ms()))
    RETURNING seq, state, token
)
SELECT before.state, taken.state, taken.token
FROM hookvet.delivery AS before LEFT JOIN taken USING (seq) WHERE before.seq = $1

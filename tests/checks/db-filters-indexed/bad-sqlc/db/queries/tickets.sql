-- name: GetTicket :one
SELECT * FROM tickets
WHERE id = $1 LIMIT 1;

-- name: TicketsOf :many
SELECT * FROM tickets WHERE event_id = $1 ORDER BY id;

-- name: Scan :one
SELECT id, event_id FROM tickets
WHERE barcode = sqlc.arg(barcode);

-- name: Find :one
SELECT id, event_id
FROM tickets
WHERE barcode = $1;

-- name: Sell :exec
INSERT INTO tickets (event_id, barcode) VALUES ($1, $2);

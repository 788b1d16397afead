-- Everything starts from nothing, so that a grant of an earlier version ends.
REVOKE ALL ON juece_decisions, juece_entries, juece_tasks, juece_opinions, juece_opinion_positions, juece_materials,
    juece_material_chunks, juece_idempotency, juece_outbox, juece_refusals, juece_unsealed, juece_log_leaves, juece_log_hashes,
    juece_log_checkpoints, juece_log_cosignatures, juece_log_positions, juece_leases, juece_schema_version,
    juece_deliveries, juece_reminders, juece_subscribers
    FROM PUBLIC, {app}, {auditor};

-- The service and the sealer. The history and the log are added to.
GRANT SELECT, INSERT ON juece_entries, juece_opinions, juece_opinion_positions, juece_materials, juece_material_chunks,
    juece_idempotency, juece_outbox, juece_refusals, juece_log_leaves, juece_log_hashes, juece_log_checkpoints, juece_log_cosignatures,
    juece_log_positions
    TO {app};

-- The state row, tasks and leases are derived or for the moment; an entry
-- leaves the queue when it is sealed.
GRANT SELECT, INSERT, UPDATE ON juece_decisions, juece_leases TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON juece_tasks TO {app};
GRANT SELECT, INSERT, DELETE ON juece_unsealed TO {app};
GRANT SELECT ON juece_schema_version TO {app};

-- Events are delivered and then swept; what one says stays as it was recorded.
GRANT UPDATE (routed), DELETE ON juece_outbox TO {app};
GRANT SELECT, INSERT, DELETE, UPDATE (state, attempts, next_at, settled_at, reason) ON juece_deliveries TO {app};
GRANT SELECT, INSERT ON juece_reminders TO {app};
GRANT SELECT, INSERT, UPDATE (fingerprint, disabled_at, reason) ON juece_subscribers TO {app};

-- What is lawfully erased loses its content and keeps its row and digest. The
-- parts of a file are added and taken away, and never changed.
GRANT UPDATE (size, salt, name, media_type, erased) ON juece_materials TO {app};
GRANT DELETE ON juece_material_chunks TO {app};
GRANT UPDATE (body, erased) ON juece_opinions TO {app};

-- An auditor reads the history, the log and what surrounds them.
GRANT SELECT ON juece_decisions, juece_entries, juece_tasks, juece_opinion_positions, juece_idempotency, juece_refusals,
    juece_unsealed, juece_log_leaves, juece_log_hashes, juece_log_checkpoints, juece_log_cosignatures,
    juece_log_positions, juece_leases, juece_schema_version, juece_deliveries, juece_reminders, juece_subscribers
    TO {auditor};

-- But not what people wrote, nor what files hold; whoever needs that is granted
-- the column by name.
GRANT SELECT (decision_id, opinion_id, digest, received_at, erased) ON juece_opinions TO {auditor};
GRANT SELECT (decision_id, digest, media_type, name, size, class, ground, erased, created_at) ON juece_materials TO {auditor};
GRANT SELECT (decision_id, digest, start) ON juece_material_chunks TO {auditor};
GRANT SELECT (decision_id, event_id, seq, type, created_at, routed) ON juece_outbox TO {auditor};

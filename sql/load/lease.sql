-- First in the transaction: no key is enforced, so this row makes loaders take turns.
update ops.load_lease
set
    load_id = :load_id,
    taken_at = :loaded_at;

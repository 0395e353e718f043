-- The hash that is the last one of the chain of records now.
update activity_head set
    hash = cast(:hash as varchar)

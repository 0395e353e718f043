-- The end of the chain of records, moved on by so many: gives its number then and the hash that was its last.
update activity_head set
    number = activity_head.number + cast(:many as bigint)
returning
    activity_head.number as number,
    activity_head.hash as hash

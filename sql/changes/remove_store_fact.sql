-- Something the store no longer says of itself.
delete from store_facts
where name = :name

-- Something the store no longer says of itself, unless it has been said anew meanwhile.
delete from store_facts
where name = :name
  and value = :value

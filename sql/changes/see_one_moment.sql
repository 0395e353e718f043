-- All questions of the transaction see the store as it is at its first. DuckDB's transactions do so anyway.
select 1 as seen
where false

-- Nobody else changes the counts until the transaction ends. DuckDB has one writer anyway: nothing is done there.
select 1 as held
where false

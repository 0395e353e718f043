-- The columns of one table, in order, with the type of each.
select
    columns.column_name as name,
    lower(columns.data_type) as type
from information_schema.columns as columns
where columns.table_schema in ('main', 'public')
  and columns.table_name = :name
order by
    columns.ordinal_position

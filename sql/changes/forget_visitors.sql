-- Sessions of visitors of whom nothing was heard since a time.
delete from visitors
where visitors.heard_at < cast(:before as timestamp)

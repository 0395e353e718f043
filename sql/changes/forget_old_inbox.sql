-- What could not be read and has been there for long enough to be looked at.
delete from inbox
where inbox.state = 'quarantined'
  and inbox.received_at < cast(:before as timestamp)
returning 1 as gone

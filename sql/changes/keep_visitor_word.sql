-- Whether the website has signed what it now states about a visitor.
update visitors set
    verified = cast(:verified as boolean)
where visitors.customer_key = cast(:customer_key as uuid)

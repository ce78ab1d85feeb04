"""Who may furnish and bill a service, and what the payer covers."""

"""Who may use the page: accounts with roles, passwords, one-time codes, and the audit trail."""

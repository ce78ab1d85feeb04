"""Who may call a site, and how often: client tokens, their keys, limits."""

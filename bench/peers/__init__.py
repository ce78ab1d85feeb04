"""The smallest services to compare with: each answers the same request with the same hello card."""

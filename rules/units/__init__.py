"""How many units charted services earn."""

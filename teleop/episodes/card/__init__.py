"""What goes along with every export: the card for people, Croissant for machines, checksums."""

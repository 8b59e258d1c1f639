"""Ways in: each connector turns one kind of source into batches of source records and rejections."""

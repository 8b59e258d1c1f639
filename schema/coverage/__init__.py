"""What is counted of mentoring, who stands behind each number, and what is published of it."""

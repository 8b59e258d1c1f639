"""The worker and what it does when: jobs, schedules, sources."""

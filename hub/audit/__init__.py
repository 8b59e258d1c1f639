"""The audit: who did what, when, in which role and for which purposes, and whom they saw.

`events` are what is written, `journal` gathers and writes them, `chain` checks what was written,
`finding` reads it. No event holds personal data: people are ids, fields are classes, what was asked
is the names of root fields and a print of the text.
"""

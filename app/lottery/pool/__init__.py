"""The rules of the prize draw: finite batches, tickets in order of payment, prizes in whole counts.

Pure: ids, times and random values arrive inside commands; `decide` answers with records.
"""

"""The rules of the ballot: a fair draw for the right to buy, and the waiting list behind it.

Pure: ids, times and the drawn order arrive inside commands; `decide` answers with records.
"""

"""The training room: made-up phones, what goes wrong on them, and drills that play by themselves.

Everything goes through the same doors as real messages, and all of it is marked as exercise. Addresses
lie in ranges that no network gives to anybody, and nothing is said in the name of a real person.
"""

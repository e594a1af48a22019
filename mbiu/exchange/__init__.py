"""What the house says to other systems about its alerts: CAP 1.2 messages, signed, one after the other.

`knowledge` says what whom may be told, `terms` translates our codes, `wording` finds the words, `message`
writes the XML: all pure. `bulletins` issues and finds, `signing` signs, `feed` lists; `cap` is the door.
"""

"""What the house says to other systems about its alerts: CAP 1.2 messages, signed, one after the other.

`terms` translates our codes and `message` writes the XML (pure); `wording` decides what a message says to
whom, `bulletins` issues and finds, `signing` signs, `feed` lists. `cap` is the door for everybody else.
"""

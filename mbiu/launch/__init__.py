"""Run everything on one machine: database and broker from wheels, and the programs of Mbiu as children."""

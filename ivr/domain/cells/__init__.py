"""The cells of the dialogue's table: what the desk does when one event meets one state. Same signature throughout."""

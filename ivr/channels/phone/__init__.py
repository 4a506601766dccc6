"""The browser telephone: staff try a scenario by voice before it goes live; a trial call reaches nobody."""

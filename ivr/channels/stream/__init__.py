"""The caller's live sound: Twilio Media Streams on one side, turns on the other. Frames stay here; turns cross."""

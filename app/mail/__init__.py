"""Letters: their words, their envelopes and the mail server they go to."""

"""The page of runs: read-only, made from the record that the engine replays."""
